"""Completes a translation of which only a part was there, by what its translator sends after it.

Without the numbers of its paragraphs a text in other words than the part that is there is the rest, and one in its
words is that part again, corrected or longer. What has numbers is read by them, in `handlers/numbered.py`.
"""

import re
from collections.abc import Iterable, Sequence

from handlers.mail.paragraphs import find_span, join_pieces, split_paragraphs

SAME = 0.3
"""The share of a text's word sequences that are in the former one, from which it is the former one again."""
_GRAM = 4
_PART = re.compile(
    r"[\[(]?(?:[^\W\d]{3,12}\s+)?§{1,2}\s*(\d{1,4})(?:\s*[-–—]\s*(\d{1,4}))?\s*(?:/|[^\W\d]{1,6})\s*(\d{1,4})[\])]?\W{0,2}"
)
"""With the sign, in any language: "§1-6 of 9", "§ 1–6 sur 9", "(§§1-6/9)"."""

Covers = tuple[int, ...]
"""(first, last, of) of the paragraphs that are there; () for all of them."""


def complete(original: str, former: str, covers: Covers, text: str) -> tuple[str, Covers]:
    """The translation as it is now, and what of the original it covers. `covers` is what the former one did."""
    if not covers or covers[2] != len(split_paragraphs(original)):
        return text, ()
    first, last, total = covers
    count = len(split_paragraphs(text))
    if _share(text, former) >= SAME:
        grown = max(0, count - len(split_paragraphs(former)))
        return text, _span(range(first, min(total, last + grown) + 1), total)
    if first == 1:
        return _join(former, text), _span(range(1, min(total, last + count) + 1), total)
    pieces = {1: text, first: former}
    if count >= first - 1:
        return _join(text, former), _span(range(1, last + 1), total)
    return join_pieces(pieces | dict.fromkeys(range(2, count + 1), "")), _span(range(1, count + 1), total)


def parse_part(text: str) -> tuple[str, Covers]:
    """A text without a first line "§1-6 of 9", and what that says; the text as it is and () where there is none."""
    first, _, rest = text.strip().partition("\n")
    said = _PART.fullmatch(first.strip()) if len(first) <= 60 and rest.strip() else None
    if said is None:
        return text, ()
    begin, end, total = int(said[1]), int(said[2] or said[1]), int(said[3])
    if not 1 <= begin <= end <= total or (begin, end) == (1, total):
        return text, ()
    return rest.strip("\n"), (begin, end, total)


def _join(*texts: str) -> str:
    return "\n\n".join(text.strip("\n") for text in texts)


def _span(numbers: Iterable[int], total: int) -> Covers:
    """As `find_span`, with () for all."""
    return find_span(numbers, total) or ()


def _share(text: str, former: str) -> float:
    """How much of a text is in the words of the former one."""
    grams, known = _grams(text), _grams(former)
    return len(grams & known) / len(grams) if grams else 0.0


def _grams(text: str) -> set[tuple[str, ...]]:
    words: Sequence[str] = text.casefold().split()
    return set(zip(*(words[shift:] for shift in range(_GRAM)), strict=False))
