"""Measures the candidates of a text: which are nearest by their sentences, and those few then in every feature."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from handlers.linking.anchors import Anchors, Shared, find_anchors, share
from handlers.linking.features import USUAL, Habits, Surroundings, weigh
from handlers.linking.index import Floats, Index, Nearness, Neighbours
from handlers.linking.matching import Candidate
from handlers.linking.pairs import Crowd, Pair, Text, compare_crowd, compare_pair, find_stretch, prepare
from handlers.linking.sentences import split_sentences

FINALISTS = 5
"""Contributions that are looked at closely."""
MATCHES = 0.58
"""A sentence this near to one of the other text may be its translation, less what is usual for the languages."""
WHOLE = 0.85
"""The share of a text that the matching stretch of it has to be, so that it counts as all of it."""
RECURS, RECURS_ABROAD = 0.8, 0.7
"""A sentence this near to one of another contribution is one that recurs: in its own language, or in another one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate beside a text, with its row of features; `usual` and `length` as `Habits` gives them.

    `covers`: (start, end) of the candidate's sentences that the text matches. `part`: the same row for these alone, where
    they are not the whole of it, and most of the text is there. `recurs`: the share of either text in sentences that
    other contributions have as well; `twin`: how near the nearest text of another contribution in its own language is.
    """

    candidate: Candidate
    here: Text
    there: Text
    pair: Pair
    shared: Shared
    anchors: Anchors
    usual: float
    length: float
    row: Floats
    covers: tuple[int, int]
    part: Floats | None
    recurs: float = 0.0
    twin: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """A text beside all its candidates. `choices` are those in other languages, `crowd` how near these are."""

    habits: Habits
    text: Text
    anchors: Anchors
    candidates: Sequence[tuple[Candidate, Floats]]
    choices: Sequence[tuple[Candidate, Floats]]
    crowd: Crowd


def measure(
    index: Index, habits: Habits, here: Text, anchors: Anchors, candidates: Sequence[tuple[Candidate, Floats]]
) -> list[Measured]:
    """The nearest candidates, one for each contribution, in every feature; the nearest by sentences first.

    Candidates in the text's own language are no choice: they only show what recurs.
    """
    choices = [one for one in candidates if one[0].language != here.language]
    if not choices:
        return []
    crowd = compare_crowd(here, [vectors for _, vectors in choices])
    question = Question(habits, here, anchors, candidates, choices, crowd)
    places = _choose(crowd, [candidate.contribution for candidate, _ in choices])
    documents = np.stack(
        [index.project(vectors) for vectors in (here.vectors, *(choices[place][1] for place in places))]
    )
    nearness = index.compare(documents)
    return [
        _measure_one(question, place, float(documents[0] @ documents[number]), nearness, number)
        for number, place in enumerate(places, 1)
    ]


def measure_pair(
    habits: Habits, here: Text, anchors: Anchors, candidate: Candidate, vectors: Floats
) -> Measured:
    """A single candidate with nothing else beside it: of its features only those of `ALONE` say something."""
    nobody = Neighbours(np.zeros(0, dtype=np.float32))
    around = Surroundings(np.full(len(here.vectors), USUAL, dtype=np.float32), USUAL, 0.0, nobody, nobody)
    there = prepare(candidate.language, split_sentences(candidate.text), vectors)
    return _compare(habits, here, anchors, candidate, there, around)


def _choose(crowd: Crowd, contributions: Sequence[int]) -> list[int]:
    """The place of the best text of each of the best contributions."""
    found: dict[int, int] = {}
    for place in np.argsort(-crowd.scores, kind="stable"):
        found.setdefault(contributions[place], int(place))
        if len(found) == FINALISTS:
            break
    return list(found.values())


def _measure_one(
    question: Question, place: int, document: float, nearness: Nearness, number: int
) -> Measured:
    """`place` among the choices; of `nearness` the first vector is the text's, that at `number` the candidate's."""
    here = question.text
    candidate, vectors = question.choices[place]
    there = prepare(candidate.language, split_sentences(candidate.text), vectors)
    others = np.array([one.contribution != candidate.contribution for one, _ in question.choices])
    around = Surroundings(
        other=question.crowd.best[:, others].max(axis=1, initial=USUAL),
        second=float(question.crowd.scores[others].max(initial=USUAL)),
        document=document,
        here=nearness.find_neighbours(number, here.language, candidate.contribution),
        there=nearness.find_neighbours(0, there.language, candidate.contribution),
    )
    twins = (
        nearness.find_neighbours(0, here.language, candidate.contribution).nearest,
        nearness.find_neighbours(number, there.language, candidate.contribution).nearest,
    )
    measured = _compare(question.habits, here, question.anchors, candidate, there, around)
    return replace(
        measured, recurs=_measure_recurring(question, candidate, there, around.other), twin=max(twins)
    )


def _compare(
    habits: Habits, here: Text, anchors: Anchors, candidate: Candidate, there: Text, around: Surroundings
) -> Measured:
    pair = compare_pair(here, there)
    found = find_anchors(candidate.text)
    shared = share(anchors, found)
    usual = habits.expect_nearness(here.language, there.language)
    covers = find_stretch(pair.backward, there.weights, MATCHES + usual)
    part = None
    matching = float(here.weights @ (pair.forward >= MATCHES + usual))
    if there.weights[covers[0] : covers[1]].sum() < WHOLE and matching >= 0.5:
        cut = there.cut(*covers)
        inside = find_anchors(" ".join(sentence.text for sentence in cut.sentences))
        part = weigh(here, cut, compare_pair(here, cut), share(anchors, inside), around, habits)
    return Measured(
        candidate=candidate,
        here=here,
        there=there,
        pair=pair,
        shared=shared,
        anchors=found,
        usual=usual,
        length=habits.measure_length(here, there),
        row=weigh(here, there, pair, shared, around, habits),
        covers=covers,
        part=part,
    )


def _measure_recurring(question: Question, candidate: Candidate, there: Text, other: Floats) -> float:
    """The larger share of the two texts in sentences that other contributions have as well."""
    usual = question.habits.expect_nearness(question.text.language, there.language)
    shares = [float(question.text.weights @ (other > RECURS_ABROAD + usual))]
    for text in (question.text, there):
        siblings = [
            vectors
            for one, vectors in question.candidates
            if one.language == text.language and one.contribution != candidate.contribution
        ]
        if siblings:
            nearest = (text.vectors @ np.concatenate(siblings).T).max(axis=1)
            shares.append(float(text.weights @ (nearest > RECURS)))
    return max(shares)
