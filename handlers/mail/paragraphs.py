"""A text paragraph by paragraph: numbered for its translators, and read again from an answer that keeps the numbers.

What is not there yet of a translation is known by these numbers; where a hole is left inside, the text says so itself:
a paragraph `[4-6 …]` stands for what is missing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

TITLE = 0
"""The number that the title has."""
MAX_BEFORE = 300
"""Characters before the first number that may be a greeting; what is longer is a text, and its numbers are its own."""

_BLANK = re.compile(r"\n\s*\n")
_LEAD = r"^[ \t\u00a0*_\u200e\u200f]*"
_STYLES = tuple(
    re.compile(_LEAD + style + r"(?=\s|$)", re.MULTILINE)
    for style in (r"§[ \u00a0]?(\d{1,4})[.:)]?", r"\((\d{1,4})\)", r"(\d{1,4})[.)]")
)
"""Numbers that other texts have too: they count where each begins a paragraph and they follow one another."""
_BRACKET = re.compile(_LEAD + r"\\?\[[ \u00a0]?(\d{1,4})[ \u00a0]?\\?\][*_]*", re.MULTILINE)
_INSIDE = r"(?<=[.!?…»”\":;)؟])\s+\\?\[[ \u00a0]?{}[ \u00a0]?\\?\](?=\s)"
"""A number in the middle of a line, where a mail program has wrapped two paragraphs into one."""
_GAP = re.compile(r"\[(\d{1,4})(?:-(\d{1,4}))? …\]")

Mark = tuple[int, int, int]
"""Number, beginning and end of what says it."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An answer that keeps the numbers: text by number, and what stands before the first: a greeting, or nothing."""

    pieces: Mapping[int, str]
    before: str = ""

    @property
    def title(self) -> str:
        """What is numbered as the title; empty where nothing is."""
        return " ".join(self.pieces.get(TITLE, "").split())

    @property
    def covered(self) -> tuple[int, ...]:
        """The numbers of its paragraphs, rising."""
        return tuple(sorted(number for number in self.pieces if number != TITLE))

    @property
    def text(self) -> str:
        """The paragraphs in their order, without numbers."""
        return join_pieces(self.pieces)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """What blank lines stand between."""
    pieces = (piece.strip("\n").rstrip() for piece in _BLANK.split(text.strip()))
    return tuple(piece for piece in pieces if piece.strip())


def number_paragraphs(text: str, title: str = "") -> str:
    """Each paragraph behind its number, `[1] …`; the title, where it is to be translated too, as `[0]`."""
    numbered = [
        f"[{number}] {paragraph.lstrip()}" for number, paragraph in enumerate(split_paragraphs(text), 1)
    ]
    return "\n\n".join(([f"[{TITLE}] {title}"] if title else []) + numbered)


