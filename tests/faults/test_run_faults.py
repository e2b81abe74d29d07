"""Faults of a run: table and schedule that do not suit each other, law in conflict, bad rows.

Codes such as T06 are those of the project's list of faults. Each is refused with its own exit
code, told where and what to do, and nothing of a run is left behind.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.run.tool import Done, Place, contents, hidden
from tests.shortened import shorten
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

BARE: dict[str, Any] = {
    "cif_value_usd": None, "fob_value_usd": None, "calculated_duty_usd": None, "quantity": None,
    "quantity_unit": None, "quantity_2": None, "quantity_2_unit": None, "net_mass_kg": None,
}  # fmt: skip
CARS, GLASS = "87032301", "70051080"


def flow(value: float | None = 1000.0, **cells: Any) -> dict[str, Any]:
    return row(**BARE | {"customs_value_usd": value} | cells)


ROWS = (
    # One year of the United States, with a line that has a quantity.
    flow(code=CARS), flow(500.0, code=GLASS, quantity=100.0, quantity_unit="m2"),
    flow(300.0, code=CARS, partner="KOR"), flow(200.0, flow="export"),
    # Two years of Brazil, months of Mexico, both of India.
    flow(importer="BRA", period="2023"), flow(importer="BRA", period="2024"),
    flow(importer="MEX", period="2024-01"), flow(importer="MEX", period="2024-02"),
    flow(importer="IND", period="2024"), flow(importer="IND", period="2024-02"),
    # Canada in another edition of the codes, Japan on a value that it does not levy duty on.
    flow(importer="CAN", nomenclature="HS2017", code="870323"),
    flow(None, importer="JPN", partner="USA", fob_value_usd=900.0),
    flow(None, importer="THA", cif_value_usd=900.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with one lawful table of several importers, judged once."""
    made = Place(tmp_path_factory.mktemp("mixed"))
    write_trade(made.workspace, "mixed", ROWS)
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        assert made.do("validate", "mixed").code == 0
    return made


Scenario = Callable[..., Path]


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """Writes a scenario of the USA on Japanese cars, but for the keys and measures given."""

    def write(*measures: str, **keys: str) -> Path:
        top = {
            "id": '"faults"', "importer": '"USA"', "nomenclature": '"HTS2024"',
            "trade": '"mixed"', "base": '"2.5%"',
        } | keys  # fmt: skip
        path = tmp_path / "faults.toml"
        text = [*(f"{key} = {value}" for key, value in top.items()), *(measures or [measure()])]
        path.write_text("\n".join(text), encoding="utf-8")
        return path

    return write


def measure(name: str = "cars", **keys: str) -> str:
    """A measure on Japanese cars, but for the keys given."""
    told = {
        "authority": '"section-301"', "partners": '["JPN"]', "products": '["8703"]',
        "rate": '"25%"', "mode": '"add"', "source": '"made up"',
    } | keys  # fmt: skip
    return "\n".join([f'[[measure]]\nid = "{name}"', *(f"{k} = {v}" for k, v in told.items())])


def refused(place: Place, code: int, path: Path, *arguments: str) -> Done:
    """A run that is refused with an exit code, and leaves no run and no trace of one."""
    before = contents(place.root)
    done = place.run(*arguments, scenario=path)
    assert done.code == code, done
    assert done.out == ""
    assert "Traceback" not in done.err
    assert contents(place.root) == before
    assert hidden(place.root) == []
    return done


# Table and schedule


def test_importer_that_is_not_in_the_table(mixed: Place, scenario: Scenario) -> None:
    done = refused(mixed, 4, scenario(importer='"AUS"'))
    assert done.err == (
        "error: the table has no imports of AUS\n"
        "where: mixed.parquet, column importer\n"
        "hint: did you mean USA?\n"
    )


@pytest.mark.parametrize(
    ("importer", "arguments", "what", "periods"),
    [
        ("BRA", (), "the table has 2 periods, and adding them up would be no year", "2023, 2024"),
        ("BRA", ("--period", "2022"), "the table has no imports of BRA in 2022", "2023, 2024"),
        ("MEX", ("--period", "2024-03"), "the table has no imports of MEX in 2024-03",
         "2024-01, 2024-02"),
    ],
)  # fmt: skip
def test_periods_are_not_added_up(
    mixed: Place,
    scenario: Scenario,
    importer: str,
    arguments: tuple[str, ...],
    what: str,
    periods: str,
) -> None:
    done = refused(mixed, 4, scenario(importer=f'"{importer}"'), *arguments)
    last = periods.split(", ")[-1]
    assert done.err == (
        f"error: {what}\nwhere: mixed.parquet, column period: {periods}\n"
        f"hint: choose one with --period, such as --period {last}\n"
    )


