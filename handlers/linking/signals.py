"""Explicit signals that a text is a version of a known contribution, strongest first.

Pure: text in, numbers and the name of the signal out. Whether a number exists is the caller's to ask. What is not surely
meant as a signal is none: "Translation of 12 villages", a footnote "[12]", a code of another forum.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.linking.wording import CODE, Wording, is_title, read_line
from handlers.mail.titles import PREFIX

MAX_GREETING = 40
"""Characters of a line above the one that names the original: "Hello everybody,"."""
MIN_RATIO, MAX_RATIO = 0.5, 2.0
"""Lengths of a translation over its original; the pairs of languages shipped stay well within."""
MIN_WORDS = 40
"""A shorter answer in another language is more often a comment than a translation."""

_HEADER = re.compile(r"\[? ?[#＃]? ?(\d{1,9}) ?\]?")
_FIGURES = re.compile(r"\d[\d.,\u00a0\u202f ]*\d|\d{2,}")
_GATEWAY = re.compile(
    r" ?\[ ?(?:ext(?:ern\w{0,3})?|(?:possible |suspected |probable )?[*? ]{0,3}spam[*? ]{0,3}|junk|bulk|caution) ?\] ?",
    re.IGNORECASE,
)
"""What the mail server of a company or university puts before a subject."""
_TAG = re.compile(r"\[[^\[\]]{1,80}\]")
_BARE = re.compile(r"([#＃t]?) ?(\d{1,9})(?!\d) ?[:：.)\]–—-]{0,3} (\S.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signal:
    """A number and how it was said: `address`, `first-line`, `header`, `code` or `thread`.

    `said` is False for a plain `[#12]`, which in the original's own language is a comment. `rivals` are other numbers
    that the same mail names: which of them is meant is a moderator's to say.
    """

    number: int
    name: str
    said: bool = True
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BareCode:
    """A code whose brackets a program took away, "#12 Seeds": one only where `title` is the title of that number."""

    number: int
    title: str
    translates: bool


def find_signal(
    *,
    address_number: int | None = None,
    answered_number: int | None = None,
    subject: str,
    text: str,
    headers: Sequence[str] = (),
    wording: Wording,
) -> Signal | None:
    """Signals 1 to 3. `wording` knows "Translation of" in the forum's languages.

    `address_number` is that of `+t12`, `answered_number` that of `+c12`, which says nothing by itself. A plain `[#12]` in
    a subject that answers ("Re: [#12] …") is what every comment carries: it says nothing either, but where something
    else names another number than these, they are rivals.
    """
    bare, answers = _strip(subject)
    found = list(_find_all(address_number, text, bare, answers, headers, wording))
    if not found:
        return None
    first = next((signal for signal in found if signal.said), found[0])
    others = [signal.number for signal in found]
    others += [int(code[2]) for code in CODE.finditer(bare)]
    if answered_number is not None and first.said:
        others.append(answered_number)
    rivals = tuple(number for number in dict.fromkeys(others) if number != first.number)
    return Signal(first.number, first.name, first.said, rivals)


def find_code(subject: str) -> int | None:
    """The number in a `[#12]` of a subject, answered or not."""
    match = CODE.search(read_line(subject))
    return int(match[2]) if match else None


def is_elsewheres(subject: str) -> bool:
    """Whether the code in a subject stands behind the name of another list: "[other] Re: [#12]".

    The names of our own lists are to be taken off before.
    """
    subject = read_line(subject)
    code = CODE.search(subject)
    before = subject[: code.start()] if code else ""
    return _TAG.search(_GATEWAY.sub(" ", PREFIX.sub(" ", before))) is not None


def find_bare_code(subject: str) -> BareCode | None:
    """What may be left of "[#12] Seeds" or "Re: [t12] Seeds"."""
    bare, _ = _strip(subject)
    match = _BARE.fullmatch(bare)
    return BareCode(int(match[2]), match[3].strip(), match[1].lower() == "t") if match else None


def clean_first_line(text: str, wording: Wording) -> str:
    """The text without a line that only says which contribution it translates; a greeting above it stays."""
    lines = text.lstrip().split("\n")
    place = _find_note(lines, wording)
    if place is None:
        return text
    return "\n".join([*lines[:place], *lines[place + 1 :]]).lstrip("\n")


def clean_title(subject: str, number: int | None, wording: Wording) -> str:
    """What the subject of a translation gives as its title; nothing where it only repeats that of what it answers."""
    bare, answers = _strip(subject)
    while before := CODE.match(bare) or _TAG.match(bare):
        bare, more = _strip(bare[before.end() :].strip())
        answers = answers or more
    left = find_bare_code(bare)
    if left and left.number == number:
        bare, answers = left.title, True
    title = wording.remove(bare)
    return "" if answers and title == bare else title


def texts_agree(answer: str, original: str) -> bool:
    """Signal 4: does an answer in another language look like the whole of what it answers?

    Both long enough, of about one length, and with most of the original's figures.
    """
    words, wanted = len(answer.split()), len(original.split())
    if words < MIN_WORDS or not wanted or not MIN_RATIO <= words / wanted <= MAX_RATIO:
        return False
    figures, found = _find_figures(original), _find_figures(answer)
    return not figures or len(figures & found) * 2 >= len(figures)


def _find_all(
    address_number: int | None, text: str, bare: str, answers: bool, headers: Sequence[str], wording: Wording
) -> Iterator[Signal]:
    """Every signal, the strongest first."""
    if address_number is not None:
        yield Signal(address_number, "address")
    lines = [read_line(line) for line in text[:20_000].splitlines() if line.strip()][:2]
    if lines and (number := wording.find_said(lines[0])):
        yield Signal(number, "first-line")
    # A line above it is a greeting, no paragraph.
    if len(lines) > 1 and len(lines[0]) <= MAX_GREETING and (number := wording.find_whole(lines[1])):
        yield Signal(number, "first-line")
    if number := wording.find_said(bare) or wording.find_behind(bare):
        yield Signal(number, "code")
    for line, name, plain_counts in (
        (next(iter(lines), ""), "first-line", True),
        (bare, "code", not answers),
    ):
        yield from _find_codes(line, name, plain_counts)
    for header in headers:
        if match := _HEADER.fullmatch(read_line(header)):
            yield Signal(int(match[1]), "header")


def _find_codes(line: str, name: str, plain_counts: bool) -> Iterator[Signal]:
    """The codes that a line begins with; behind a plain one there is a title or nothing, no sentence."""
    rest, codes = line, []
    while code := CODE.match(rest):
        codes.append((int(code[2]), code[1].lower() == "t"))
        rest = rest[code.end() :].strip()
    for number, translates in codes:
        if translates or (plain_counts and (name == "code" or is_title(rest))):
            yield Signal(number, name, said=translates)


def _find_note(lines: list[str], wording: Wording) -> int | None:
    """The place of the line that only names the original: the first, or the one below a greeting."""
    written = [place for place, line in enumerate(lines[:12]) if line.strip()][:2]
    for place in written:
        line, above = read_line(lines[place]), read_line(lines[written[0]])
        if wording.find_whole(line) is not None and (place == written[0] or len(above) <= MAX_GREETING):
            return place
        if place == written[0] and _is_only_codes(line):
            return place
    return None


def _is_only_codes(line: str) -> bool:
    bare = re.sub(r"[\s.:*_]+", "", CODE.sub("", line))
    return CODE.search(line) is not None and not bare


def _strip(subject: str) -> tuple[str, bool]:
    """The subject without "Re:" and a gateway's tag in front, and whether it answers.

    Lists and some programs put the code first: "[#12] Re: Seeds" answers too.
    """
    rest, answers = read_line(subject), False
    while match := PREFIX.match(rest) or _GATEWAY.match(rest):
        answers = answers or _GATEWAY.fullmatch(match[0]) is None
        rest = rest[match.end() :]
    return rest.strip(), answers or PREFIX.match(CODE.sub("", rest, count=1)) is not None


def _find_figures(text: str) -> set[str]:
    return {re.sub(r"\D", "", figure) for figure in _FIGURES.findall(text)}