def parse_numbered(text: str, original: Sequence[str]) -> Numbered | None:
    """The paragraphs of an answer by their numbers in the original; None where it keeps none of ours.

    Brackets may come in any order; other ways to write a number only one after the other, and not where the original
    has such numbers itself.
    """
    total = len(original)
    marks = _find_brackets(text, total)
    if not marks:
        marks = next((found for style in _STYLES if (found := _find_rising(text, original, style))), [])
    if not marks or not any(number != TITLE for number, _, _ in marks):
        return None
    before = text[: marks[0][1]].strip()
    if len(before) > max(MAX_BEFORE, len(text) // 3):
        return None
    ends = [begin for _, begin, _ in marks[1:]] + [len(text)]
    said = {
        number: piece
        for (number, _, end), following in zip(marks, ends, strict=True)
        if (piece := text[end:following].strip())
    }
    pieces = _spread(said, total)
    if 2 in pieces and 1 not in pieces and _is_as_long(before, original[0]):
        pieces, before = {1: before, **pieces}, ""
    return Numbered(pieces, before) if any(number != TITLE for number in pieces) else None


def join_pieces(pieces: Mapping[int, str]) -> str:
    """The paragraphs in their order; where some between them are missing, a paragraph says which."""
    numbers = sorted(number for number in pieces if number != TITLE)
    parts = [pieces[numbers[0]]] if numbers else []
    for former, number in pairwise(numbers):
        if number - former == 2:
            parts.append(f"[{former + 1} …]")
        elif number - former > 2:
            parts.append(f"[{former + 1}-{number - 1} …]")
        parts.append(pieces[number])
    return "\n\n".join(part for part in parts if part)


def find_span(numbers: Iterable[int], total: int) -> tuple[int, int, int] | None:
    """First and last of the paragraphs that are there without a hole, and how many there ought to be; None for all."""
    rising = sorted(set(numbers))
    if not rising or rising == list(range(1, total + 1)):
        return None
    last = rising[0]
    while last + 1 in rising:
        last += 1
    return rising[0], last, total


def find_runs(
    paragraphs: Sequence[str], covers: Sequence[int], total: int
) -> list[tuple[int, int, tuple[str, ...]]]:
    """What a translation holds, by what is known of it: (first, last, paragraphs) of the original's, rising.

    `covers` is (first, last, of); it does not say anything of an original that has another length by now.
    """
    if len(covers) != 3 or covers[2] != total or not 1 <= covers[0] <= covers[1] <= total:
        return [(1, total, tuple(paragraphs))]
    runs: list[tuple[int, int, tuple[str, ...]]] = []
    first, current = covers[0], list[str]()
    for paragraph in paragraphs:
        gap = _GAP.fullmatch(paragraph.strip())
        if gap is None or not first <= int(gap[1]) <= int(gap[2] or gap[1]) < total:
            current.append(paragraph)
            continue
        runs.append((first, int(gap[1]) - 1, tuple(current)))
        first, current = int(gap[2] or gap[1]) + 1, []
    last = covers[1] if not runs else min(total, first + max(len(current), 1) - 1)
    return [run for run in (*runs, (first, last, tuple(current))) if run[0] <= run[1]]


def _find_brackets(text: str, total: int) -> list[Mark]:
    """The first place of each number, at the beginning of a paragraph rather than of a line; in the order of the text."""
    found: dict[int, tuple[bool, Mark]] = {}
    for match in _BRACKET.finditer(text):
        number, begins = int(match[1]), _begins_paragraph(text, match.start())
        known = found.get(number)
        if number <= total and (known is None or (begins and not known[0])):
            found[number] = (begins, (number, match.start(), match.end()))
    marks = sorted((mark for _, mark in found.values()), key=lambda mark: mark[1])
    return _add_wrapped(text, marks, total) if marks else []


def _add_wrapped(text: str, marks: list[Mark], total: int) -> list[Mark]:
    """With those that were wrapped into the paragraph before them."""
    known = {number for number, _, _ in marks}
    complete: list[Mark] = []
    for place, mark in enumerate(marks):
        complete.append(mark)
        number, _, end = mark
        limit = marks[place + 1][1] if place + 1 < len(marks) else len(text)
        while number + 1 <= total and number + 1 not in known:
            inside = list(re.finditer(_INSIDE.format(number + 1), text[end:limit]))
            if len(inside) != 1:
                break
            number += 1
            known.add(number)
            complete.append((number, end + inside[0].start(), end + inside[0].end()))
            end += inside[0].end()
    return complete


def _find_rising(text: str, original: Sequence[str], style: re.Pattern[str]) -> list[Mark]:
    """Numbers that most paragraphs begin with, one after the other, from the first paragraph on."""
    if any(style.match(paragraph) for paragraph in original):
        return []
    marks = [
        (int(match[1]), match.start(), match.end())
        for match in style.finditer(text)
        if _begins_paragraph(text, match.start())
    ]
    numbers = [number for number, _, _ in marks]
    paragraphs = len(split_paragraphs(text))
    if not numbers or text[: marks[0][1]].strip() or numbers[0] < 1 or numbers[-1] > len(original):
        return []
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return []
    # A list of three in a text of nine paragraphs is a list.
    return marks if paragraphs - len(marks) <= len(marks) // 2 else []


def _is_as_long(text: str, original: str) -> bool:
    """Whether a text may be a paragraph that lost its number, and no greeting."""
    return len(original) <= 2.5 * len(text) and len(text) <= 2.5 * len(original)


def _begins_paragraph(text: str, place: int) -> bool:
    """Whether the line before the one that begins here is blank, or there is none."""
    if place == 0:
        return True
    return not text[text.rfind("\n", 0, place - 1) + 1 : place - 1].strip()


def _spread(pieces: Mapping[int, str], total: int) -> dict[int, str]:
    """Where exactly as many paragraphs follow a number as are missing after it, these are the missing ones."""
    spread = dict(pieces)
    numbers = sorted(pieces)
    for number, following in pairwise((*numbers, total + 1)):
        paragraphs = split_paragraphs(pieces[number])
        if number != TITLE and len(paragraphs) > 1 and len(paragraphs) == following - number:
            spread.update(enumerate(paragraphs, number))
    return spread
