"""Fits a digest into the bytes that there are for it: a line for each text, and some of them with more below.

In the order of RFC 1153: the list of contents first, then the texts, each below a line of 30 dashes. First lines are cut
before a text is left without any, and every text has its line before one is left for the next digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

RULE = "-" * 30
"""RFC 1153: what stands between two messages."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text: its line in the contents, and what stands below, from the longest form to the shortest; or nothing."""

    line: str
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """The contents and what is below them; `shown` entries are told, the last `left` are not."""

    contents: str
    below: str
    shown: int
    left: int


def fit(entries: Sequence[Entry], room: int) -> Fitted:
    """As much as `room` bytes hold (UTF-8, lines ending with CRLF), the first entries before the others."""
    shown, taken = 0, 0
    for entry in entries:
        taken += measure(entry.line)
        if taken > room:
            break
        shown += 1
    told = entries[:shown]
    contents = "\n".join(entry.line for entry in told)
    if shown < len(entries):
        return Fitted(contents, "", shown, len(entries) - shown)
    return Fitted(contents, _choose_below(told, room - taken), shown, 0)


def measure(text: str) -> int:
    """Bytes of some lines in a mail."""
    return len(text.encode()) + text.count("\n") + 2


def _choose_below(entries: Sequence[Entry], room: int) -> str:
    """All of them in the longest form that fits; else the first ones in the shortest."""
    told = [entry for entry in entries if entry.blocks]
    forms = max((len(entry.blocks) for entry in told), default=0)
    below: list[str] = []
    for form in range(forms):
        below = [f"{RULE}\n\n{entry.blocks[min(form, len(entry.blocks) - 1)]}" for entry in told]
        if _measure_all(below) <= room:
            break
    while below and _measure_all(below) > room:
        below.pop()
    return "\n\n".join(below)


def _measure_all(blocks: Sequence[str]) -> int:
    """Each has a blank line below it."""
    return sum(measure(block) + 2 for block in blocks)