@pytest.mark.parametrize("period", ["202", "", "2024-13", "2024..", "latest"])
def test_what_is_no_period_is_told(mixed: Place, scenario: Scenario, period: str) -> None:
    done = refused(mixed, 2, scenario(importer='"BRA"'), "--period", period)
    assert done.err.startswith(
        f"error: {period!r} is not a reference period\nwhere: --period\nhint: write a year "
    )


@pytest.mark.parametrize(
    ("importer", "arguments", "period", "value"),
    [
        ("BRA", ("--period", "2023"), "2023", 1000.0),
        ("MEX", (), "2024", 2000.0),
        ("MEX", ("--period", "2024-02"), "2024-02", 1000.0),
        ("IND", ("--period", "2024-02"), "2024-02", 1000.0),
    ],
)
def test_period_chosen(
    mixed: Place, scenario: Scenario, importer: str, arguments: tuple[str, ...], period: str,
    value: float,
) -> None:  # fmt: skip
    """Imports of other periods are left out of every sum, and told."""
    done = mixed.run(*arguments, "--json", scenario=scenario(importer=f'"{importer}"'))
    assert done.code == 0, done
    told = done.object
    assert told["run"]["periods"] == [period]
    assert told["figures"]["covered_value_usd"] == value
    assert told["figures"]["imports_value_usd"] == value
    assert told["figures"]["coverage_ratio"] == 1.0
    kept = [row for row in mixed.table("funnel", "faults").to_dicts() if row["kind"] == "kept"]
    assert [(row["stage"], row["value_usd"]) for row in kept] == [
        (f"imports of {importer} in {period}", value)
    ]


@pytest.mark.parametrize("arguments", [("--period", "2024")])
def test_a_year_and_its_months_are_not_counted_twice(
    mixed: Place, scenario: Scenario, arguments: tuple[str, ...]
) -> None:
    done = refused(mixed, 4, scenario(importer='"IND"'), *arguments)
    assert done.err == (
        "error: the table has imports of IND in 2024 as a whole and by month\n"
        "where: mixed.parquet, column period\n"
        "hint: choose a month with --period, or ingest the year and its months as two tables\n"
    )


def test_c10_codes_of_another_edition(mixed: Place, scenario: Scenario) -> None:
    done = refused(mixed, 4, scenario(importer='"CAN"'))
    assert done.err == (
        "error: the schedule is in HTS2024, the trade in HS2017: 1 row, USD 1,000\n"
        "where: mixed.parquet, column nomenclature\n"
        "hint: use trade and schedule of one HS edition, or put the trade into that of the "
        "schedule with --convert; codes mean other goods in another\n"
    )


@pytest.mark.parametrize(
    ("importer", "columns", "hint"),
    [
        ("JPN", "customs_value_usd or cif_value_usd",
         "JPN levies duty on customs_value_usd or cif_value_usd; a value on another basis is not "
         "taken for it"),
        ("THA", "customs_value_usd",
         "on which value THA levies duty is not known here: say it at the top of the scenario, "
         'levied_on = { basis = "cif", source = "..." }, or ingest the value that its law names '
         "with --valuation customs"),
    ],
)  # fmt: skip
def test_v08_value_on_another_basis_is_not_taken(
    mixed: Place, scenario: Scenario, importer: str, columns: str, hint: str
) -> None:
    path = scenario(measure(partners='"all"'), importer=f'"{importer}"')
    done = refused(mixed, 3, path)
    assert done.err == (
        f"error: 1 row of {importer} has no value on which it levies duty\n"
        f"where: mixed.parquet, column {columns}\n"
        f"hint: {hint}\n"
    )


@pytest.mark.parametrize(
    "keys", [{"products": '["8704"]'}, {"partners": '["FRA"]'}, {"products": '["8703.24.01.10"]'}]
)
def test_t08_nothing_hit_is_no_result(
    mixed: Place, scenario: Scenario, keys: dict[str, str]
) -> None:
    done = refused(mixed, 4, scenario(measure(**keys)))
    assert done.err.splitlines()[0] == (
        "error: no imports of USA in mixed.parquet match any measure"
    )
    assert "a schedule that hits nothing is no result" in done.err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mixd", "did you mean mixed?; or make it with: retorsion ingest FILE --name mixd"),
        ("elsewhere", "known: mixed; or make it with: retorsion ingest FILE --name elsewhere"),
    ],
)
def test_trade_table_that_is_not_there(
    mixed: Place, scenario: Scenario, name: str, hint: str
) -> None:
    for arguments, path in ((("--trade", name), scenario()), ((), scenario(trade=f'"{name}"'))):
        done = refused(mixed, 3, path, *arguments)
        assert done.err.startswith(f"error: there is no trade table '{name}'\n")
        assert done.err.endswith(f"hint: {hint}\n")


