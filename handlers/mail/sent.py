"""What of a mail's text we sent ourselves: word sequences are compared, so that re-wrapping hides nothing.

Runs of four words (shingles: Broder, "On the resemblance and containment of documents", 1997) are looked up in a set.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.mail.programs import fold

_GRAM = 4
_MIN_RUN = 6
"""Words in a row that no two people write by chance."""
_EDGE = 6
"""Words at the beginning and at the end of a body; where both are there, the whole of it was quoted."""

_WORD = re.compile(r"\w+")
_LINK = re.compile(r"<(?:mailto:|https?://)[^<>\s]{0,2000}>")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The word sequences of mails that we sent: all of them, those at both edges, and whole lines."""

    grams: frozenset[Words]
    beginnings: frozenset[Words]
    endings: frozenset[Words]
    lines: frozenset[Words]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one piece of text: its words, how many of them we sent, and whether an edge of ours is among them."""

    words: int
    covered: int
    beginning: bool = False
    ending: bool = False

    @property
    def whole(self) -> bool:
        return 0 < self.words == self.covered


def parse_sent(bodies: Iterable[str]) -> Sent:
    """The sequences of these bodies; a body of fewer than four words has none."""
    grams: set[Words] = set()
    beginnings: set[Words] = set()
    endings: set[Words] = set()
    lines: set[Words] = set()
    for body in bodies:
        words = _words(body)
        grams.update(_grams(words))
        beginnings.update(_grams(words[:_EDGE]))
        endings.update(_grams(words[-_EDGE:]))
        lines.update(line for text in body.splitlines() if len(line := tuple(_words(text))) >= _GRAM)
    return Sent(frozenset(grams), frozenset(beginnings), frozenset(endings), frozenset(lines))


def measure_coverage(texts: Sequence[str], sent: Sent) -> list[Coverage]:
    """For each of these consecutive pieces of a mail, how much of it we sent; a sequence may cross pieces."""
    split = [_words(text) for text in texts]
    stream = [word for words in split for word in words]
    covered = bytearray(len(stream))
    beginning, ending = bytearray(len(stream)), bytearray(len(stream))
    for place, gram in enumerate(_grams(stream)):
        if gram in sent.grams:
            covered[place : place + _GRAM] = b"\x01" * _GRAM
            beginning[place] = gram in sent.beginnings
            ending[place] = gram in sent.endings
    _drop_short_runs(covered)
    found, start = [], 0
    for words in split:
        end = start + len(words)
        count = len(words) if tuple(words) in sent.lines else covered.count(1, start, end)
        found.append(Coverage(len(words), count, 1 in beginning[start:end], 1 in ending[start:end]))
        start = end
    return found


def _words(text: str) -> list[str]:
    # A telephone of seven bits sends our words back without their accents.
    return _WORD.findall(fold(_LINK.sub(" ", text)))


def _grams(words: Sequence[str]) -> Iterable[Words]:
    return zip(*(words[shift:] for shift in range(_GRAM)), strict=False)


def _drop_short_runs(covered: bytearray) -> None:
    for run in re.finditer(rb"\x01+", covered):
        if len(run[0]) < _MIN_RUN:
            covered[run.start() : run.end()] = bytes(len(run[0]))
