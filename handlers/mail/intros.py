"""Where in a mail a quote may be introduced: attributions, header blocks, separators, each with the lines it takes.

The pieces of a mail are its lines, with runs of blank and of marked lines taken together; `quotes.py` decides what is cut.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from handlers.mail.programs import (
    MAX_ATTRIBUTION,
    MAX_LINE,
    find_attribution,
    find_headers,
    is_forward,
    is_inline_attribution,
    is_rule,
    is_separator,
    may_be_header,
)

_MAX_HEADERS = 14
_MAX_LOOKS = 400
"""Lines that are looked at closely, from the top; a mail has some, a bomb has thousands."""
_LAST = tuple(":\uff1a->=_*\u2010\u2011\u2012\u2013\u2014\u2015")
"""How lines end that introduce something."""
_OPEN_ADDRESS = re.compile(r"<[^<>\s]{1,90}@[^<>\s]{1,90}\s*$")


class Kind(Enum):
    """What a piece of the mail is taken for; a piece is a line, or a run of blank or of marked lines."""

    BLANK = auto()
    OWN = auto()
    MARKED = auto()  # quoted, with ">"
    UNMARKED = auto()  # quoted, by where it stands or because we sent it
    PROGRAM = auto()  # attribution, header block, signature, device line, footer


@dataclass(frozen=True, slots=True)
class Intro:
    """Pieces from `start` to before `end` introduce a quote; `sure` if also one without marks."""

    start: int
    end: int
    sure: bool
    attribution: bool


def find_intros(pieces: Sequence[str], kinds: Sequence[Kind]) -> list[Intro]:
    """Everything that may introduce a quote, in order and apart from each other."""
    intros: list[Intro] = []
    low = looked = 0
    for place, line in enumerate(pieces):
        if kinds[place] is not Kind.OWN or place < low or not _may_introduce(line):
            continue
        looked += 1
        if looked > _MAX_LOOKS:
            break
        if intro := _find_intro(pieces, kinds, place, low):
            intros.append(intro)
            low = intro.end
    return intros


def _may_introduce(line: str) -> bool:
    """Whether a line is worth a closer look; cheap, because every line is asked."""
    end = line[-40:].rstrip()
    return (
        end[-1:] in _LAST
        or end[-2:-1] == ":"
        or "@" in line[:MAX_LINE]
        or may_be_header(line)
        or is_forward(line)
    )


def _find_intro(pieces: Sequence[str], kinds: Sequence[Kind], place: int, low: int) -> Intro | None:
    line = pieces[place]
    broken = _is_broken(pieces, kinds, place)
    if broken or line.rstrip()[-1:] in (":", "\uff1a", "-", ">") or line.rstrip()[-2:-1] == ":":
        start = place
        while start > low and place - start < MAX_ATTRIBUTION - 1 - broken and kinds[start - 1] is Kind.OWN:
            start -= 1
        rest = [pieces[place + 1].partition("\n")[0]] if broken else []
        found = find_attribution([*pieces[start : place + 1], *rest])
        if found and found.lines > broken:
            start = place + 1 + broken - found.lines
            above = start - 2 if start and kinds[start - 1] is Kind.BLANK else start - 1
            if above >= low and kinds[above] is Kind.OWN and is_rule(pieces[above]):
                start = above
            return Intro(start, place + 1, found.sure, attribution=True)
    if is_inline_attribution(line):
        return Intro(place, place + 1, sure=True, attribution=True)
    separator, forward = is_separator(line), is_forward(line)
    if separator or forward or is_rule(line):
        below = after_blank(kinds, place + 1)
        headers = find_headers(_header_lines(pieces, kinds, below))
        marked = forward and below < len(kinds) and kinds[below] is Kind.MARKED
        if headers or separator or marked:
            end = below + headers if headers else place + 1
            if headers and end < len(pieces) and is_rule(pieces[end]):
                end += 1
            return Intro(place, end, sure=True, attribution=False)
    elif may_be_header(line) and (headers := find_headers(_header_lines(pieces, kinds, place))):
        return Intro(place, place + headers, sure=True, attribution=False)
    return None


def _is_broken(pieces: Sequence[str], kinds: Sequence[Kind], place: int) -> bool:
    """Whether a program broke "<ana@example.org> wrote:" before its ">", which looks like a mark then."""
    below = place + 1
    return (
        below < len(kinds)
        and kinds[below] is Kind.MARKED
        and bool(_OPEN_ADDRESS.search(pieces[place][-200:]))
    )


def _header_lines(pieces: Sequence[str], kinds: Sequence[Kind], place: int) -> list[str]:
    end = place
    while end < min(len(pieces), place + _MAX_HEADERS) and kinds[end] in (Kind.OWN, Kind.BLANK):
        end += 1
    return list(pieces[place:end])


def after_blank(kinds: Sequence[Kind], place: int) -> int:
    return place + 1 if place < len(kinds) and kinds[place] is Kind.BLANK else place