def test_trade_file_that_is_not_there(mixed: Place, scenario: Scenario) -> None:
    done = refused(mixed, 3, scenario(), "--trade", "nowhere/mixed.parquet")
    assert done.err.startswith("error: nowhere/mixed.parquet does not exist\n")


# Law in conflict


def test_t06_two_authorities_on_a_line(mixed: Place, scenario: Scenario) -> None:
    wide = measure("wide", authority='"section-232"', products='["87"]')
    done = refused(mixed, 4, scenario(measure(), wide))
    first = done.err.splitlines()[0]
    assert "cars and wide" in first
    assert "of two authorities or programmes" in first
    assert first.endswith("on 1 line")
    assert f"where: first on USA from JPN, code {CARS}\n" in done.err


def test_t06_two_programmes_of_one_authority(mixed: Place, scenario: Scenario) -> None:
    first = measure("cars", programme='"cars"')
    second = measure("parts", programme='"parts"', products='["87"]')
    done = refused(mixed, 4, scenario(first, second))
    assert "cars and parts" in done.err.splitlines()[0]


PORTIONS = """
[portions.usmca]
central = 0.5
source = "made up"
{0}
[portions.claimed]
central = 0.25
source = "made up"
{1}
"""


@pytest.mark.parametrize(
    ("pays", "said", "code"),
    [
        ('claimed = { rate = "5%" }, usmca = { rate = "10%" }', ("", ""), 4),
        ('usmca = { rate = "10%" }, claimed = { rate = "5%" }', ("", ""), 4),
        ('claimed = { rate = "5%" }, usmca = { rate = "5%" }', ("", ""), 0),
        ('claimed = { rate = "5%" }, usmca = { rate = "Free" }', ("", ""), 0),
        ('claimed = { rate = "5%" }, usmca = { rate = "10%" }',
         ("", 'nested_in = "usmca"'), 0),
        ('claimed = { rate = "5%" }, usmca = { rate = "10%" }',
         ('disjoint_with = ["claimed"]', ""), 0),
    ],
)  # fmt: skip
def test_two_portions_that_meet_do_not_settle_a_rate_by_their_names(
    mixed: Place, scenario: Scenario, pays: str, said: tuple[str, str], code: int
) -> None:
    text = measure(by_portion=f"{{ {pays} }}") + PORTIONS.format(*said)
    if not code:
        assert mixed.run("-q", scenario=scenario(text)).code == 0
        return
    done = refused(mixed, code, scenario(text))
    assert done.err.splitlines()[:3] == [
        "error: measure cars charges 5% in the portion claimed and 10% in the portion usmca on "
        "1 line",
        'where: faults.toml line 14, measure "cars", by_portion, usmca; first on USA from JPN, '
        f"code {CARS}",
        "hint: say of one that it is in the other (nested_in), or that they share nothing "
        "(disjoint_with), or write the same of both",
    ]


def test_two_portions_that_meet_do_not_claim_two_preferences(
    mixed: Place, scenario: Scenario
) -> None:
    claims = 'programme = "usmca"', 'programme = "gsp"'
    done = refused(mixed, 4, scenario(measure(), PORTIONS.format(*claims)))
    assert done.err.startswith(
        "error: the portions claimed and usmca claim the programmes gsp and usmca and meet on "
        "1 line\n"
    )
    apart = PORTIONS.format(claims[0] + '\ndisjoint_with = ["claimed"]', claims[1])
    assert mixed.run("-q", scenario=scenario(measure(), apart)).code == 0


def test_equal_ranks_are_named(mixed: Place, scenario: Scenario) -> None:
    again = measure("again", partners='["JPN", "KOR"]', rate='"50%"')
    done = refused(mixed, 4, scenario(measure(), again))
    assert "error: measures again and cars have the same rank on 1 line\n" in done.err
    assert f"where: first on USA from JPN, code {CARS}\n" in done.err
    assert "hint: narrow the scope of one" in done.err


