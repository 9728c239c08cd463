"""What the author wrote in a reply: quotes, attribution lines, signatures and footers are cut, and shown apart.

A lost line is worse than a line too many: what is not surely quoted is kept, answers between and below quotes as
well. Marks are those of RFC 3676, section 4.5; mbox's ">From " (RFC 4155) is none. Linear in the length.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from handlers.mail.closings import find_closing
from handlers.mail.intros import Intro, Kind, after_blank, find_intros
from handlers.mail.programs import find_attribution
from handlers.mail.sent import Coverage, Sent, measure_coverage, parse_sent

_PASSES = 4
"""A cut can uncover another; more rounds than this are for nobody's mail."""
_MANY_LINES = 5_000
"""From here one round is enough."""
_MAX_LINES = 20_000
"""What stands below them is kept as it is: nobody answers a book line by line."""
_MAX_STRETCHES = 200
"""Stretches of own lines, from the end, in which a signature is looked for."""
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


def clean_reply(text: str, sent: Iterable[str] = ()) -> Cleaned:
    """The author's own lines of a reply, in order; `sent` holds the bodies of our mails that it answers.

    A mail in which everything would be cut is a forwarded text and is kept whole, unless it was ours: then
    nothing was written.
    """
    known = parse_sent(sent)
    text = _strip(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    text, rest = "\n".join(lines[:_MAX_LINES]), "\n".join(lines[_MAX_LINES:])
    cut: list[str] = []
    for _ in range(_PASSES if len(lines) < _MANY_LINES else 1):
        text, taken = _clean_once(text, known)
        if not taken:
            break
        cut.append(taken)
    return Cleaned(f"{text}\n{rest}" if rest else text, "\n".join(cut))


def _clean_once(text: str, sent: Sent) -> tuple[str, str]:
    pieces = _PIECE.findall(text + "\n") if text else []
    kinds = [_kind(piece) for piece in pieces]
    intros = find_intros(pieces, kinds)
    coverage = measure_coverage(pieces, sent) if sent.grams else [Coverage(0, 0)] * len(pieces)
    for place in _find_ours(kinds, intros, coverage) if sent.grams else ():
        kinds[place] = Kind.UNMARKED
    _cut_ornaments(pieces, kinds)
    _cut_introduced(kinds, intros, coverage)
    _keep_epigraph(pieces, kinds, coverage)
    _cut_closings(pieces, kinds)
    if Kind.OWN not in kinds:
        measured = [c for c, kind in zip(coverage, kinds, strict=True) if kind is not Kind.PROGRAM]
        ours = sum(c.covered for c in measured) * 2 > sum(c.words for c in measured)
        return ("", text) if ours else (text, "")
    return _join(pieces, kinds)


def _strip(text: str) -> str:
    """Without blank lines at the ends; an indentation of the first line stays."""
    text = text.rstrip()
    blank = _BLANK_LINES.match(text)
    return text[blank.end() :] if blank else text


def _kind(piece: str) -> Kind:
    if piece.isspace():
        return Kind.BLANK
    # One line that mbox escaped stands alone; a program that quotes without a space marks more than one line.
    escaped = piece.startswith(">From ") and piece.count("\n") == 1
    return Kind.MARKED if _QUOTED.match(piece) and not escaped else Kind.OWN


def _find_ours(kinds: Sequence[Kind], intros: Sequence[Intro], coverage: Sequence[Coverage]) -> Iterable[int]:
    """Places of unmarked lines that we sent.

    A corrected text repeats ours on purpose, so lines that agree are not enough: they stand where a quote stands,
    or are all that we sent, or are a few among many that are the author's.
    """
    whole = [p for p, kind in enumerate(kinds) if kind is Kind.OWN and coverage[p].whole]
    if any(kind is Kind.MARKED and coverage[p].covered for p, kind in enumerate(kinds)):
        wrapped: set[int] = set()
        for place in whole:  # the rest of a marked line that was too long
            if place and (kinds[place - 1] is Kind.MARKED or place - 1 in wrapped):
                wrapped.add(place)
        return sorted(wrapped)
    first = next((intro.end for intro in intros if intro.sure), None)
    if first is not None:
        return [place for place in whole if place >= first]
    own = [coverage[p] for p, kind in enumerate(kinds) if kind is Kind.OWN]
    agreed = sum(c.covered for c in own)
    few = agreed * 2 < sum(c.words for c in own) and agreed == sum(c.covered for c in own if c.whole)
    full = any(c.beginning for c in own) and any(c.ending for c in own)
    return whole if few or full else ()


def _cut_ornaments(pieces: Sequence[str], kinds: list[Kind]) -> None:
    """A rule of dashes or stars between lines that we sent was ours."""
    last = Kind.OWN
    for place, kind in enumerate(kinds):
        if kind is Kind.OWN and last is Kind.UNMARKED and _ORNAMENT.fullmatch(pieces[place]):
            below = after_blank(kinds, place + 1)
            if below >= len(kinds) or kinds[below] is Kind.UNMARKED:
                kinds[place] = Kind.UNMARKED
        if kind is not Kind.BLANK:
            last = kinds[place]


def _cut_introduced(kinds: list[Kind], intros: Sequence[Intro], coverage: Sequence[Coverage]) -> None:
    """Attribution lines and header blocks, and the unmarked quotes below them."""
    # From each place to the end: positive where more than a third of the words are ours.
    excess = [*accumulate((3 * c.covered - c.words for c in reversed(coverage)), initial=0)][::-1]
    written, seen = False, 0
    for number, intro in enumerate(intros):
        written = written or Kind.OWN in kinds[seen : intro.start]
        seen = intro.end
        below = after_blank(kinds, intro.end)
        quoted = below < len(kinds) and kinds[below] in (Kind.MARKED, Kind.UNMARKED)
        if not (quoted or intro.sure):
            written = True
            continue
        _mark(kinds, intro.start, intro.end, Kind.PROGRAM)
        until = intros[number + 1].start if number + 1 < len(intros) else len(kinds)
        if Kind.MARKED in kinds[intro.end : until] or (intro.attribution and not written):
            continue  # a program that marks its quotes: what has no mark is the author's
        if excess[intro.end] > 0:
            continue  # ours, and cut line by line: what is left are answers
        _mark(kinds, intro.end, len(kinds), Kind.UNMARKED)
        return


def _keep_epigraph(pieces: Sequence[str], kinds: list[Kind], coverage: Sequence[Coverage]) -> None:
    """A short quote at the top that no program introduced belongs to the text below it."""
    if kinds[:1] != [Kind.MARKED] or kinds.count(Kind.MARKED) > 1 or coverage[0].covered:
        return
    if pieces[0].count("\n") > _MAX_EPIGRAPH or Kind.PROGRAM in kinds or Kind.UNMARKED in kinds:
        return
    lines = [line.lstrip(" >\uff1e") for line in pieces[0].splitlines()]
    if not any(find_attribution(lines[: end + 1]) for end in range(len(lines))):
        kinds[0] = Kind.OWN


def _cut_closings(pieces: Sequence[str], kinds: list[Kind]) -> None:
    """Footers, signatures and device lines at the end of each stretch of own lines."""
    start = 0
    stretches: list[tuple[int, int]] = []
    for own, stretch in groupby([kind in (Kind.OWN, Kind.BLANK) for kind in kinds]):
        end = start + sum(1 for _ in stretch)
        if own:
            stretches.append((start, end))
        start = end
    for start, end in stretches[-_MAX_STRETCHES:]:
        _mark(kinds, start + find_closing(pieces[start:end]), end, Kind.PROGRAM)


def _mark(kinds: list[Kind], start: int, end: int, kind: Kind) -> None:
    for place in range(start, end):
        if kinds[place] is Kind.OWN:
            kinds[place] = kind


def _join(pieces: Sequence[str], kinds: Sequence[Kind]) -> tuple[str, str]:
    """The own pieces, and the others; where something was taken out a blank line stays."""
    kept: list[str] = []
    cut: list[str] = []
    gap = ""
    for piece, kind in zip(pieces, kinds, strict=True):
        if kind is Kind.OWN:
            kept.append((gap if kept else "") + piece)
            gap = ""
        elif kind is Kind.BLANK:
            gap = gap or piece
        else:
            cut.append(piece)
            gap = "\n"
    return _strip("".join(kept)), "".join(cut).rstrip("\n")
