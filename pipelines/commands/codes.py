"""``codes``: what a code is, what goods are called, and lists in another nomenclature."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import AsJson, WorkspaceOption, show

Words = Annotated[
    list[str], typer.Argument(metavar="WORDS", help="Words of a text, or first digits of a code.")
]
Code = Annotated[str, typer.Argument(metavar="CODE", help="A code of 2 to 10 digits, or a @group.")]
Lists = Annotated[
    list[str],
    typer.Argument(metavar="CODES", help="Codes, @groups, or files with a column of codes."),
]
Name = Annotated[
    list[str], typer.Argument(metavar="NAME", help="A name, a code of any system, or a group.")
]
Nomenclature = Annotated[
    str, typer.Option("--nomenclature", help="Edition of the codes found, such as HS1992.")
]
Texts = Annotated[
    Path | None,
    typer.Option("--texts", metavar="FILE", help="CSV, XLSX or Parquet with code and description."),
]
SitcTable = Annotated[
    Path | None,
    typer.Option("--sitc", metavar="FILE", help="The UN's correlation table of HS and SITC."),
]
From = Annotated[
    str, typer.Option("--from", metavar="NOMENCLATURE", help="Nomenclature of the codes given.")
]
To = Annotated[str, typer.Option("--to", metavar="NOMENCLATURE", help="HS edition that is wanted.")]
Single = Annotated[
    bool, typer.Option("--single", help="One code for each, for tagging instead of values.")
]
AllPairs = Annotated[
    bool, typer.Option("--all-pairs", help="Every correlated code, not the published conversion.")
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights", metavar="NAME|FILE", help="Trade table in the wanted edition to share by."
    ),
]
Trade = Annotated[
    str | None,
    typer.Option(
        "--trade", metavar="NAME|FILE", help="Trade table of the codes given, to tell dollars."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the list as CSV, other columns kept."),
]

app = typer.Typer(
    name="codes",
    help="Find goods and economies; show a code in all editions; convert lists of codes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def find(
    words: Words,
    nomenclature: Nomenclature = "HS2022",
    texts: Texts = None,
    as_json: AsJson = False,
) -> None:
    """Find goods: by the names of groups first, then in the texts of codes that there are.

    \b
    Examples:
      retorsion codes find "flat glass"
          the group @flat-glass and its codes; no official text says flat glass
      retorsion codes find windscreens --texts hs2022.csv
          the codes whose text in your file has the word
    """  # noqa: D301
    from pipelines.codes.find import find as found_by

    match = found_by(" ".join(words), nomenclature, texts)
    show(match.as_dict(), match.lines(), as_json=as_json)


def show_code(
    code: Code, texts: Texts = None, sitc: SitcTable = None, as_json: AsJson = False
) -> None:
    """Show a code, or a @group, in all editions: where it is listed, what it was, what it became.

    \b
    Example:
      retorsion codes show 870899
          seven editions, its BEC category, the groups that hold it
      retorsion codes show 870899 --sitc hs2022-sitc4.xlsx
          its codes of the SITC too, from a table of yours: none is shipped
      retorsion codes show @telecom
          its codes in each edition, and the goods that leave it or come in between editions
    """  # noqa: D301
    from pipelines.codes.show import show_code as shown_as
    from pipelines.codes.show_group import show_group

    if code.startswith("@"):
        group = show_group(code)
        show(group.as_dict(), group.lines(), as_json=as_json)
        return
    shown = shown_as(code, texts, sitc)
    show(shown.as_dict(), shown.lines(), as_json=as_json)


def convert(
    codes: Lists,
    source: From,
    target: To,
    single: Single = False,
    all_pairs: AllPairs = False,
    weights: Weights = None,
    trade: Trade = None,
    out: Out = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Put codes into another edition: what is split, what is a part, what has no code there.

    \b
    Examples:
      retorsion codes convert @telecom --from HS2022 --to HS1992
          a group; the goods that leave it and the codes that are only in part of it
      retorsion codes convert annex.csv --from HTS2024 --to HS2017 --out annex-2017.csv
          an annex; its rates and other columns stay beside the codes
    """  # noqa: D301
    from pipelines.codes.convert import Asked, write_csv
    from pipelines.codes.convert import convert as converted_by
    from pipelines.workspace import open_workspace

    asked = Asked(source=source, target=target, single=single, along_all=all_pairs,
                  weights=weights, trade=trade)  # fmt: skip
    found = converted_by(open_workspace(workspace), codes, asked)
    if out is not None:
        write_csv(out, found.to_csv())
    show(found.as_dict(), found.lines(), as_json=as_json)


def country(name: Name, as_json: AsJson = False) -> None:
    """Show an economy: names, codes, groups; a state that is no more, with what followed.

    \b
    Examples:
      retorsion codes country 842
          the United States as UN Comtrade and BACI number them
      retorsion codes country Yugoslavia
          who came after it
    """  # noqa: D301
    from pipelines.codes.country import economy

    found = economy(" ".join(name))
    show(found.as_dict(), found.lines(), as_json=as_json)


def register(parent: typer.Typer) -> None:
    """Attach the commands of this subject."""
    parent.add_typer(app)


app.command("find")(find)
app.command("show")(show_code)
app.command("convert")(convert)
app.command("country")(country)
