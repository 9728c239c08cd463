"""What a text and a candidate have in common, in numbers: by sentences, by their surroundings, figures, names, length.

Sentence similarities in both directions and the ratio margin follow Artetxe and Schwenk, "Margin-based Parallel Corpus
Mining" (2019); the length of a translation follows Gale and Church, "A Program for Aligning Sentences" (1993).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handlers.linking.anchors import Agreement, Shared
from handlers.linking.index import Floats, Neighbours
from handlers.linking.pairs import Pair, Text, align

NAMES = (
    "worse", "better", "least", "order", "votes", "mates", "stretch", "length", "figures", "figures-apart",
    "names", "names-apart", "size", "whole", "few-mates", "very-near", "not-near", "lead", "second", "mutual", "margin",
    "both-far",
)  # fmt: skip
"""The features, in the order of a row:

`worse`, `better`: mean similarity of the sentences of either text to the best of the other, less what is usual for the
two languages; `least`: that of the sentences that match worst. `order`: how much of it is left if sentences follow
each other as they do there. `votes`: the share of the text that no other contribution matches as well. `mates`: the
share of both in sentences that are each other's best match; `stretch`, `length`: how far the lengths of those, and of
the whole, are from a translation's. `figures`, `names`: in both; `-apart`: the share in one only. `size`: of the
shorter one. `lead`, `second`: how far the next contribution is behind, by sentence and as a whole. `mutual`, `margin`:
difference and ratio of their nearness to that of their neighbours. The others bend what is straight: `whole`, `worse`
times `mates`; `few-mates`, up to the half; `very-near`, `not-near`, `worse` above and below what is usual; `both-far`, the
lesser of `second` and `mutual`.
"""
SIGNS: Mapping[str, int] = {
    "stretch": -1, "length": -1, "figures-apart": -1, "names-apart": -1, "size": 0, "not-near": -1,
}  # fmt: skip
"""Which way a feature may speak: for a match, but for these. Another sign would be a chance of the texts fitted on."""
ALONE = tuple(name for name in NAMES[: NAMES.index("lead")] if name != "votes")
"""The features that need no other texts beside the two."""
USUAL = 0.35
"""How near texts about one subject are: what is taken where a forum has too few to compare with."""
RIVALS = 3
"""Neighbours whose mean the ratio margin divides by."""
VERY_NEAR, NOT_NEAR = 0.7, 0.6
"""Where `worse` bends: translations are seldom below the latter, and others seldom above the former."""
LEAST = 0.25
"""The share of a text that is looked at for `least`."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What languages are like: `lengths`, logarithm of the characters of a text over those in English; `nearness`, what
    a language adds to the similarity of a translation's sentences. A language that is not there is like the mean."""

    lengths: Mapping[str, float]
    nearness: Mapping[str, float]

    def expect_nearness(self, one: str, other: str) -> float:
        """What the similarity of translations between two languages is above the mean."""
        return self.nearness.get(one, 0.0) + self.nearness.get(other, 0.0)

    def measure_length(self, text: Text, candidate: Text) -> float:
        """Logarithm of the length over the candidate's, less what is usual for their languages: 0 for as long."""
        expected = self.lengths.get(text.language, 0.0) - self.lengths.get(candidate.language, 0.0)
        return float(np.log(max(text.characters, 1) / max(candidate.characters, 1)) - expected)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is near. `other`: the best of other contributions for each sentence of the text; `second`: the score of
    the next one; `document`: how near the two texts are; `here`: neighbours of the candidate in the text's language,
    `there`: those of the text in the candidate's."""

    other: Floats
    second: float
    document: float
    here: Neighbours
    there: Neighbours


def weigh(
    text: Text, candidate: Text, pair: Pair, shared: Shared, around: Surroundings, habits: Habits
) -> Floats:
    """The features of a candidate, a row as `NAMES` says; every one is finite."""
    usual = habits.expect_nearness(text.language, candidate.language)
    forward, backward = float(text.weights @ pair.forward), float(candidate.weights @ pair.backward)
    least = min(_find_least(pair.forward, text.weights), _find_least(pair.backward, candidate.weights))
    lead = pair.forward - around.other
    worse, (mates, stretch) = min(forward, backward) - usual, _measure_mates(text, candidate, pair)
    second = (forward + backward) / 2 - max(around.second, USUAL)
    mutual = around.document - max(around.here.nearest, USUAL)
    neighbours = (around.here.mean(RIVALS, USUAL) + around.there.mean(RIVALS, USUAL)) / 2
    row = (
        worse,
        max(forward, backward) - usual,
        least - usual,
        _measure_order(pair, text.weights),
        float(text.weights @ (lead > 0)),
        mates,
        stretch,
        min(abs(habits.measure_length(text, candidate)), 0.8),
        min(np.log1p(_count_figures(shared.figures.both)), 1.5),
        _share_apart(shared.figures, _count_figures),
        min(np.log1p(len(shared.names.both)), 1.5),
        _share_apart(shared.names, lambda names: float(len(names))),
        np.log(max(min(text.characters, candidate.characters), 30)),
        worse * mates,
        min(mates, 0.5),
        max(worse - VERY_NEAR, 0.0),
        max(NOT_NEAR - worse, 0.0),
        float(text.weights @ np.clip(lead, -0.5, 0.5)),
        second,
        mutual,
        around.document / max(neighbours, 0.1),
        min(second, mutual),
    )
    return np.clip(np.array(row, dtype=np.float32), LOWEST, HIGHEST)


_LIMITS = {
    "lead": (-0.1, 0.25),
    "second": (-0.1, 0.3),
    "mutual": (-0.1, 0.3),
    "both-far": (-0.1, 0.3),
    "margin": (0.5, 1.6),
}
"""Beyond these, more of it says no more: in a forum with few texts the next one is always far."""
LOWEST: Floats = np.array([_LIMITS.get(name, (-10.0, 10.0))[0] for name in NAMES], dtype=np.float32)
HIGHEST: Floats = np.array([_LIMITS.get(name, (-10.0, 10.0))[1] for name in NAMES], dtype=np.float32)


def _measure_order(pair: Pair, weights: Floats) -> float:
    free = float(weights @ np.maximum(pair.forward, 0.01))
    return float(np.clip(align(pair, weights)[1] / free, 0.0, 1.0))


def _measure_mates(text: Text, candidate: Text, pair: Pair) -> tuple[float, float]:
    there, back = pair.similarities.argmax(axis=1), pair.similarities.argmax(axis=0)
    here: NDArray[np.intp] = np.flatnonzero(back[there] == np.arange(len(there)))
    weights, theirs = text.weights[here], candidate.weights[there[here]]
    stretch = np.minimum(np.abs(np.log(weights / theirs)), 1.0)
    return float((weights.sum() + theirs.sum()) / 2), float(weights @ stretch / weights.sum())


def _find_least(best: Floats, weights: Floats) -> float:
    order = np.argsort(best)
    worst = order[: int(np.searchsorted(np.cumsum(weights[order]), LEAST)) + 1]
    return float(weights[worst] @ best[worst] / weights[worst].sum())


def _count_figures(figures: Collection[str]) -> float:
    """One of a single digit says little: translators write three for 3."""
    return sum((0.2, 0.7, 1.0)[min(len(figure), 3) - 1] for figure in figures)


def _share_apart(agreement: Agreement, count: Callable[[Collection[str]], float]) -> float:
    """The share that one text has and the other has not; some of it is usual, so that few say little."""
    apart, both = count(agreement.first) + count(agreement.second), count(agreement.both)
    return apart / (1 + apart + 2 * both)
