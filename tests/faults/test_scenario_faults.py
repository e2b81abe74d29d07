"""Faults of scenario files: each refused with exit code 4, the line, and what to write instead.

Codes such as F30 are those of the project's list of faults.
"""

import os
import tomllib
from pathlib import Path

import pytest

from calc.errors import ScenarioError, StorageError
from pipelines.scenario.read import read_scenario
from tests.run.tool import retorsion
from tests.scenario.files import LAWFUL, MEASURE, TOP, changed, only, problems, read, write

EXCLUSION = """\
[[measure.exclusion]]
products = ["8703.23"]
source = "an exclusion"
"""


def refused(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return caught.value


# The file itself


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
def test_f30_f31_f33_yaml_is_refused_unread(tmp_path: Path, suffix: str) -> None:
    path = write(
        tmp_path, "partner: NO\ncode: 010121\n!!python/object/apply:os.system", f"s{suffix}"
    )
    problem = refused(path).problems[0]

    assert problem.what == f"s{suffix} is not read: scenarios are TOML"
    assert problem.hint == ("write it as TOML in s.toml; a bare NO or 0402 then stays a text")


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, LAWFUL, "us-japan.toml")
    problem = refused(tmp_path / "us-jpan.toml").problems[0]

    assert problem.what == "there is no scenario us-jpan.toml"
    assert problem.hint == "did you mean us-japan.toml?"


def test_missing_file_in_an_empty_folder_is_told_where_to_start(tmp_path: Path) -> None:
    problem = refused(tmp_path / "us-japan.toml").problems[0]

    assert problem.hint == (
        "no .toml file is in that folder; to start from one that runs: retorsion init"
    )


def test_folder_is_not_a_file(tmp_path: Path) -> None:
    write(tmp_path, LAWFUL)
    problem = refused(tmp_path).problems[0]

    assert problem.what == f"{tmp_path.name} is a folder, not a file"
    assert problem.hint == "name a file in it: cars.toml"


def test_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, LAWFUL)

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(StorageError) as caught:
        read_scenario(path)
    assert caught.value.exit_code == 5
    assert caught.value.problems[0].what == "cannot read cars.toml: Permission denied"


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a = 1\nb = \nc = 2", "cars.toml is not TOML: Invalid value",
         "cars.toml line 2, column 5"),
        ("as_of = 2024-02-31", "cars.toml is not TOML: Invalid date or datetime",
         "cars.toml line 1, column 9"),
        ("a = 1\na = 2", "cars.toml is not TOML: Cannot overwrite a value",
         "cars.toml end of document"),
        ("code = 010121",
         "cars.toml is not TOML: Expected newline or end of document after a statement",
         "cars.toml line 1, column 9"),
        ("a = " + "1" * 5000, "cars.toml is not TOML: Exceeds the limit (4300 digits) for integer "
         "string conversion: value has 5000 digits", "cars.toml"),
        ("x = 1\na = " + "[" * 5000, "cars.toml is nested absurdly deep", "cars.toml"),
        ("x = 1\na" + ".a" * 5000 + " = 1", "cars.toml is nested absurdly deep",
         "cars.toml line 2"),
        ('x = 1\n["a"' + ' . "b"' * 5000 + "]", "cars.toml is nested absurdly deep",
         "cars.toml line 2"),
    ],
)  # fmt: skip
def test_what_is_not_toml_is_refused_with_its_place(
    tmp_path: Path, text: str, what: str, where: str
) -> None:
    problem = only(tmp_path, text)

    assert (problem.what, problem.where) == (what, where)


@pytest.mark.parametrize(
    ("day", "hint"),
    [
        ("2025-06-31", "there is no 2025-06-31: June 2025 has 30 days"),
        ("2023-02-29", "there is no 2023-02-29: February 2023 has 28 days"),
        ("2025-13-01", "there is no month 13 in 2025-13-01: dates are year-month-day"),
        ("2025-6-1", "write 2025-06-01: month and day have two digits each"),
        ("31.12.2024", "write 31.12.2024 as year-month-day, such as 2024-12-31"),
        ("tomorrow", 'texts need quotes (rate = "25%"), dates none (as_of = 2024-12-31)'),
    ],
)
def test_a_day_that_is_not_on_the_calendar_is_told_as_one(
    tmp_path: Path, day: str, hint: str
) -> None:
    problem = only(tmp_path, LAWFUL.replace("2024-12-31", f"{day}  # not 2024-02-30"))

    assert (problem.where.partition(",")[0], problem.hint) == ("cars.toml line 5", hint)
    if day[0] == "2":
        quoted = only(tmp_path, LAWFUL.replace("2024-12-31", '"2025-06-31"'))
        assert quoted.hint == (
            "there is no 2025-06-31: June 2025 has 30 days; dates are without quotes"
        )


