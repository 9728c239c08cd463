"""What changed between two texts, paragraph by paragraph, short enough for a small mail.

The comparison is difflib's (Ratcliff and Obershelp, "Pattern Matching: The Gestalt Approach", 1988); white space and
line breaks change nothing. Sizes are in bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from handlers.mail.paragraphs import split_paragraphs
from handlers.mail.parts import clip

MAX_PARAGRAPHS = 400
"""Of each text; what stands below them is compared as one paragraph."""
CONTEXT = 8
"""Words that are shown before and after what changed in a long paragraph."""
LONG = 60
"""Words up to which a paragraph is shown whole."""
LEFT_OUT = "[…]"


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that is another now; `number` is its place in the new text, from 1.

    `old` is empty for one that was added, `new` for one that was taken out, which stood before `number`.
    """

    number: int
    old: str
    new: str


def find_changes(old: str, new: str) -> tuple[Change, ...]:
    """Every paragraph that differs, in order; paragraphs that only moved were taken out and added."""
    before, after = _split(old), _split(new)
    folded = [" ".join(paragraph.split()) for paragraph in before]
    wanted = [" ".join(paragraph.split()) for paragraph in after]
    changes: list[Change] = []
    for tag, first, last, begin, end in SequenceMatcher(None, folded, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        removed, added = before[first:last], after[begin:end]
        paired = min(len(removed), len(added))
        changes += [Change(begin + n + 1, removed[n], added[n]) for n in range(paired)]
        changes += [Change(begin + paired + 1, paragraph, "") for paragraph in removed[paired:]]
        changes += [Change(begin + n + 1, "", added[n]) for n in range(paired, len(added))]
    return tuple(changes)


def shorten_changes(changes: Sequence[Change], room: int, each: int) -> tuple[tuple[Change, ...], int]:
    """The first changes that fit into `room`, a long one around what is another in it; and how many are left out.

    A text of a change takes at most `each`; one change at least is there.
    """
    kept: list[Change] = []
    for change in changes:
        short = _shorten(change, each)
        room -= len(short.old.encode()) + len(short.new.encode())
        if room < 0 and kept:
            break
        kept.append(short)
    return tuple(kept), len(changes) - len(kept)


def _split(text: str) -> list[str]:
    paragraphs = list(split_paragraphs(text))
    if len(paragraphs) <= MAX_PARAGRAPHS:
        return paragraphs
    return [*paragraphs[: MAX_PARAGRAPHS - 1], "\n\n".join(paragraphs[MAX_PARAGRAPHS - 1 :])]


def _shorten(change: Change, limit: int) -> Change:
    old, new = change.old.split(), change.new.split()
    if not (old and new) or max(len(old), len(new)) <= LONG:
        return Change(change.number, _clip(change.old, limit), _clip(change.new, limit))
    head = max(0, _count_same(old, new) - CONTEXT)
    tail = max(0, _count_same(old[head:][::-1], new[head:][::-1]) - CONTEXT)
    return Change(change.number, *(_clip(_cut(words, head, tail), limit) for words in (old, new)))


def _count_same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut(words: Sequence[str], head: int, tail: int) -> str:
    """The words without those at both ends that nothing changed in."""
    middle = words[head : len(words) - tail]
    return " ".join([*([LEFT_OUT] if head else []), *middle, *([LEFT_OUT] if tail else [])])


def _clip(text: str, limit: int) -> str:
    if len(text.encode()) <= limit:
        return text
    return clip(text, limit, limit).rstrip() + f" {LEFT_OUT}"