def test_rank_decides_where_it_can(mixed: Place, scenario: Scenario) -> None:
    near = measure("near", products='["8703.23"]', rate='"50%"')
    done = mixed.run("--json", scenario=scenario(measure(partners='["JPN", "KOR"]'), near))
    assert done.code == 0, done
    told = mixed.table("lines", "faults").select("partner", "measure_id", "measure_rate").rows()
    assert told == [("JPN", "near", 0.5), ("KOR", "cars", 0.25)]


# Time


EVENTS = '[{ on = 2024-06-01, is = "announced" }, { on = 2024-07-01, is = "effective" }, ' \
    '{ on = 2024-09-01, is = "withdrawn" }]'  # fmt: skip


@pytest.mark.parametrize(
    ("day", "state", "status", "added", "threat"),
    [
        ("2024-01-01", "not yet in force", "threatened", 0.0, 250.0),
        ("2024-06-01", "announced", "threatened", 0.0, 250.0),
        ("2024-07-01", "in force", "in force", 250.0, None),
        ("2024-09-01", "withdrawn", "threatened", 0.0, 250.0),
    ],
)
def test_t10_what_is_not_in_force_adds_nothing_and_threatens(
    mixed: Place, scenario: Scenario, day: str, state: str, status: str, added: float,
    threat: float | None,
) -> None:  # fmt: skip
    done = mixed.run("--as-of", day, "--json", scenario=scenario(measure(events=EVENTS)))
    assert done.code == 0, done
    figures = done.object["figures"]
    assert figures["duty_increment_usd"] == added
    assert figures["threatened_increment_usd"] == threat
    assert figures["threatened_value_usd"] == (0.0 if threat is None else 1000.0)
    assert done.object["run"]["as_of"] == day
    assert mixed.table("lines", "faults")["status"].to_list() == [status]
    assert mixed.table("by_measure", "faults")["state"].to_list() == [state]


def test_date_is_asked_for_where_the_law_changes(mixed: Place, scenario: Scenario) -> None:
    done = refused(mixed, 4, scenario(measure(events=EVENTS)))
    assert done.err.startswith(
        "error: the law changes over time and no date is given; it changes on "
        "2024-06-01, 2024-07-01, 2024-09-01\n"
    )
    assert "--as-of 2024-09-01" in done.err


@pytest.mark.parametrize(
    ("day", "hint"),
    [
        ("2024-02-30", "there is no 2024-02-30: February 2024 has 29 days"),
        ("1.6.2024", "write 1.6.2024 as year-month-day, such as 2024-12-31"),
        ("2024-6-1", "write 2024-06-01: month and day have two digits each"),
        ("20240601", "write year-month-day: 2024-12-31"),
        ("", "write year-month-day: 2024-12-31"),
    ],
)
def test_v10_date_that_is_none(mixed: Place, scenario: Scenario, day: str, hint: str) -> None:
    done = refused(mixed, 2, scenario(), "--as-of", day)
    assert done.err.splitlines() == [
        f"error: {day!r} is not a date",
        "where: --as-of",
        f"hint: {hint}",
    ]


def test_date_where_the_law_never_changes(mixed: Place, scenario: Scenario) -> None:
    """It makes another run: the base and the groups are read at that date."""
    told = mixed.run("--json", scenario=scenario()).object
    assert told["run"]["as_of"] == "any date"
    dated = mixed.run("--as-of", "2024-06-01", "--json", scenario=scenario()).object
    assert dated["run"]["as_of"] == "2024-06-01"
    assert dated["figures"] == told["figures"]


# Amounts


def base_file(path: Path, *rates: str) -> str:
    """A base beside a scenario: code, ad valorem rate, specific rate, unit of each."""
    head = (
        "importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,"
        "rate_text,valid_from,valid_until,source"
    )
    lines = [f"USA,*,mfn,{rate},as printed,2020-01-01,,made up" for rate in rates]
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return f'"{path.name}"'


ON_BOTH = {"products": '["87", "70"]', "mode": '"replace"'}


@pytest.mark.parametrize(
    ("unit", "before", "reason"),
    [
        ("m2", 14.5 + 2.0, None),
        ("kg", None, "specific rate per kg; the table has no such quantity"),
    ],
)
def test_v05_v06_duty_by_quantity(
    mixed: Place, scenario: Scenario, tmp_path: Path, unit: str, before: float | None,
    reason: str | None,
) -> None:  # fmt: skip
    """100 m2 at 14.5 cents and 500 USD at 0.4 %; nothing is counted in a unit that is not there."""
    base = base_file(tmp_path / "base.csv", "8703,0.025,,", f"7005,0.004,0.145,{unit}")
    path = scenario(measure(**ON_BOTH), base=base, as_of="2024-06-01")
    assert mixed.run(scenario=path).code == 0
    line = mixed.table("lines", "faults").filter(code=GLASS).row(0, named=True)
    assert line["duty_before_usd"] == before
    assert line["duty_unknown_reason"] == reason
    assert line["duty_after_usd"] == 125.0


