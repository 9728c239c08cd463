"""Which paragraphs of a translation belong to which of the original, and both shown one under the other.

Where their numbers say it, or there are as many of them, one by one; else by their lengths, after W. A. Gale and
K. W. Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993), with paragraphs for sentences.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from config.render import COLUMNS, wrap
from handlers.mail.paragraphs import find_runs, split_paragraphs

INDENT = "    "

_MOVES = {(1, 1): 0.0, (1, 0): 9.0, (0, 1): 9.0, (2, 1): 4.5, (1, 2): 4.5, (2, 2): 9.0}
"""Paragraphs of the original and of the translation that belong together, and how unlikely that is (-2 log)."""
_VARIANCE = 6.8
"""Of the length of a translation in characters, for each character of the original (Gale and Church)."""
_MOST_CELLS = 20_000
"""Longer texts are put side by side by their proportions: nobody waits for a table of millions."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Paragraphs that say the same; `number` is that of the first of the original's, 0 where there is none."""

    number: int
    original: tuple[str, ...]
    translation: tuple[str, ...]


def align(original: str, translation: str, covers: Sequence[int] = ()) -> tuple[Pair, ...]:
    """Every paragraph of both exactly once, in order. `covers` is (first, last, of) of a translation that is not whole."""
    ours = split_paragraphs(original)
    pairs: list[Pair] = []
    done = 0
    for first, last, theirs in find_runs(split_paragraphs(translation), covers, len(ours)):
        pairs += [Pair(number, (ours[number - 1],), ()) for number in range(done + 1, first)]
        pairs += _align_run(ours[first - 1 : last], theirs, first)
        done = last
    pairs += [Pair(number, (ours[number - 1],), ()) for number in range(done + 1, len(ours) + 1)]
    return tuple(pairs)


def locate(original: str, translation: str, covers: Sequence[int] = ()) -> dict[int, str]:
    """What a translation says for each paragraph of the original; nothing for one whose text stands with the one before."""
    found: dict[int, str] = {}
    for pair in align(original, translation, covers):
        text = "\n\n".join(pair.translation)
        if not text:
            continue
        if not pair.number:
            number = max(found, default=1)
            found[number] = "\n\n".join(part for part in (found.get(number, ""), text) if part)
            continue
        found[pair.number] = text
        found.update((pair.number + place, "") for place in range(1, len(pair.original)))
    return found


def render_pairs(pairs: Sequence[Pair]) -> str:
    """For a narrow screen: `[1] …`, and under it, indented, what it is in the other language."""
    blocks: list[str] = []
    for pair in pairs:
        if pair.original:
            blocks.append(f"[{pair.number}] " + "\n\n".join(pair.original).lstrip())
        blocks += [_indent(paragraph) for paragraph in pair.translation]
    return "\n\n".join(blocks)


def _indent(paragraph: str) -> str:
    room = COLUMNS - len(INDENT)
    return "\n".join(
        INDENT + line.rstrip() if len(line) <= room else wrap(line, INDENT, INDENT)
        for line in paragraph.split("\n")
    )


def _align_run(ours: Sequence[str], theirs: Sequence[str], first: int) -> list[Pair]:
    if len(ours) == len(theirs):
        return [Pair(first + place, (one,), (theirs[place],)) for place, one in enumerate(ours)]
    if len(ours) * len(theirs) > _MOST_CELLS:
        steps = _find_proportional(ours, theirs)
    else:
        steps = _find_cheapest(ours, theirs)
    pairs: list[Pair] = []
    i = j = 0
    for taken, given in steps:
        pairs.append(
            Pair(first + i if taken else 0, tuple(ours[i : i + taken]), tuple(theirs[j : j + given]))
        )
        i, j = i + taken, j + given
    return pairs


def _find_cheapest(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """The moves whose lengths agree best; O(n·m)."""
    lengths, others = [len(one) for one in ours], [len(one) for one in theirs]
    ratio = max(sum(others), 1) / max(sum(lengths), 1)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(ours) + 1):
        for j in range(len(theirs) + 1):
            options = [
                (
                    best[i - taken, j - given][0]
                    + prior
                    + _distance(sum(lengths[i - taken : i]), sum(others[j - given : j]), ratio),
                    (taken, given),
                )
                for (taken, given), prior in _MOVES.items()
                if i >= taken and j >= given
            ]
            if options:
                best[i, j] = min(options)
    steps: list[tuple[int, int]] = []
    i, j = len(ours), len(theirs)
    while i or j:
        taken, given = best[i, j][1]
        steps.append((taken, given))
        i, j = i - taken, j - given
    return steps[::-1]


def _distance(length: int, other: int, ratio: float) -> float:
    """-2 log of how likely these lengths are, up to a constant: the square of a normal deviate."""
    if not length or not other:
        return 0.0
    mean = (length + other / ratio) / 2
    return ((other - length * ratio) / math.sqrt(mean * _VARIANCE)) ** 2


def _find_proportional(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Each paragraph of the translation under that of the original at the same share of the whole; O(n+m)."""
    whole, other = sum(map(len, ours)) or 1, sum(map(len, theirs)) or 1
    steps: list[tuple[int, int]] = []
    j, reached, given_length = 0, 0, 0
    for place, one in enumerate(ours):
        reached += len(one)
        begin = j
        while j < len(theirs) and (
            place == len(ours) - 1 or (given_length + len(theirs[j]) / 2) * whole <= reached * other
        ):
            given_length += len(theirs[j])
            j += 1
        steps.append((1, j - begin))
    return steps if ours else [(0, 1)] * len(theirs)
