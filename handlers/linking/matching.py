"""What the content matcher is asked and what it answers; a model behind it can be replaced by another.

Nothing here needs the model: where it is not installed there is no matcher, and explicit signals go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.linking.reasons import Reason

MOST_CHOICES = 3
"""How many contributions a moderator is offered."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A text that can be found: the vectors of its sentences, as `Matcher.encode` gave them.

    `key` is the id of its revision, `contribution` that of the record that it is a version of.
    """

    key: int
    contribution: int
    language: str
    received_at: datetime
    vectors: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a new one may be a translation of. `recent`: of the same phase, or of about the same time."""

    key: int
    contribution: int
    language: str
    text: str
    vectors: bytes
    recent: bool = True


@dataclass(frozen=True, slots=True)
class Covered:
    """Which paragraphs of an original a text translates: `first` to `last` (from 1) of `total`."""

    first: int
    last: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.first == 1 and self.last == self.total


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with the probability that it says the same, and why; `covered` where only a part of it is there."""

    key: int
    contribution: int
    probability: float
    reasons: tuple[Reason, ...]
    covered: Covered | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a text is: linked to one contribution, or like up to three, the likeliest first; neither: a new one."""

    linked: Match | None = None
    suggested: tuple[Match, ...] = ()


NOTHING_FOUND = Found()


class Encoder(Protocol):
    """A model that gives sentences of one meaning near vectors in whatever language they are."""

    name: str
    """The model and its version: vectors of another one are not compared."""
    languages: frozenset[str]
    """Codes of the languages that it has learnt."""

    def encode(self, sentences: Sequence[str]) -> object:
        """A numpy array of float32, one row of length 1 for each sentence."""


class Matcher(Protocol):
    """Finds of which contributions a text may be a translation. Not for several threads at once."""

    model: str
    newest: int
    """The largest key that was added; 0 where there is none."""

    def knows(self, language: str) -> bool:
        """Whether texts in a language can be compared."""

    def encode(self, text: str) -> bytes:
        """The vectors of a text's sentences, to be kept with it (float16); nothing for a text without words."""

    def add(self, texts: Iterable[Indexed]) -> None:
        """Texts that can be found from now on; one that is there already is left as it is."""

    def move(self, contributions: Mapping[int, int]) -> None:
        """Texts (by key) that belong to another contribution now; keys that are not there are left out."""

    def find_nearest(
        self, vectors: bytes, language: str, *, since: datetime | None = None, limit: int = 40
    ) -> list[int]:
        """Keys of the nearest texts in other languages, the nearest first; only those received since an instant."""

    def find_siblings(self, vectors: bytes, language: str, *, limit: int = 5) -> list[int]:
        """Keys of the nearest texts in the same language: as candidates they show what recurs, and are no choice."""

    def decide(self, text: str, vectors: bytes, language: str, candidates: Sequence[Candidate]) -> Found:
        """Which of the candidates the text is a translation of, by its content."""

    def agrees(self, text: str, vectors: bytes, candidate: Candidate, language: str = "") -> Match | None:
        """Whether a text that answers another, in another language, is its translation and no comment; None for no.

        `language` is the text's, where it is known.
        """
