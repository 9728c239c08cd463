"""Turns features into a probability: logistic regressions, whose coefficients `make fit-linking` fits.

`coefficients.json` holds them, with the quality that was measured beside them; `projection.npy` the axes on which the
index lays documents.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handlers.linking.features import NAMES, Habits
from handlers.linking.index import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Regression:
    """For each of the features named, by their place in a row of `NAMES`, a weight; and the bias."""

    names: tuple[str, ...]
    weights: Doubles
    bias: float

    def judge(self, rows: Floats) -> Doubles:
        """The probability for each row of features."""
        chosen = rows[:, [NAMES.index(name) for name in self.names]].astype(np.float64)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(chosen @ self.weights + self.bias, -30.0, 30.0))))


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that was fitted.

    `match` judges a candidate among others, `answer` one that the text answers. From `link` on a probability links, from
    `suggest` on it is a suggestion, from `agree` on an answer is a translation.
    """

    match: Regression
    answer: Regression
    habits: Habits
    link: float
    suggest: float
    agree: float
    projection: Floats


def load_judgement() -> Judgement:
    """What is shipped. ValueError for a file that does not fit this code."""
    folder = files("handlers.linking")
    kept = json.loads(folder.joinpath("coefficients.json").read_text(encoding="utf-8"))
    axes = np.load(BytesIO(folder.joinpath("projection.npy").read_bytes()), allow_pickle=False)
    return read_judgement(kept, axes)


def read_judgement(kept: Mapping[str, Any], axes: NDArray[Any]) -> Judgement:
    """From what `coefficients.json` holds."""
    thresholds = kept["thresholds"]
    return Judgement(
        match=read_regression(kept["match"]),
        answer=read_regression(kept["answer"]),
        habits=Habits(kept["lengths"], kept["nearness"]),
        link=thresholds["link"],
        suggest=thresholds["suggest"],
        agree=thresholds["agree"],
        projection=axes.astype(np.float32),
    )


def fit(
    names: Sequence[str],
    rows: Floats,
    is_match: NDArray[np.bool_],
    importance: Doubles,
    signs: Sequence[int],
    penalty: float = 1.0,
) -> Regression:
    """The likeliest weights by Newton's method, with a quadratic penalty on those of standardised features.

    Rows as `NAMES` says. `importance` counts a row more than once; a weight whose sign is not that in `signs` (1 or -1; 0
    for any) becomes 0.
    """
    chosen = rows[:, [NAMES.index(name) for name in names]].astype(np.float64)
    share = importance / importance.sum()
    centres = share @ chosen
    spreads = np.sqrt(share @ (chosen - centres) ** 2) + 1e-6
    design = np.column_stack([(chosen - centres) / spreads, np.ones(len(chosen))])
    kept = np.ones(len(names) + 1, dtype=bool)
    while True:
        every = np.zeros(len(names) + 1)
        every[kept] = _climb(design[:, kept], is_match.astype(np.float64), importance, penalty)
        wrong = [place for place, sign in enumerate(signs) if sign * every[place] < 0]
        if not wrong:
            break
        # The worst alone: without it others may change their sign.
        kept[max(wrong, key=lambda place: abs(every[place]))] = False
    weights = every[:-1] / spreads
    return Regression(tuple(names), weights, float(every[-1] - weights @ centres))


def _climb(design: Doubles, target: Doubles, importance: Doubles, penalty: float) -> Doubles:
    weights = np.zeros(design.shape[1])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-6
    for _ in range(100):
        found = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30.0, 30.0)))
        slope = design.T @ (importance * (target - found)) - ridge * weights
        curve = (design * (importance * found * (1 - found))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        # A whole step overshoots where the classes are nearly apart.
        weights = weights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    return weights


def read_regression(kept: Mapping[str, Any]) -> Regression:
    """From its part of the file; ValueError for a feature that nobody measures."""
    weights = kept["weights"]
    if unknown := sorted(set(weights) - set(NAMES)):
        raise ValueError(f"features that nobody measures: {', '.join(unknown)}")
    return Regression(tuple(weights), np.array(list(weights.values()), dtype=np.float64), float(kept["bias"]))
