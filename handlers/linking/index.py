"""The texts that can be found: of each one short vector in memory, searched by brute force.

A text's vector is the mean of its sentences' vectors, projected to `DIMENSIONS`: 512 bytes for each text. Brute force
over 100,000 of them takes some milliseconds, and finds what a tree of neighbours may miss.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from handlers.linking.matching import Indexed

Floats = NDArray[np.float32]

_FIRST_ROOM = 256
_NEAREST = 12
"""Of one language, before those of one contribution are left out: it has few texts in one language."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How near the nearest texts of other contributions are, in one language: the nearest first; fewer in a new forum."""

    similarities: Floats

    @property
    def nearest(self) -> float:
        """The nearest one's; 0 where there is none."""
        return float(self.similarities[0]) if len(self.similarities) else 0.0

    def mean(self, number: int, padding: float) -> float:
        """Of the first `number`, as if there were enough that are `padding` near."""
        found = self.similarities[:number]
        missing = number - len(found)
        return float((found.sum() + missing * padding) / number)


class Index:
    """Rows of unit length, with key, contribution, language and instant; a projection of shape (encoder's, ours)."""

    def __init__(self, projection: Floats) -> None:
        self._projection = projection
        self._languages: dict[str, int] = {}
        self._rows: dict[int, int] = {}
        self._vectors = np.zeros((_FIRST_ROOM, projection.shape[1]), dtype=np.float32)
        self._keys = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._contributions = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._codes = np.zeros(_FIRST_ROOM, dtype=np.int16)
        self._received = np.zeros(_FIRST_ROOM, dtype=np.float64)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: int) -> bool:
        return key in self._rows

    def project(self, sentences: Floats) -> Floats:
        """The vector of a text from those of its sentences, shape (number, encoder's dimensions)."""
        return scale(sentences.mean(axis=0) @ self._projection)

    def add(self, text: Indexed, sentences: Floats) -> None:
        """One more; one whose key is there is left as it is."""
        if text.key in self._rows:
            return
        row = len(self._rows)
        if row == len(self._keys):
            self._make_room(2 * row)
        self._rows[text.key] = row
        self._keys[row] = text.key
        self._contributions[row] = text.contribution
        self._codes[row] = self._languages.setdefault(text.language, len(self._languages))
        self._received[row] = text.received_at.timestamp()
        self._vectors[row] = self.project(sentences)

    def remove(self, keys: Iterable[int]) -> None:
        """Take texts out again; a key that is not there is none to take out."""
        for key in keys:
            row = self._rows.pop(key, None)
            if row is None:
                continue
            last = len(self._rows)
            if row != last:
                for column in (self._keys, self._contributions, self._codes, self._received, self._vectors):
                    column[row] = column[last]
                self._rows[int(self._keys[row])] = row

    def move(self, contributions: Mapping[int, int]) -> None:
        """Texts (by key) that belong to another contribution now."""
        for key, contribution in contributions.items():
            if (row := self._rows.get(key)) is not None:
                self._contributions[row] = contribution

    def find_nearest(
        self, vector: Floats, language: str, *, own: bool, since: datetime | None, limit: int
    ) -> list[int]:
        """Keys of texts in this language (`own`) or in all others, the nearest first."""
        size = len(self._rows)
        wanted = (self._codes[:size] == self._languages.get(language, -1)) == own
        if since is not None:
            wanted &= self._received[:size] >= since.timestamp()
        rows = np.flatnonzero(wanted)
        similarities = (self._vectors[:size] @ vector)[rows]
        best = _find_largest(similarities, limit)
        return [int(key) for key in self._keys[rows[best]]]

    def compare(self, vectors: Floats) -> "Nearness":
        """How near every text is to some vectors, shape (their number, dimensions)."""
        size = len(self._rows)
        # The large matrix first: BLAS goes through it once, row by row.
        similarities = np.ascontiguousarray((self._vectors[:size] @ vectors.T).T)
        return Nearness(similarities, self._codes[:size], self._contributions[:size], self._languages)

    def _make_room(self, room: int) -> None:
        for name in ("_vectors", "_keys", "_contributions", "_codes", "_received"):
            column = getattr(self, name)
            larger = np.zeros((room, *column.shape[1:]), dtype=column.dtype)
            larger[: len(column)] = column
            setattr(self, name, larger)


class Nearness:
    """How near every text of an index is to some vectors."""

    def __init__(
        self,
        similarities: Floats,
        codes: NDArray[np.int16],
        contributions: NDArray[np.int64],
        languages: Mapping[str, int],
    ) -> None:
        self._similarities = similarities
        self._codes = codes
        self._contributions = contributions
        self._languages = languages
        self._rows: dict[str, NDArray[np.intp]] = {}
        self._nearest: dict[tuple[int, str], tuple[Floats, NDArray[np.int64]]] = {}

    def find_neighbours(self, place: int, language: str, contribution: int) -> Neighbours:
        """The texts in a language nearest to one of the vectors, without the versions of a contribution."""
        if (place, language) not in self._nearest:
            if language not in self._rows:
                self._rows[language] = np.flatnonzero(self._codes == self._languages.get(language, -1))
            rows = self._rows[language]
            found = self._similarities[place, rows]
            best = _find_largest(found, _NEAREST)
            self._nearest[place, language] = found[best], self._contributions[rows[best]]
        found, contributions = self._nearest[place, language]
        return Neighbours(found[contributions != contribution])


def scale(vectors: Floats) -> Floats:
    """Vectors of length 1, along the last axis; one of length 0 stays."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)


def _find_largest(values: Floats, number: int) -> NDArray[np.intp]:
    """Places of the largest values, the largest first."""
    if len(values) > number:
        places = np.argpartition(values, len(values) - number)[len(values) - number :]
    else:
        places = np.arange(len(values))
    return places[np.argsort(-values[places], kind="stable")]
