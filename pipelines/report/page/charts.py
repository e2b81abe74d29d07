"""Charts as SVG text: drawn by Vega-Lite without a browser, readable in grey and on dark paper.

What is in force is a filled mark, what threatens an outlined one, so that no meaning hangs on a
colour. Text takes the colour of the page; every chart has a table and a sentence beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.report.page.engine import svg_of

WIDTH = 620
BAR = 26
MARK, SOFT, INK = "#2f74c0", "#2f74c022", "#555555"
LABEL_PIXELS = 220
Row = Mapping[str, Any]

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal", "domain": False,
             "labelPadding": 8, "gridColor": "#88888844", "tickColor": "#88888844",
             "labelLimit": LABEL_PIXELS},
    "text": {"fontSize": 13},
}  # fmt: skip


def short_usd(amount: float | None) -> str:
    """An amount as charts label it: ``7.06 bn``; what is not known is said to be so."""
    if amount is None:
        return "unknown"
    for size, word in ((1e12, " tn"), (1e9, " bn"), (1e6, " m")):
        if abs(amount) >= size:
            return f"{amount / size:.3g}{word}" if abs(amount) < 999 * size else f"{amount:,.0f}"
    return f"{amount:,.0f}"


def bars(rows: Sequence[Row], *, title: str) -> str:
    """Horizontal bars with their amount beside them.

    Args:
        rows: ``name``, ``usd`` and either ``is_filled`` or ``filled_usd``, the part of the bar that
            is filled, from top to bottom.
        title: Title of the axis.
    """
    values = [_bar(row) for row in rows if row["usd"] is not None]
    y = _names([row["name"] for row in values])
    x = {"field": "usd", "type": "quantitative", "axis": _money(title)}
    mark = {"type": "bar", "stroke": MARK, "strokeWidth": 1.5, "height": {"band": 0.7}}
    bar = {"mark": mark | {"fill": SOFT}, "encoding": {"y": y, "x": x}}
    part = {"mark": mark | {"fill": MARK}, "encoding": {"y": y, "x": {**x, "field": "filled"}}}
    text = {
        "mark": {"type": "text", "align": "left", "dx": 5, "fill": INK},
        "encoding": {"y": y, "x": x, "text": {"field": "label", "type": "nominal"}},
    }
    return _svg({"data": {"values": values}, "layer": [bar, part, text]}, len(values))


def _bar(row: Row) -> dict[str, Any]:
    """A bar with its label and the part of it that is filled."""
    whole = row["usd"] if row.get("is_filled") else 0.0
    filled = row["filled_usd"] or 0.0 if "filled_usd" in row else whole
    return {"name": row["name"], "usd": row["usd"], "filled": filled,
            "label": short_usd(row["usd"])}  # fmt: skip


def dumbbells(rows: Sequence[Row], *, title: str) -> str:
    """Two rates of each name joined by a line: an outlined dot before, a filled dot after.

    Args:
        rows: ``name``, ``before`` and ``after`` as fractions, from top to bottom.
        title: Title of the axis.
    """
    values = [dict(row) for row in rows if None not in (row["before"], row["after"])]
    y = _names([row["name"] for row in values])
    axis = {"title": title, "format": ".0%", "tickCount": 6}
    before = {"field": "before", "type": "quantitative", "axis": axis}
    after = {"field": "after", "type": "quantitative", "axis": axis}
    dot = {"type": "point", "size": 110, "opacity": 1, "stroke": MARK, "strokeWidth": 2}
    layers = [
        {"mark": {"type": "rule", "stroke": MARK, "strokeWidth": 2},
         "encoding": {"y": y, "x": before, "x2": {"field": "after"}}},
        {"mark": dot | {"fill": "#ffffff"}, "encoding": {"y": y, "x": before}},
        {"mark": dot | {"fill": MARK}, "encoding": {"y": y, "x": after}},
    ]  # fmt: skip
    return _svg({"data": {"values": values}, "layer": layers}, len(values))


def intervals(rows: Sequence[Row], *, title: str) -> str:
    """A range of each name as a line, with a dot at its central value.

    Args:
        rows: ``name``, ``low``, ``central`` and ``high``, from top to bottom.
        title: Title of the axis.
    """
    values = [dict(row) for row in rows]
    y = _names([row["name"] for row in values])
    ends, central = (
        {"field": field, "type": "quantitative", "axis": _money(title)}
        for field in ("low", "central")
    )
    dot = {"type": "point", "size": 110, "opacity": 1, "stroke": MARK, "strokeWidth": 2}
    zero = {
        "mark": {"type": "rule", "stroke": INK, "strokeWidth": 1, "aria": False},
        "encoding": {"x": {"datum": 0, "type": "quantitative"}},
    }
    layers = [
        zero,
        {"mark": {"type": "rule", "stroke": MARK, "strokeWidth": 2},
         "encoding": {"y": y, "x": ends, "x2": {"field": "high"}}},
        {"mark": dot | {"fill": MARK}, "encoding": {"y": y, "x": central}},
    ]  # fmt: skip
    return _svg({"data": {"values": values}, "layer": layers}, len(values))


def dots(rows: Sequence[Row], *, title: str) -> str:
    """A share of each name as a dot at the end of a line from zero, with its percentage.

    Args:
        rows: ``name``, ``share`` and ``is_filled``, from top to bottom.
        title: Title of the axis.
    """
    values = [dict(row) | {"zero": 0, "label": f"{100 * row['share']:.1f} %"} for row in rows]
    y = _names([row["name"] for row in values])
    axis = {"title": title, "format": ".0%", "tickCount": 5}
    x = {"field": "share", "type": "quantitative", "axis": axis}
    dot = {"type": "point", "size": 110, "opacity": 1, "stroke": MARK, "strokeWidth": 2}
    layers = [
        {"mark": {"type": "rule", "stroke": MARK, "strokeWidth": 2},
         "encoding": {"y": y, "x": {**x, "field": "zero"}, "x2": {"field": "share"}}},
        {"mark": dot, "encoding": {"y": y, "x": x, "fill": {
            "condition": {"test": "datum.is_filled", "value": MARK}, "value": "#ffffff"}}},
        {"mark": {"type": "text", "align": "left", "dx": 10, "fill": INK},
         "encoding": {"y": y, "x": x, "text": {"field": "label", "type": "nominal"}}},
    ]  # fmt: skip
    return _svg({"data": {"values": values}, "layer": layers}, len(values))


def tornado(rows: Sequence[Row], *, title: str) -> str:
    """Bars to both sides of zero, the strongest on top: filled above zero, outlined below.

    Args:
        rows: ``name`` and ``strength`` from -1 to 1, from top to bottom.
        title: Title of the axis.
    """
    values = [
        dict(row) | {"is_filled": row["strength"] >= 0, "label": f"{row['strength']:+.2f}",
                     "top": max(row["strength"], 0)}
        for row in rows
    ]  # fmt: skip
    y = _names([row["name"] for row in values])
    axis = {"title": title, "tickCount": 5}
    x = {"field": "strength", "type": "quantitative", "axis": axis, "scale": {"domain": [-1, 1]}}
    bar = {
        "mark": {"type": "bar", "stroke": MARK, "strokeWidth": 1.5, "height": {"band": 0.7}},
        "encoding": {"y": y, "x": x, "fill": _filled()},
    }
    text = {
        "mark": {"type": "text", "align": "left", "dx": 5, "fill": INK},
        "encoding": {"y": y, "x": {**x, "field": "top"},
                     "text": {"field": "label", "type": "nominal"}},
    }  # fmt: skip
    return _svg({"data": {"values": values}, "layer": [bar, text]}, len(values))


def waterfall(rows: Sequence[Row], *, title: str) -> str:
    """Steps from one total to another: totals from zero, parts from where the last one ended.

    Args:
        rows: ``name``, ``usd`` and ``is_total``, in order.
        title: Title of the axis.
    """
    values, height = [], 0.0
    for row in rows:
        low, high = (0.0, row["usd"]) if row["is_total"] else (height, height + row["usd"])
        height = high
        label = short_usd(row["usd"]) if row["is_total"] else f"{row['usd']:+,.0f}"
        if not row["is_total"]:
            label = ("+" if row["usd"] >= 0 else "") + short_usd(row["usd"])
        values.append({"name": row["name"], "low": low, "high": high, "top": max(low, high),
                       "label": label, "is_filled": not row["is_total"]})  # fmt: skip
    y = _names([row["name"] for row in values])
    x = {"field": "low", "type": "quantitative", "axis": _money(title)}
    top = {"field": "top", "type": "quantitative", "axis": _money(title)}
    bar = {
        "mark": {"type": "bar", "stroke": MARK, "strokeWidth": 1.5, "height": {"band": 0.7}},
        "encoding": {"y": y, "x": x, "x2": {"field": "high"}, "fill": _filled()},
    }
    text = {
        "mark": {"type": "text", "align": "left", "dx": 5, "fill": INK},
        "encoding": {"y": y, "x": top, "text": {"field": "label", "type": "nominal"}},
    }
    return _svg({"data": {"values": values}, "layer": [bar, text]}, len(values))


def _names(names: Sequence[str]) -> dict[str, Any]:
    return {"field": "name", "type": "nominal", "sort": list(names), "axis": {"title": None}}


def _money(title: str) -> dict[str, Any]:
    short = "replace(replace(format(datum.value, '.3~s'), 'G', ' bn'), 'M', ' m')"
    return {"title": title, "labelExpr": f"replace({short}, 'T', ' tn')", "tickCount": 5}


def _filled() -> dict[str, Any]:
    return {"condition": {"test": "datum.is_filled", "value": MARK}, "value": SOFT}


def _svg(spec: Mapping[str, Any], count: int) -> str:
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": CONFIG,
        "width": WIDTH,
        "height": max(count, 1) * BAR,
        "padding": {"left": 24, "top": 5, "bottom": 5, "right": 70},
        **spec,
    }
    return svg_of(whole)