def test_all_terms_of_a_rate_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, changed('"25%"', '"max(42 INR/kg + 25, 3 INR/kg, 4 USD per bag)"'))

    assert [(each.where, each.what.partition('" ')[2]) for each in found] == [
        ('cars.toml line 13, measure "cars", rate', said)
        for said in (
            "is in INR, of which no exchange rate is given",
            "has no % sign, and a bare number is never a rate",
            'is per "bag", which is no unit that is known',
        )
    ]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ('season = "05-16..10-15"', 'a season belongs to a rate: rate = { season = "05-16..10-15"'),
        ('all_except = ["CAN"]', 'it belongs to partners: partners = { all_except = ["CAN", "MEX"'),
        ("central = 0.3", "write portion = { central = 0.27, low = 0.2, high = 0.35, source = "),
        ("suspended = 2025-03-06", 'it is an event: events = [{ on = 2024-05-16, is = "announced"'),
        ("until = 2025-03-06", "through is the last day, before the first day after: through ="),
        ('countries = ["US"]', 'did you mean partners = ["JPN"]?'),
        ('over = "26.4%"', "it belongs to a quota: write it under [quota.NAME]"),
    ],
)
def test_a_key_of_an_inner_value_is_told_where_it_belongs(
    tmp_path: Path, key: str, hint: str
) -> None:
    problem = only(tmp_path, LAWFUL + key)

    assert problem.what == f"{key.partition(' =')[0]} is not a key of a measure"
    assert problem.hint.startswith(hint)


def test_words_of_the_trade_for_keys_are_known(tmp_path: Path) -> None:
    partners = only(tmp_path, changed('["JPN"]', '{ except = ["USA"] }'))
    assert partners.hint == 'did you mean { all_except = ["CAN", "MEX"] }?'
    said = [only(tmp_path, LAWFUL + f'mode = "{word}"').hint for word in ("on top", "In lieu of")]
    assert said == ['write "add"', 'write "replace"']


def test_a_text_that_is_not_closed_is_told_as_one(tmp_path: Path) -> None:
    problem = only(tmp_path, LAWFUL.replace('"25%"', '"25%'))
    assert (problem.where, problem.hint) == (
        "cars.toml line 13, column 12",
        "the text on this line is not closed: write the quote at its end",
    )


def test_other_encoding_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "cars.toml"
    path.write_bytes('id = "x"\nnote = "Côte"'.encode("latin-1"))
    problem = refused(path).problems[0]

    assert problem.what == "cars.toml is not UTF-8: byte 0xf4 cannot be read"
    assert problem.where == "cars.toml line 2, byte 19 of the file"


def test_large_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "# " + "x" * 5_000_000)

    assert refused(path).problems[0].what == (
        "cars.toml is larger than 2 MB, too large for a scenario"
    )


def test_many_problems_end_early(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "".join(f"key{number} = 1\n" for number in range(100_000))))

    assert len(error.problems) == 200
    assert error.lines()[-1] == "... and 180 more problems"


# Keys


