"""The golden vectors beside the checkout, and markets made from them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calc.effects.model import Duty, Floats, Market, Responses, Schedule

PRINTED = 5e-12
VECTORS = Path(__file__).parents[3] / "shared" / "vectors"


def vector(name: str, origin: str) -> dict[str, Any]:
    """A vector, whose figures are from where the test says: published or reference."""
    path = VECTORS / f"{name}.json"
    if not path.is_file():
        pytest.skip("the reference vectors are not beside the checkout")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert found["expected_origin"] == origin
    return found


def near(expected: Any, tolerance: dict[str, float]) -> Any:
    """An expected figure, or list of them, within a vector's tolerance.

    Vectors print twelve digits, so none can be nearer than half of the last one.
    """
    return pytest.approx(
        np.asarray(expected, dtype=float),
        rel=max(tolerance["rel"], PRINTED) if "rel" in tolerance else 0.0,
        abs=tolerance.get("abs", 1e-12 if "rel" in tolerance else 0.0),
    )


def column(figures: Sequence[Any]) -> Floats:
    """Figures by source, of one market."""
    return np.array([[float(figure)] for figure in figures])


def one(figure: Any) -> Floats:
    """A figure of one market."""
    return np.array([float(figure)])


def market_of(inputs: dict[str, Any]) -> Market:
    """The market of a vector, whose values are what buyers spend, duty included."""
    before, after = column(inputs["t0"]), column(inputs["t1"])
    sigma = inputs.get("sigma_m", inputs.get("sigma"))
    return Market(
        value=column(inputs["v0"]) / (1.0 + before),
        is_domestic=np.array(inputs.get("dom", [True, False, False])),
        before=Schedule(Duty(before)),
        after=Schedule(Duty(after)),
        responses=Responses(
            between_imports=one(sigma),
            with_domestic=one(inputs.get("sigma_d", sigma)),
            demand=one(inputs["eta"]),
            supply=column(inputs["eps"]),
        ),
    )
