"""Does a text say that a machine translated it? In its subject, in its first line, or in the footer of a translator.

Only a whole line says so, and is taken out of the text. "Translated by DeepL, corrected by Ana" says something else.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from handlers.mail.commands import fold_words

LAST_LINES = 6
"""Lines at the end, blank ones not counted, among which a translator's footer is looked for."""
MAX_LINE = 160
"""Characters of such a line."""

_ELSEWHERE = ("tradução automática", "ترجمة آلية", "maschinelle Übersetzung", "automatische Übersetzung")
"""What people write whose language the forum may not have."""
_TAG = "machine"
"""In square brackets."""
_ENGINE = (
    r"(?:(?:https?://)?(?:www\.)?deepl(?:\.com)?(?:/\S*)?|google(?: ?(?:translate|translator|traduction|traductor|tradutor))?"
    r"|(?:microsoft|bing)(?: translator)?|systran|reverso|yandex(?: translate)?|libretranslate|chat ?gpt)"
)
_SAID = (
    r"(?:translated|translation|(?:machine|automatic) translation|traduit|traduction|traducid[oa]|traduccion|traduzid[oa]"
    r"|traducao|ubersetz\w*|tradott[oa]|traduzione|vertaald|ترجم\w*|الترجم\w*|تمت الترجم\w*)"
)
_FOOTER = re.compile(rf"\W*{_SAID}\b.{{0,60}}?\b{_ENGINE}(?: ?\([^()]{{0,40}}\))?\W*")
_LINK = re.compile(r"\W*(?:https?://)?www\.deepl\.com/\w*translat\w*\W*")
_BY = re.compile(rf"(?: ?[:(–—-])? ?(?:by|with|via|par|avec|por|con|com|mit|von)? ?{_ENGINE}\W*")
_TITLE = r"\[\s*(?:{0})\s*\]|^\s*(?:{0})\s*(?:[:：–—-]\s*|$)|\(\s*(?:{0})\s*\)\s*$"
_NAMES_NUMBER = r"^\s*(?:{0})\b[^\d]{{0,40}}\d"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A title and a text without what says that a machine translated them, and whether anything did."""

    title: str
    text: str
    machine: bool


def clean_machine(subject: str, title: str, text: str, cut: str, words: Iterable[str]) -> Cleaned:
    """Whether the subject as it came, the text, or what was cut from its end (a signature) says so.

    `words` are "machine translation" in the forum's languages.
    """
    phrases = tuple(dict.fromkeys((*words, *_ELSEWHERE)))
    said, in_title = _patterns(phrases)
    found = said.search(subject) is not None
    lines = text.split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    taken = {place for place in _list_last(lines) if is_footer(lines[place])}
    if first is not None and _is_heading(lines[first], phrases):
        taken.add(first)
    left = "\n".join(line for place, line in enumerate(lines) if place not in taken).strip("\n")
    if not left.strip():
        taken, left = set(), text  # these few words are all that there is
    rest = cut.split("\n")
    found = found or any(is_footer(rest[place]) for place in _list_last(rest) if rest[place][:1] != ">")
    return Cleaned(" ".join(in_title.sub(" ", title).split()), left if taken else text, bool(taken) or found)


def is_footer(line: str) -> bool:
    """Whether a line is what a translator puts under its work, and no more."""
    folded = _fold(line) if len(line) <= MAX_LINE else ""
    return bool(_FOOTER.fullmatch(folded) or _LINK.fullmatch(folded))


def _is_heading(line: str, phrases: tuple[str, ...]) -> bool:
    """ "[machine]", "Machine translation", "Traduction automatique (DeepL)"."""
    words = " ".join(fold_words(line)) if len(line) <= MAX_LINE else ""
    if words == _TAG:
        return line.strip().startswith("[")
    for phrase in phrases:
        known = " ".join(fold_words(phrase))
        if words == known or (words.startswith(known) and _BY.fullmatch(_fold(words[len(known) :]))):
            return True
    return False


def _list_last(lines: list[str]) -> list[int]:
    """The places of the last lines that are not blank."""
    found: list[int] = []
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].strip():
            found.append(place)
            if len(found) == LAST_LINES:
                break
    return found


@lru_cache
def _patterns(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What says so in a subject, also in front of a number; and what of a title is to be taken out."""
    spelt = dict.fromkeys(form for phrase in phrases for form in (phrase, _fold(phrase)))
    either = "|".join(re.escape(form) for form in sorted(spelt, key=len, reverse=True))
    title = _TITLE.format(either) + rf"|\[\s*{_TAG}\s*\]"
    # What mail programs put before a subject ends with a colon, and a list's name with a bracket.
    anywhere = _TITLE.format(either).replace("^", r"(?:^|[:：\]])")
    number = _NAMES_NUMBER.format(either).replace("^", r"(?:^|[:：\]])", 1)
    said = rf"{anywhere}|{number}|\[\s*{_TAG}\s*\]"
    return re.compile(said, re.IGNORECASE), re.compile(title, re.IGNORECASE)


def _fold(text: str) -> str:
    """Without case and accents, its white space as single blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