@pytest.mark.parametrize(
    ("old", "new", "what", "where", "hint"),
    [
        ("rate =", "rte =", "rte is not a key of a measure", 'line 13, measure "cars", rte',
         "did you mean rate?"),
        ("trade =", 'source = "x"\ntrade =', "source is not a key of a scenario", "line 4, source",
         "it is a key of a measure; write it under [[measure]]"),
        ("trade = \"us-2024\"\n", "", "trade is missing: a scenario must have it",
         "line 1, trade", 'write trade = "us-2024", the name of an ingested table'),
        ('source = "60 FR 26745"\n', "", "source is missing: a measure must have it",
         'line 8, measure "cars", source',
         'write source = "60 FR 26745", the act that says so, or "hypothetical"'),
        ('id = "cars"\nauthority', "authority", "id is missing: a measure must have it",
         "line 8, measure 1, id", 'write id = "car-parts"'),
        ("rate =", "stacking = 1\nrate =", "stacking is not supported yet",
         'line 13, measure "cars", stacking', "it belongs to the schedule: write [[stacking]] "
         "beside the measures; leave it out in this version"),
        ("trade =", "extends = \"x.toml\"\ntrade =",
         'there is no file "x.toml" beside the scenario or below', "line 4, extends",
         "did you mean cars.toml?"),
        ("[[measure]]", "[control]\nafected_usd = {}\n[[measure]]",
         "afected_usd is not a figure of a result", "line 9, control, afected_usd",
         "did you mean affected_usd or listed_usd or duty_after_usd?"),
        ("[[measure]]", "[measure]", "measure is a table, not a list of tables",
         "line 8, measure", "write [[measure]] before each measure"),
    ],
)  # fmt: skip
def test_t09_keys_are_never_ignored(
    tmp_path: Path, old: str, new: str, what: str, where: str, hint: str
) -> None:
    found = problems(tmp_path, changed(old, new))

    assert (found[0].what, found[0].where, found[0].hint) == (what, f"cars.toml {where}", hint)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("extends", "extends is a number (1), not the name of a file"),
        ("change", "change is a number, not a list of tables"),
        ("portions", "portions is a number (1), not a table"),
        ("contents", "contents is a number (1), not a table"),
        ("stacking", "stacking is a number, not a list of tables"),
        ("quota", "quota is a number (1), not a table"),
        ("events", "events is a number (1), not a table"),
        ("currencies", "currencies is a number (1), not a table"),
        ("control", "control is a number (1), not a table"),
        ("known_at", "known_at is a number (1), not a date"),
        ("reading", "1 is not a known reading of the law"),
        ("min_max", "1 is not a way to read MIN and MAX"),
        ("imposed_by", "imposed_by is not a key of a scenario"),
    ],
)
def test_keys_of_a_scenario_have_a_kind(tmp_path: Path, key: str, what: str) -> None:
    problem = only(tmp_path, f"{key} = 1\n{LAWFUL}")

    assert problem.what == what
    assert problem.where == f"cars.toml line 1, {key}"


def test_including_scenario_has_no_law_of_its_own(tmp_path: Path) -> None:
    found = problems(tmp_path, f"include = 1\n{LAWFUL}")

    assert [problem.what for problem in found] == [
        "include is not a list of at most 20 files",
        "importer is not a key of a scenario that includes others",
        "nomenclature is not a key of a scenario that includes others",
        "base is not a key of a scenario that includes others",
        "measure is not a key of a scenario that includes others",
    ]


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("portion", '"nothing" is not a portion of the scenario'),
        ("by_portion", "by_portion is a text, not a table"),
        ("on", '"nothing" is not a content of the scenario'),
        ("credit", 'credit is a text ("nothing"), not a table'),
        ("quota", '"nothing" is not a quota of the scenario'),
        ("instrument", '"nothing" is not a known instrument'),
        ("direction", '"nothing" is not a known direction'),
        ("imposed_by", '"nothing" is not an economy or a group of partners'),
        ("covered_usd", 'covered_usd is a text ("nothing"), not a table'),
        ("affected", 'affected is a text ("nothing"), not a table'),
        ("would_apply_from", 'would_apply_from is a text ("nothing"), not a date'),
    ],
)
def test_keys_of_a_measure_have_a_kind(tmp_path: Path, key: str, what: str) -> None:
    found = problems(tmp_path, f'{LAWFUL}{key} = "nothing"\n')

    assert found[0].what == what
    assert found[0].where == f'cars.toml line 15, measure "cars", {key}'