@pytest.mark.parametrize(
    ("rate", "code"), [("1 USD/kg", 4), ("1 USD/m2", 0), ("2% + 0.1 USD/dozen", 4)]
)
def test_v06_a_measure_by_a_unit_that_none_of_its_trade_is_counted_in(
    mixed: Place, scenario: Scenario, rate: str, code: int
) -> None:
    """Glass is counted in m2; a rate by kg cannot be meant of it, as one by m2 can."""
    path = scenario(measure("glass", products='["7005"]', partners='"all"', rate=f'"{rate}"'))
    if not code:
        assert mixed.run(scenario=path).code == 0
        return
    unit = rate.partition("/")[2]
    assert refused(mixed, 4, path).err.splitlines() == [
        f"error: the rate of glass counts {unit}, and all of the goods that it names in the trade "
        "table are counted in m2",
        "where: measure glass, rate",
        f"hint: write the rate by m2, use trade counted in {unit}, or state estimate = "
        '"unctad-1" to value quantities',
    ]


def test_v05_strict_refuses_what_is_unknown_and_keeps_the_run(
    mixed: Place, scenario: Scenario, tmp_path: Path
) -> None:
    base = base_file(tmp_path / "base.csv", "8703,0.025,,", "7005,0.004,0.145,t")
    path = scenario(measure(**ON_BOTH), base=base, as_of="2024-06-01", id='"strict"')
    done = mixed.run("--strict", scenario=path)
    assert done.code == 8
    assert done.out.startswith("strict")
    run_id = mixed.folder("strict").name
    assert done.err.splitlines() == [
        "error: the base duty cannot be computed on USD 500",
        f"where: run {run_id}, table by_importer, column duty_before_unknown_value_usd",
        "hint: the lines and reasons: lines.parquet, column duty_unknown_reason",
        "error: the added duty cannot be computed on USD 500",
        f"where: run {run_id}, table by_importer, column duty_increment_unknown_value_usd",
        "hint: the lines and reasons: lines.parquet, column duty_unknown_reason",
        "error: it is not known whether the rate changes on USD 500",
        f"where: run {run_id}, table by_importer, column affected_unknown_value_usd",
        "hint: the lines and reasons: lines.parquet, column duty_unknown_reason",
    ]
    assert mixed.do("verify", "strict").code == 0


def test_strict_is_content_where_all_is_known(mixed: Place, scenario: Scenario) -> None:
    assert mixed.run("--strict", scenario=scenario()).code == 0


def test_code_that_the_base_does_not_have_is_unknown_and_not_free(
    mixed: Place, scenario: Scenario, tmp_path: Path
) -> None:
    base = base_file(tmp_path / "base.csv", "8703,0.025,,")
    path = scenario(measure(**ON_BOTH), base=base, as_of="2024-06-01")
    done = mixed.run("--json", scenario=path)
    figures = done.object["figures"]
    assert figures["duty_before_usd"] == 25.0
    assert figures["duty_before_unknown_value_usd"] == 500.0
    line = mixed.table("lines", "faults").filter(code=GLASS).row(0, named=True)
    assert line["duty_unknown_reason"] == "the base has no rate for this code"


@pytest.mark.parametrize(("quantity", "rate"), [(9e17, "1e9"), (8e14, "1")])
def test_duty_beyond_exact_sums(
    tmp_path: Path, scenario: Scenario, quantity: float, rate: str
) -> None:
    """An absurd specific duty, by line or in sum, is refused: whole numbers would wrap unseen."""
    place = Place(tmp_path / "large")
    cells: dict[str, Any] = {"quantity": quantity, "quantity_unit": "m2"}
    rows = [flow(code=CARS), flow(code=GLASS, **cells), flow(code="70052180", **cells)]
    write_trade(place.workspace, "mixed", rows)
    assert place.do("validate", "mixed").code == 0
    base = base_file(tmp_path / "base.csv", "8703,0.025,,", f"7005,0.004,{rate},m2")
    path = scenario(measure(**ON_BOTH), base=base, as_of="2024-06-01")
    done = refused(place, 7, path)
    assert done.err.splitlines()[0] == (
        "error: duties on mixed.parquet are beyond what is summed exactly"
    )


