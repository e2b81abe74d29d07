"""Rates by firm: an annex of firms, the portion of the flow that each has, and its rate."""

from fractions import Fraction

from pipelines.scenario.duties import duty_in_cell
from pipelines.scenario.fields import Table
from pipelines.scenario.grammar import FIRMS, check_keys
from pipelines.scenario.model import Duty
from pipelines.scenario.ranges import share_in_cell
from pipelines.scenario.setting import Setting

SPLIT = "split"
COLUMNS = ("firm", "portion", "rate")
REST = "all others"


def read_split(inner: Table, setting: Setting) -> tuple[Duty | None, str]:
    """The rate of all other firms, and the name of the annex; null where it is refused."""
    check_keys(inner, FIRMS)
    annex = setting.files.annex(inner, SPLIT, inner.values[SPLIT], folder=setting.folder)
    if annex is None:
        return None, ""
    setting.files.mark(annex, (*COLUMNS, "note", "source"))
    if not annex.check_columns(inner, SPLIT, known=COLUMNS, required=COLUMNS):
        return None, annex.name
    rest, total, firms = None, Fraction(), set()
    for row in annex.cells(inner, SPLIT):
        firm = row.text("firm")
        if not firm or firm in firms:
            row.refuse("firm", "the row names no firm" if not firm else "the firm is there twice")
        firms.add(firm)
        duty, portion = duty_in_cell(row, "rate", setting.words), share_in_cell(row, "portion")
        total += Fraction(str(portion or 0))
        rest = duty if firm.casefold() == REST else rest
    if rest is None:
        inner.refuse(SPLIT, f'{annex.name} has no firm "{REST}"', "give the rest a row of its own")
    elif total != 1:
        inner.refuse(SPLIT, f"the portions of {annex.name} sum to {float(total):g}, not to 1")
    return rest, annex.name