def test_all_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed("HS2022", "HS2023").replace('"25%"', "25").replace("JPN", "Korea")
    found = problems(tmp_path, text + EXCLUSION.replace("source", "sorce"))

    assert [(each.what, each.where) for each in found] == [
        ('"HS2023" is not a nomenclature', "cars.toml line 3, nomenclature"),
        ('"Korea" may mean several economies',
         'cars.toml line 11, measure "cars", partners, item 1'),
        ("rate 25 is a bare number, which is never a rate",
         'cars.toml line 13, measure "cars", rate'),
        ("sorce is not a key of an exclusion",
         'cars.toml line 17, measure "cars", exclusion 1, sorce'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('id = "cars"\nimporter', 'id = "../../x"\nimporter', 'id "../../x" is not a name of at '
         "most 80 letters, digits, dots, dashes and underscores"),
        ('id = "cars"\nimporter', 'id = "/etc"\nimporter', 'id "/etc" is not a name of at most 80 '
         "letters, digits, dots, dashes and underscores"),
        ('id = "cars"\nauthority', 'id = "a/b"\nauthority', 'id "a/b" is not a name of at most 80 '
         "letters, digits, dots, dashes and underscores"),
        ('id = "cars"\nauthority', 'id = 1\nauthority', "id is a number (1), not a text"),
        ("section-301", "Section 301", 'authority "Section 301" is not a name of at most 60 small '
         "letters, digits and dashes"),
        ('"us-2024"', '"../us-2024"', 'trade "../us-2024" is not the name of an ingested table '
         "(small letters, digits and dashes)"),
        ('"60 FR 26745"', '"  "', "source is empty"),
        ('"60 FR 26745"', r'"a\u001b[31mb"', r'source "a\x1b[31mb" holds a control character'),
        ('"HS2022"', '"HS6"', '"HS6" is not a nomenclature'),
        ('"HS2022"', '"HTS2２22"', '"HTS2２22" is not a nomenclature'),
        ('"USA"', '["USA", "CAN"]', "a scenario has one importer, not several"),
        ('"USA"', '"G7"', "G7 levies no duty of its own"),
    ],
)  # fmt: skip
def test_o07_names_have_a_form(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert only(tmp_path, changed(old, new)).what == what


@pytest.mark.parametrize("top", [TOP, "measure = []\n" + TOP])
def test_t08_empty_schedule(tmp_path: Path, top: str) -> None:
    """It is a scenario, which changes nothing, and says so."""
    assert read(tmp_path, top).measures == ()
    done = retorsion("scenario", "check", tmp_path / "cars.toml")
    assert done.code == 0
    assert "note: the scenario has no measure: it changes nothing" in done.out


def test_a_misspelt_list_of_tables_is_told_at_its_own_line(tmp_path: Path) -> None:
    text = LAWFUL + '\n[[measure.exclusions]]\nproducts = ["8703.23.01"]\nsource = "x"\n'
    problem = only(tmp_path, text)

    assert problem.what == "exclusions is not a key of a measure"
    line = text.splitlines().index("[[measure.exclusions]]") + 1
    assert problem.where == f'cars.toml line {line}, measure "cars", exclusions'


def test_two_measures_of_one_id(tmp_path: Path) -> None:
    problem = only(tmp_path, LAWFUL + MEASURE)

    assert problem.what == 'two measures have the id "cars"'
    assert problem.where == 'cars.toml line 17, measure "cars", id'
    assert problem.hint == "the first is on line 8; give this one another id"


# Partners


@pytest.mark.parametrize(
    ("partners", "what", "hint"),
    [
        ('["Korea"]', '"Korea" may mean several economies', "write KOR (Korea, Republic of) or "
         "PRK (Korea, Democratic People's Republic of)"),
        ('["Congo"]', '"Congo" may mean several economies', "write COD (Congo, Democratic Republic "
         "of the) or COG (Congo)"),
        ('["Jpan"]', '"Jpan" is not an economy or a group of partners',
         "did you mean JPN (Japan) or PAN (Panama)?"),
        ('["EU"]', '"EU" is not an economy or a group of partners',
         "did you mean EU27 or EU28 or EU12 or EU15 or EU25 or EU27-2007?"),
        ('["World"]', '"World" is not an economy or a group of partners',
         'for all partners write "all"'),
        ("[392]", "a number (392) is not a partner", 'write codes as texts, such as "JPN"'),
        ("[]", "partners is an empty list", 'name something, or write "all"'),
        ('["all", "JPN"]', 'partners names "all" beside others', 'write "all" alone, or not'),
        ('["USA"]', "USA is the importer, which cannot be its own partner",
         "name another partner"),
        ("{ all_exept = [\"CAN\"] }", "all_exept is not a key of a scope of partners",
         "did you mean all_except?"),
        ("{ all_except = [] }", "all_except is an empty list", 'name something, or write "all"'),
        ('{ table = "x.csv" }', "table is not supported yet",
         "it takes the partners from an annex; leave it out in this version"),
    ],
)  # fmt: skip
def test_c17_partners(tmp_path: Path, partners: str, what: str, hint: str) -> None:
    problem = only(tmp_path, changed('["JPN"]', partners))

    assert (problem.what, problem.hint) == (what, hint)


def test_t08_member_of_the_importing_union_is_no_partner(tmp_path: Path) -> None:
    text = changed('"USA"', '"EU27"').replace('"JPN"', '"DEU"')

    assert only(tmp_path, text).what == "DEU is in EU27, which cannot be its own partner"


# Goods


@pytest.mark.parametrize(
    ("products", "what", "hint"),
    [
        ("[8703]", "the code 8703 is a number; codes are texts",
         'write "8703" in quotes, with any zero that it has lost'),
        ("[8703.23]", "the code 8703.23 is a number; codes are texts",
         'write "8703.23" in quotes, with any zero that it has lost'),
        ('["10121"]', '"10121" has a code of 5 digits; a code has 2, 4, 6, 8 or 10',
         'is a leading zero lost? "010121"'),
        ('["870323010101"]', '"870323010101" has a code of 12 digits; a code has 2, 4, 6, 8 or 10',
         ""),
        ('["8703.23.01"]', '"8703.23.01" has a code of 8 digits; HS2022 has 6',
         'write "870323", or name the national nomenclature'),
        ('["８７０３"]', '"８７０３" is not a code, range or group',
         'write one such as "8703.23", "4104-4107" or "@car-parts"'),
        ('["car-parts"]', '"car-parts" is not a code, range or group',
         'did you mean "@car-parts"?'),
        ('["@car-prts"]', '"@car-prts" is not a group of products',
         "did you mean @car-parts or @auto-parts or @car-components?"),
        ('["@wine"]', '"@wine" is not a group of products',
         "known: @car-parts, @flat-glass, @telecom, @medical-technology"),
        ('["8704-8703"]', '"8704-8703" ends before it starts', 'write "8703-8704"'),
        ('["87-8703"]', '"87-8703" joins codes of 2 and 4 digits',
         'a range joins two codes of one length, such as "4104-4107"'),
        ('["010000-099999"]', '"010000-099999" stands for 90,000 codes, more than 10,000',
         "name headings instead of their lines"),
        ('"annex/x.csv"', 'there is no file "annex/x.csv" beside the scenario or below', ""),
        ("[]", "products is an empty list", 'name something, or write "all"'),
        ('["all", "8703"]', 'products names "all" beside other goods', 'write "all" alone, or not'),
        ("true", "true or false is not a code, range or group",
         'write one such as "8703.23", "4104-4107" or "@car-parts"'),
        ("{ table = 1 }", "products is a table, not a list of texts", ""),
        ('["8703"]\nexcept = "all"', '"all" leaves nothing of the measure', "name the goods"),
        ('["8703"]\nbut = ["8703.23"]', "but takes goods in again, and no except leaves any out",
         "add except, or take but out"),
    ],
)  # fmt: skip
def test_c01_goods(tmp_path: Path, products: str, what: str, hint: str) -> None:
    problem = only(tmp_path, changed('["8703"]', products))

    assert (problem.what, problem.hint) == (what, hint)


def test_many_codes_are_refused_once(tmp_path: Path) -> None:
    many = ", ".join(['"000000-009999"'] * 200)
    problem = only(tmp_path, changed('["8703"]', f"[{many}]"))

    assert problem.what == "the scenario names more than 500,000 codes"
    assert problem.where.endswith("products, item 51")


def test_group_without_codes_in_the_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from pipelines.scenario import compose
    from pipelines.scenario.reference import read_reference

    reference = read_reference()
    telecom = reference.product_groups["telecom"]
    codes = {edition: found for edition, found in telecom.codes.items() if edition != "HS2022"}
    groups = {**reference.product_groups, "telecom": replace(telecom, codes=codes)}
    monkeypatch.setattr(
        compose, "read_reference", lambda: replace(reference, product_groups=groups)
    )
    problem = only(tmp_path, changed("HS2022", "CN2024").replace('"8703"', '"@telecom"'))

    assert problem.what == '"@telecom" has no codes in HS2022, which CN2024 uses'
    assert problem.hint == "it has codes in HS1992, HS1996, HS2002, HS2007, HS2012, HS2017"


# Rates


@pytest.mark.parametrize(
    ("rate", "what", "hint"),
    [
        ("25", "rate 25 is a bare number, which is never a rate", 'write "25%"'),
        ("0.25", "rate 0.25 is a bare number, which is never a rate",
         'write "25%" if it is a fraction of the value, else "0.25%"'),
        ("nan", "rate nan is a bare number, which is never a rate", 'write "25%"'),
        ("-5", "rate -5 is a bare number, which is never a rate", 'write "25%"'),
        ('"25"', '"25" has no % sign, and a bare number is never a rate', 'write "25%"'),
        ('"-5%"', '"-5%" is negative; a duty is never less than nothing',
         'write "Free" for no duty'),
        ('"2500%"', '"2500%" is above 1,000 %, the highest rate that is allowed',
         'if it is meant, allow it with --allow-rate-above "2500%"'),
        ('{ season = "05-16..10-15" }', "rate is missing: a rate for a season must have it",
         'write rate = "25%"'),
        ("[]", "rate is an empty list",
         'write rate = [{ from = 2026-01-01, rate = "25%" }]'),
        ("true", "rate is true or false (true), not a text", 'write "25%"'),
        ("2024-01-01", "rate is a date (2024-01-01), not a text", 'write "25%"'),
    ],
)  # fmt: skip
def test_v07_rates(tmp_path: Path, rate: str, what: str, hint: str) -> None:
    problem = only(tmp_path, changed('"25%"', rate))

    assert (problem.what, problem.hint) == (what, hint)
    assert problem.where.startswith('cars.toml line 13, measure "cars", rate')


@pytest.mark.parametrize(
    ("mode", "what", "hint"),
    [
        ('"repalce"', '"repalce" is not a mode', "did you mean replace?"),
        ('"highest"', '"highest" is not a mode', "known: add, all-in, replace"),
        ("1", "mode is a number, not a text", 'write "add" or "replace"'),
    ],
)
def test_t06_unknown_mode(tmp_path: Path, mode: str, what: str, hint: str) -> None:
    problem = only(tmp_path, LAWFUL + f"mode = {mode}\n")

    assert (problem.what, problem.hint) == (what, hint)


# Dates and events


@pytest.mark.parametrize(
    ("dates", "what", "hint"),
    [
        ("from = 2024-05-01\nthrough = 2024-04-30", "through 2024-04-30 is before from 2024-05-01",
         "swap the two days"),
        ("from = 2024-05-01\nbefore = 2024-05-01",
         "before 2024-05-01 leaves no day after from 2024-05-01",
         "before is the first day on which it is no longer in force"),
        ("through = 2024-05-01\nbefore = 2024-05-01", "through and before both give the end",
         "keep through (the last day) or before (the first day after)"),
        ('from = "01/10/1994"', 'from is a text ("01/10/1994"), not a date',
         "write from = 2024-12-31 (year-month-day, without quotes)"),
        ('from = "1994-10-01"', 'from is a text ("1994-10-01"), not a date',
         "write from = 1994-10-01 (year-month-day, without quotes)"),
        ("from = 1994-10-01T00:00:00", "from has a time of day (1994-10-01 00:00:00)",
         "write from = 1994-10-01"),
        ("from = 0001-01-01", "from is 0001-01-01, outside 1800-01-01 to 2199-12-30", ""),
        ("through = 9999-12-31", "through is 9999-12-31, outside 1800-01-01 to 2199-12-30", ""),
        ('from = { earliest = [2021-06-01, "ruling"] }',
         '"ruling" is not a named event', "write [events.ruling] and its day"),
        ('from = 2024-01-01\nevents = [{ on = 2024-01-01, is = "effective" }]',
         "from and events both give dates", "give either events, or from and through"),
        ("events = []", "events is an empty list",
         'write events = [{ on = 2024-05-16, is = "announced" }], or leave it out'),
        ('events = [{ on = 2024-01-01, is = "anounced" }]', '"anounced" is not an event',
         "did you mean announced?"),
        ('events = [{ is = "announced" }]', "on is missing: an event must have it",
         "write on = 2024-05-16"),
        ('events = [{ on = 2024-01-01, is = "ended" }]',
         "the first event (2024-01-01) is ended, but nothing has begun before",
         "begin with one of announced, adopted, effective"),
        ('events = [{ on = 2024-01-01, is = "announced" }, { on = 2024-01-01, is = "effective" }]',
         "two events on 2024-01-01: announced and effective",
         "keep the one that holds at the end of the day"),
        ("events = 1", "events is a number, not a list of tables",
         'write events = [{ on = 2024-05-16, is = "announced" }]'),
    ],
)  # fmt: skip
def test_t01_v10_dates(tmp_path: Path, dates: str, what: str, hint: str) -> None:
    problem = only(tmp_path, LAWFUL + dates + "\n")

    assert (problem.what, problem.hint) == (what, hint)
    assert problem.where.startswith(("cars.toml line 15, ", "cars.toml line 16, "))


def test_law_that_changes_needs_a_date(tmp_path: Path) -> None:
    text = changed("as_of = 2024-12-31\n", "") + "from = 2024-01-01\nthrough = 2024-06-30\n"
    problem = only(tmp_path, text)

    assert problem.what == (
        "the law changes over time and no date is given; it changes on 2024-01-01, 2024-07-01"
    )
    assert problem.hint == "write as_of = 2024-07-01 in the scenario, or give --as-of 2024-07-01"


# Exclusions


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('source = "an exclusion"\n', "", "source is missing: an exclusion must have it"),
        ('products = ["8703.23"]\n', "", "products is missing: an exclusion must have it"),
        ("source", "events = 1\nsource", "events is not supported yet"),
        ('["8703.23"]', '"all"', '"all" leaves nothing of the measure'),
        ("source", 'partners = { all_except = ["JPN"] }\nsource',
         "all partners except some is not supported yet in an exclusion"),
        ("source", "from = 2024-02-01\nthrough = 2024-01-01\nsource",
         "through 2024-01-01 is before from 2024-02-01"),
    ],
)  # fmt: skip
def test_exclusions(tmp_path: Path, old: str, new: str, what: str) -> None:
    problem = only(tmp_path, LAWFUL + EXCLUSION.replace(old, new))

    assert problem.what == what
    assert 'measure "cars", exclusion 1' in problem.where


