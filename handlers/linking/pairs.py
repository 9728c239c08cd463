"""Two texts side by side, sentence by sentence: how near they are, in which order, and where one covers the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handlers.linking.index import Floats, scale
from handlers.linking.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be compared: a row of `vectors` and a weight (all of them together are 1) for each sentence.

    `characters` are those of its sentences.
    """

    language: str
    sentences: tuple[Sentence, ...]
    vectors: Floats
    weights: Floats
    characters: int

    def cut(self, start: int, end: int) -> "Text":
        """Only some of its sentences."""
        weights = self.weights[start:end]
        return Text(
            self.language,
            self.sentences[start:end],
            self.vectors[start:end],
            weights / weights.sum(),
            max(1, round(self.characters * float(weights.sum()))),
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """The similarities of the sentences of two texts, (here, there), and of either to the best of the other.

    Two sentences that follow each other count as one too, as translators join and part them.
    """

    similarities: Floats
    forward: Floats
    backward: Floats


@dataclass(frozen=True, slots=True)
class Crowd:
    """How near each sentence of a text is to the nearest one of each candidate: `best`, (sentences, candidates).

    `scores`: for each candidate the mean of both directions.
    """

    best: Floats
    scores: Floats


def prepare(language: str, sentences: Sequence[Sentence], vectors: Floats) -> Text:
    """A text with the weight of each sentence: its share of the characters.

    Vectors that belong to other sentences than these get even weights, and no sentences.
    """
    if len(sentences) == len(vectors):
        sizes = np.array([len(sentence.text) for sentence in sentences], dtype=np.float32)
    else:
        sentences, sizes = (), np.full(len(vectors), 100, dtype=np.float32)
    return Text(language, tuple(sentences), vectors, sizes / sizes.sum(), int(sizes.sum()))


def compare_crowd(text: Text, candidates: Sequence[Floats]) -> Crowd:
    """A text beside the sentence vectors of all candidates (one at least) at once."""
    sizes = np.array([len(vectors) for vectors in candidates])
    starts = np.cumsum(sizes) - sizes
    similarities = text.vectors @ np.concatenate(candidates).T
    best = np.maximum.reduceat(similarities, starts, axis=1)
    back = np.add.reduceat(similarities.max(axis=0), starts) / sizes
    return Crowd(best, np.asarray((text.weights @ best + back) / 2, dtype=np.float32))


def compare_pair(text: Text, candidate: Text) -> Pair:
    """Two texts, sentence by sentence."""
    similarities = text.vectors @ candidate.vectors.T
    there = text.vectors @ scale(candidate.vectors[:-1] + candidate.vectors[1:]).T
    here = scale(text.vectors[:-1] + text.vectors[1:]) @ candidate.vectors.T
    for part, joined in (
        (similarities[:, :-1], there),
        (similarities[:, 1:], there),
        (similarities[:-1], here),
        (similarities[1:], here),
    ):
        np.maximum(part, joined, out=part)
    return Pair(similarities, similarities.max(axis=1), similarities.max(axis=0))


def align(pair: Pair, weights: Floats) -> tuple[list[int], float]:
    """For each sentence here the place of one there, never going back; and the weighted sum of their similarities."""
    rows, columns = pair.similarities.shape
    total = np.zeros(columns, dtype=np.float32)
    came_from = np.zeros((rows, columns), dtype=np.intp)
    places = np.arange(columns)
    for row in range(rows):
        if row:
            best = np.maximum.accumulate(total)
            came_from[row] = np.maximum.accumulate(np.where(total == best, places, 0))
            total = best
        total = total + weights[row] * pair.similarities[row]
    place = int(total.argmax())
    reached, path = float(total[place]), [place]
    for row in range(rows - 1, 0, -1):
        place = int(came_from[row, place])
        path.append(place)
    return path[::-1], reached


def find_stretch(best: Floats, weights: Floats, least: float) -> tuple[int, int]:
    """The run of sentences (start, end) that matches best as a whole: what it has above `least`, added up (Kadane)."""
    gains = weights * (best - least)
    reached, start = 0.0, 0
    top, found = float("-inf"), (0, 1)
    for place, gain in enumerate(gains):
        if reached <= 0:
            reached, start = 0.0, place
        reached += float(gain)
        if reached > top:
            top, found = reached, (start, place + 1)
    return found