def test_values_beyond_exact_sums(tmp_path: Path, scenario: Scenario) -> None:
    place = Place(tmp_path / "large")
    write_trade(place.workspace, "mixed", [flow(8e13, code=CARS), flow(8e13, code=GLASS)])
    assert place.do("validate", "mixed").code == 0
    done = refused(place, 7, scenario())
    assert done.err == (
        "error: the values of mixed.parquet sum to 1.6e+14 USD, beyond what is exact\n"
        "where: mixed.parquet\n"
        "hint: check the unit of the values; a year of world trade is about 2.5e13 USD\n"
    )


# Rows that break a rule


def test_invalid_table_is_refused_then_used_without_its_bad_rows(
    tmp_path: Path, scenario: Scenario
) -> None:
    place = Place(tmp_path / "faulted")
    bad = [flow(70.0, code="8703231"), flow(-5.0, code="87032302", partner="KOR")]
    write_trade(place.workspace, "mixed", [*ROWS[:2], *bad])
    first = place.run(scenario=scenario())
    assert first.code == 3
    assert first.err.splitlines()[1] == (
        "error: mixed.parquet is not valid: 2 of 4 rows (USD 65 of USD 1,565) cannot be used, "
        "2 rules broken"
    )
    assert "retorsion validate mixed --quarantine" in first.err
    assert place.runs() == []

    done = place.run("--quarantine", scenario=scenario())
    assert done.code == 0, done
    told = [line for line in done.out.splitlines() if "rejected" in line]
    assert len(told) == 1
    assert told[0].split()[2:7] == ["rejected", "2", "rows", "65", "USD"]
    steps = place.table("funnel").select("kind", "rows", "value_usd").rows()
    assert steps[:3] == [("in", 4, 1565.0), ("rejected", 2, 65.0), ("kept", 2, 1500.0)]
    assert place.table("by_importer")["imports_value_usd"].to_list() == [1500.0]
    assert (place.folder() / "validation" / "quarantine.csv").read_text("utf-8").count("\n") == 3

    again = place.run(scenario=scenario())
    assert again.code == 3
    assert len(place.runs()) == 1


# What was made before


def test_run_altered_since_is_not_taken_for_good(mixed: Place, scenario: Scenario) -> None:
    path = scenario(id='"altered"')
    assert mixed.run(scenario=path).code == 0
    folder = mixed.folder("altered")
    (folder / "by_importer.parquet").write_bytes(b"PAR1")
    done = mixed.run(scenario=path)
    assert done.code == 8
    assert done.err.splitlines() == [
        "error: by_importer.parquet was altered: it does not have its recorded hash",
        f"where: run {folder.name}",
        f"hint: do not use the run; make it again after: retorsion prune --run {folder.name}",
    ]
    assert mixed.do("prune", "--run", folder.name).code == 0
    assert mixed.run(scenario=path).code == 0
    assert mixed.do("verify", "altered").code == 0


def test_run_whose_manifest_is_damaged_can_be_made_again(mixed: Place, scenario: Scenario) -> None:
    path = scenario(id='"damaged"')
    assert mixed.run(scenario=path).code == 0
    folder = mixed.folder("damaged")
    (folder / "manifest.json").write_bytes(b"{")
    done = mixed.run(scenario=path)
    assert done.code == 5
    assert done.err.endswith(
        "hint: remove its folder, then make the run again: retorsion run SCENARIO\n"
    )
    for item in sorted(folder.rglob("*"), reverse=True):
        item.rmdir() if item.is_dir() else item.unlink()
    folder.rmdir()
    assert mixed.run(scenario=path).code == 0


def test_o07_scenario_id_stays_in_its_folder(mixed: Place, scenario: Scenario) -> None:
    for name in ('"../../x"', '"a/b"', '".."', '""', '"/x"'):
        refused(mixed, 4, scenario(id=name))


def test_faults_as_json(mixed: Place, scenario: Scenario) -> None:
    done = mixed.run("--json", scenario=scenario(importer='"AUS"'))
    assert done.code == 4
    assert done.err == ""
    assert done.object == {
        "error": "scenario rejected",
        "exit_code": 4,
        "problem_count": 1,
        "problems": [
            {
                "what": "the table has no imports of AUS",
                "where": "mixed.parquet, column importer",
                "hint": "did you mean USA?",
            }
        ],
    }
