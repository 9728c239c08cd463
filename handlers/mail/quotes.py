"""What the author wrote in a reply: quotes, attribution lines, signatures and footers are cut, and shown apart.

A lost line is worse than a line too many: what is not surely quoted is kept, answers between and below quotes as
well. Marks are those of RFC 3676, section 4.5; mbox's ">From " (RFC 4155) is none. Linear in the length.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate, groupby

from handlers.mail.closings import find_closing
from handlers.mail.programs import (
    MAX_ATTRIBUTION,
    find_attribution,
    find_headers,
    is_forward,
    is_rule,
    is_separator,
    may_be_header,
)
from handlers.mail.sent import Coverage, Sent, measure_coverage, parse_sent

_PASSES = 4
"""A cut can uncover another; more rounds than this are for nobody's mail."""
_MAX_HEADERS = 14
_MAX_EPIGRAPH = 6
"""Lines of a quote that nothing introduces, above the text: the author chose it."""

_MARK = r"[ \u200e\u200f\u202a-\u202e\u2066-\u2069]{0,3}[>\uff1e]"
_PIECE = re.compile(rf"(?:[^\S\n]*\n)++|(?:{_MARK}[^\n]*\n)++|[^\n]*\n")
_QUOTED = re.compile(_MARK)
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)++")
_ORNAMENT = re.compile(r"[-_=*#~.\s]+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`text` is what the author wrote, `cut` what was taken out; every line of the mail is in one of them."""

    text: str
    cut: str


class _Kind(Enum):
    """What a piece of the mail is taken for; a piece is a line, or a run of blank or of marked lines."""

    BLANK = auto()
    OWN = auto()
    MARKED = auto()  # quoted, with ">"
    UNMARKED = auto()  # quoted, by where it stands or because we sent it
    PROGRAM = auto()  # attribution, header block, signature, device line, footer


@dataclass(frozen=True, slots=True)
class _Intro:
    """Pieces from `start` to before `end` introduce a quote; `sure` if also one without marks."""

    start: int
    end: int
    sure: bool
    attribution: bool


def clean_reply(text: str, sent: Iterable[str] = ()) -> Cleaned:
    """The author's own lines of a reply, in order; `sent` holds the bodies of our mails that it answers.

    A mail in which everything would be cut is a forwarded text and is kept whole, unless it was ours: then
    nothing was written.
    """
    known = parse_sent(sent)
    text = _strip(text.replace("\r\n", "\n").replace("\r", "\n"))
    cut: list[str] = []
    for _ in range(_PASSES):
        text, taken = _clean_once(text, known)
        if not taken:
            break
        cut.append(taken)
    return Cleaned(text, "\n".join(cut))


def _clean_once(text: str, sent: Sent) -> tuple[str, str]:
    pieces = _PIECE.findall(text + "\n") if text else []
    kinds = [_kind(piece) for piece in pieces]
    intros = _find_intros(pieces, kinds)
    coverage = measure_coverage(pieces, sent) if sent.grams else [Coverage(0, 0)] * len(pieces)
    for place in _find_ours(kinds, intros, coverage) if sent.grams else ():
        kinds[place] = _Kind.UNMARKED
    _cut_ornaments(pieces, kinds)
    _cut_introduced(kinds, intros, coverage)
    _keep_epigraph(pieces, kinds, coverage)
    _cut_closings(pieces, kinds)
    if _Kind.OWN not in kinds:
        measured = [c for c, kind in zip(coverage, kinds, strict=True) if kind is not _Kind.PROGRAM]
        ours = sum(c.covered for c in measured) * 2 > sum(c.words for c in measured)
        return ("", text) if ours else (text, "")
    return _join(pieces, kinds)


def _strip(text: str) -> str:
    """Without blank lines at the ends; an indentation of the first line stays."""
    text = text.rstrip()
    blank = _BLANK_LINES.match(text)
    return text[blank.end() :] if blank else text


def _kind(piece: str) -> _Kind:
    if piece.isspace():
        return _Kind.BLANK
    # One line that mbox escaped stands alone; a program that quotes without a space marks more than one line.
    escaped = piece.startswith(">From ") and piece.count("\n") == 1
    return _Kind.MARKED if _QUOTED.match(piece) and not escaped else _Kind.OWN


def _find_intros(pieces: Sequence[str], kinds: Sequence[_Kind]) -> list[_Intro]:
    """Everything that may introduce a quote, in order and apart from each other."""
    intros: list[_Intro] = []
    place = 0
    while place < len(pieces):
        intro = _find_intro(pieces, kinds, place, intros[-1].end if intros else 0)
        if intro:
            intros.append(intro)
        place = max(place + 1, intro.end if intro else 0)
    return intros


def _find_intro(pieces: Sequence[str], kinds: Sequence[_Kind], place: int, low: int) -> _Intro | None:
    if kinds[place] is not _Kind.OWN:
        return None
    line = pieces[place]
    if line.rstrip()[-1:] in (":", "\uff1a", "-") or line.rstrip()[-2:-1] == ":":
        start = place
        while start > low and place - start < MAX_ATTRIBUTION - 1 and kinds[start - 1] is _Kind.OWN:
            start -= 1
        if found := find_attribution(pieces[start : place + 1]):
            return _Intro(place + 1 - found.lines, place + 1, found.sure, attribution=True)
    separator, forward = is_separator(line), is_forward(line)
    if separator or forward or is_rule(line):
        below = _after_blank(kinds, place + 1)
        headers = find_headers(_header_lines(pieces, kinds, below))
        marked = forward and below < len(kinds) and kinds[below] is _Kind.MARKED
        if headers or separator or marked:
            end = below + headers if headers else place + 1
            return _Intro(place, end, sure=True, attribution=False)
    elif may_be_header(line) and (headers := find_headers(_header_lines(pieces, kinds, place))):
        return _Intro(place, place + headers, sure=True, attribution=False)
    return None


def _header_lines(pieces: Sequence[str], kinds: Sequence[_Kind], place: int) -> list[str]:
    end = place
    while end < min(len(pieces), place + _MAX_HEADERS) and kinds[end] in (_Kind.OWN, _Kind.BLANK):
        end += 1
    return list(pieces[place:end])


def _after_blank(kinds: Sequence[_Kind], place: int) -> int:
    return place + 1 if place < len(kinds) and kinds[place] is _Kind.BLANK else place


def _find_ours(
    kinds: Sequence[_Kind], intros: Sequence[_Intro], coverage: Sequence[Coverage]
) -> Iterable[int]:
    """Places of unmarked lines that we sent.

    A corrected text repeats ours on purpose, so lines that agree are not enough: they stand where a quote stands,
    or are all that we sent, or are a few among many that are the author's.
    """
    whole = [p for p, kind in enumerate(kinds) if kind is _Kind.OWN and coverage[p].whole]
    if any(kind is _Kind.MARKED and coverage[p].covered for p, kind in enumerate(kinds)):
        wrapped: set[int] = set()
        for place in whole:  # the rest of a marked line that was too long
            if place and (kinds[place - 1] is _Kind.MARKED or place - 1 in wrapped):
                wrapped.add(place)
        return sorted(wrapped)
    first = next((intro.end for intro in intros if intro.sure), None)
    if first is not None:
        return [place for place in whole if place >= first]
    own = [coverage[p] for p, kind in enumerate(kinds) if kind is _Kind.OWN]
    agreed = sum(c.covered for c in own)
    few = agreed * 2 < sum(c.words for c in own) and agreed == sum(c.covered for c in own if c.whole)
    full = any(c.beginning for c in own) and any(c.ending for c in own)
    return whole if few or full else ()


def _cut_ornaments(pieces: Sequence[str], kinds: list[_Kind]) -> None:
    """A rule of dashes or stars between lines that we sent was ours."""
    last = _Kind.OWN
    for place, kind in enumerate(kinds):
        if kind is _Kind.OWN and last is _Kind.UNMARKED and _ORNAMENT.fullmatch(pieces[place]):
            below = _after_blank(kinds, place + 1)
            if below >= len(kinds) or kinds[below] is _Kind.UNMARKED:
                kinds[place] = _Kind.UNMARKED
        if kind is not _Kind.BLANK:
            last = kinds[place]


def _cut_introduced(kinds: list[_Kind], intros: Sequence[_Intro], coverage: Sequence[Coverage]) -> None:
    """Attribution lines and header blocks, and the unmarked quotes below them."""
    # From each place to the end: positive where more than a third of the words are ours.
    excess = [*accumulate((3 * c.covered - c.words for c in reversed(coverage)), initial=0)][::-1]
    written, seen = False, 0
    for number, intro in enumerate(intros):
        written = written or _Kind.OWN in kinds[seen : intro.start]
        seen = intro.end
        below = _after_blank(kinds, intro.end)
        quoted = below < len(kinds) and kinds[below] in (_Kind.MARKED, _Kind.UNMARKED)
        if not (quoted or intro.sure):
            written = True
            continue
        _mark(kinds, intro.start, intro.end, _Kind.PROGRAM)
        until = intros[number + 1].start if number + 1 < len(intros) else len(kinds)
        if _Kind.MARKED in kinds[intro.end : until] or (intro.attribution and not written):
            continue  # a program that marks its quotes: what has no mark is the author's
        if excess[intro.end] > 0:
            continue  # ours, and cut line by line: what is left are answers
        _mark(kinds, intro.end, len(kinds), _Kind.UNMARKED)
        return


def _keep_epigraph(pieces: Sequence[str], kinds: list[_Kind], coverage: Sequence[Coverage]) -> None:
    """A short quote at the top that no program introduced belongs to the text below it."""
    if kinds[:1] != [_Kind.MARKED] or kinds.count(_Kind.MARKED) > 1 or coverage[0].covered:
        return
    if pieces[0].count("\n") > _MAX_EPIGRAPH or _Kind.PROGRAM in kinds or _Kind.UNMARKED in kinds:
        return
    lines = [line.lstrip(" >\uff1e") for line in pieces[0].splitlines()]
    if not any(find_attribution(lines[: end + 1]) for end in range(len(lines))):
        kinds[0] = _Kind.OWN


def _cut_closings(pieces: Sequence[str], kinds: list[_Kind]) -> None:
    """Footers, signatures and device lines at the end of each stretch of own lines."""
    start = 0
    for own, stretch in groupby([kind in (_Kind.OWN, _Kind.BLANK) for kind in kinds]):
        end = start + sum(1 for _ in stretch)
        if own:
            _mark(kinds, start + find_closing(pieces[start:end]), end, _Kind.PROGRAM)
        start = end


def _mark(kinds: list[_Kind], start: int, end: int, kind: _Kind) -> None:
    for place in range(start, end):
        if kinds[place] is _Kind.OWN:
            kinds[place] = kind


def _join(pieces: Sequence[str], kinds: Sequence[_Kind]) -> tuple[str, str]:
    """The own pieces, and the others; where something was taken out a blank line stays."""
    kept: list[str] = []
    cut: list[str] = []
    gap = ""
    for piece, kind in zip(pieces, kinds, strict=True):
        if kind is _Kind.OWN:
            kept.append((gap if kept else "") + piece)
            gap = ""
        elif kind is _Kind.BLANK:
            gap = gap or piece
        else:
            cut.append(piece)
            gap = "\n"
    return _strip("".join(kept)), "".join(cut).rstrip("\n")
