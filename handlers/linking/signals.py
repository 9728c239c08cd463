"""Explicit signals that a text is a version of a known contribution, strongest first.

Pure: text in, a number and the name of the signal out. Whether the number exists is the caller's to ask.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.mail.titles import PREFIX

NUMBER = r"\[?\s*(?:#|n(?:o|[uú]m|[uú]mero|um[eé]ro)?\s*[.°º]*)?\s*(\d{1,9})"
"""How people write the number of a contribution: 12, #12, [#12], no. 12, n° 12, n.º 12, núm. 12, numéro 12."""
_CODE = re.compile(r"\[\s*(#|t)\s*(\d{1,9})\s*\]", re.IGNORECASE)
_HEADER = re.compile(r"\s*\[?\s*#?\s*(\d{1,9})\s*\]?\s*")
_FIGURES = re.compile(r"\d[\d.,\u00a0\u202f ]*\d|\d{2,}")
MIN_RATIO, MAX_RATIO = 0.5, 2.0
"""Lengths of a translation over its original; the pairs of languages shipped stay well within."""
MIN_WORDS = 40
"""A shorter answer in another language is more often a comment than a translation."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A number and how it was said: `address`, `first-line`, `header`, `code` or `thread`.

    `said` is False for a plain `[#12]`, which in the original's own language is a comment.
    """

    number: int
    name: str
    said: bool = True


def find_signal(
    *, address_number: int | None, subject: str, text: str, header: str, phrases: Iterable[str]
) -> Signal | None:
    """Signals 1 to 3. `phrases` are "Translation of" in the forum's languages.

    A plain `[#12]` in a subject that answers ("Re: [#12] …") is what every comment carries: it says nothing here.
    """
    if address_number is not None:
        return Signal(address_number, "address")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    prefix = PREFIX.match(subject)
    bare = subject[prefix.end() :] if prefix else subject
    # Lists and some programs put the code first: "[#12] Re: Seeds" answers too.
    answers = prefix is not None or PREFIX.match(_CODE.sub("", bare, count=1)) is not None
    for line, name, plain_code_counts in ((first, "first-line", True), (bare, "code", not answers)):
        if number := _find_said(line, phrases):
            return Signal(number, name)
        code = _CODE.match(line.strip())
        if code and (plain_code_counts or code[1].lower() == "t"):
            return Signal(int(code[2]), name, said=code[1].lower() == "t")
    if match := _HEADER.fullmatch(header):
        return Signal(int(match[1]), "header")
    return None


def find_code(subject: str) -> int | None:
    """The number in a `[#12]` of a subject, answered or not."""
    match = _CODE.search(subject)
    return int(match[2]) if match else None


def clean_first_line(text: str, phrases: Iterable[str]) -> str:
    """The text without a first line that only says which contribution it translates."""
    head, _, rest = text.lstrip().partition("\n")
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    by_phrase = re.fullmatch(rf"\s*(?:{alternatives})\s*{NUMBER}\s*\]?[\s.:]*", head, re.IGNORECASE)
    by_code = re.fullmatch(r"\s*\[?\s*(?:#|t)\s*\d{1,9}\s*\]?[\s.:]*", head, re.IGNORECASE)
    return rest.lstrip("\n") if by_phrase or by_code else text


def texts_agree(answer: str, original: str) -> bool:
    """Signal 4: does an answer in another language look like the whole of what it answers?

    Both long enough, of about one length, and with most of the original's figures.
    """
    words, wanted = len(answer.split()), len(original.split())
    if words < MIN_WORDS or not wanted or not MIN_RATIO <= words / wanted <= MAX_RATIO:
        return False
    figures, found = _find_figures(original), _find_figures(answer)
    return not figures or len(figures & found) * 2 >= len(figures)


def _find_said(line: str, phrases: Iterable[str]) -> int | None:
    """The number behind "Translation of"."""
    for phrase in phrases:
        said = re.match(rf"\s*{re.escape(phrase)}\s*{NUMBER}\b", line, re.IGNORECASE)
        if said:
            return int(said[1])
    return None


def _find_figures(text: str) -> set[str]:
    return {re.sub(r"\D", "", figure) for figure in _FIGURES.findall(text)}