# The base


@pytest.mark.parametrize(
    ("base", "what"),
    [
        ("2.5", "base 2.5 is a bare number, which is never a rate"),
        ('"us-mfn-2024"', '"us-mfn-2024" is neither a rate nor the name of a CSV file'),
        ('"2,5%"', "\"2,5%\" is not a rate: character 2 is ','"),
        (
            '"us-mfn-2023.csv"',
            'there is no file "us-mfn-2023.csv" beside the scenario or below, nor in the tool',
        ),
        ('"../base.csv"', '"../base.csv" is not a name of a file beside or below'),
        ('"/etc/base.csv"', '"/etc/base.csv" is not a name of a file beside or below'),
        (r'"a\u0000.csv"', r'"a\x00.csv" is not a name of a file beside or below'),
        ('"base.xlsx"', '"base.xlsx": only a CSV is supported yet'),
    ],
)
def test_base(tmp_path: Path, base: str, what: str) -> None:
    problem = only(tmp_path, changed('"2.5%"', base))

    assert problem.what == what
    assert problem.where == "cars.toml line 6, base"


def test_missing_base_names_the_nearest(tmp_path: Path) -> None:
    problem = only(tmp_path, changed('"2.5%"', '"us-mfn-2023.csv"'))

    assert problem.hint == "did you mean us-mfn-2024.csv or us-imports-2024.csv?"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no symbolic links")
def test_o07_base_behind_a_link_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(tmp_path, "outside", "outside.csv")
    (inner / "base.csv").symlink_to(tmp_path / "outside.csv")

    assert only(inner, changed('"2.5%"', '"base.csv"')).what == (
        '"base.csv" leads out of the folder of the scenario'
    )


def test_nothing_of_a_scenario_is_executed_or_written(tmp_path: Path) -> None:
    before = write(tmp_path, changed('"60 FR 26745"', "\"=cmd|'/C calc'!A0\""))
    scenario = read(tmp_path, before.read_text(encoding="utf-8"))

    assert scenario.measures[0].source == "=cmd|'/C calc'!A0"
    assert [path.name for path in tmp_path.iterdir()] == ["cars.toml"]
    assert tomllib.loads(before.read_text(encoding="utf-8"))["id"] == "cars"
