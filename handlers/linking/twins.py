"""Is a text nearly the same as another in the same language? A correction that was sent as a new mail is.

By the share of three-word sequences that two texts have in common (Broder's resemblance, 1997, and containment).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SEQUENCE = 3
MOST_WORDS = 3_000
FEWEST_WORDS = 25
"""Below this two texts on one subject share too much by chance."""
NEAR, NEAR_OF_LONGER = 0.6, 0.35
"""Of the shorter and of the longer text's sequences: a corrected text keeps most of its sentences, and may have some
more; another on the same subject keeps few, and a signature is not most of a text."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Twin:
    """The text that another is nearly the same as, and how much of the shorter one they share."""

    key: int
    share: float


def find_twin(text: str, others: Sequence[tuple[int, str]]) -> Twin | None:
    """The nearest of `others` (key, text); None where none is near, or it is the very same."""
    words = _find_words(text)
    if len(words) < FEWEST_WORDS:
        return None
    own = _find_sequences(words)
    best: Twin | None = None
    for key, other in others:
        theirs = _find_words(other)
        if len(theirs) < FEWEST_WORDS or theirs == words:
            continue
        sequences = _find_sequences(theirs)
        shared = len(own & sequences)
        share = shared / min(len(own), len(sequences))
        if share < NEAR or shared / max(len(own), len(sequences)) < NEAR_OF_LONGER:
            continue
        if best is None or share > best.share:
            best = Twin(key, share)
    return best


def _find_words(text: str) -> list[str]:
    words = _WORD.finditer(text.casefold())
    return [match[0] for _, match in zip(range(MOST_WORDS), words, strict=False)]


def _find_sequences(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[place : place + SEQUENCE]) for place in range(len(words) - SEQUENCE + 1)}
