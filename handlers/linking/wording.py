"""How people write which contribution they have translated: "Translation of #12", "Version française du n° 12".

The phrases are the catalogues'. In them "(x)" may be missing, and "…" stands for the name of a language.
"""

import re
import unicodedata
from collections.abc import Iterable

CODE = re.compile(r"[\[［【]\s{0,3}([#＃t])\s{0,3}(\d{1,9})\s{0,3}[\]］】]", re.IGNORECASE)
"""`[#12]` and `[t12]`, in the brackets of any keyboard."""

_NUMBER = (
    r"[\[(（［【]?\s*(?P<mark>[#＃№t]|(?:n(?:[uú]m(?:ero)?|um[eé]ro|umber|ro|o|r)?\b\s*[.°ºª]*|n\s*[.°ºª]+|رقم))?"
    r"\s*(?P<number>\d{1,9})(?!\d)(?![.,]\d)(?:\s?[\])）］】])?"
)
"""12, #12, [#12], no. 12, n° 12, n.º 12, núm. 12, nro. 12, numéro 12."""
_OPENING = r"[\s*_\"'“”«»‘’„(\[{<=~\u2022-]{0,8}"
_CLOSING = r"[\s.:;!*_\"'”“»’)\]}=~]*"
_NEXT = re.compile(r"\s?[:：]|\s?[.|](?=\s)|\s[–—-]\s")
_ASIDE = re.compile(r"\s?[(«“\"„]")
"""What may stand between a number and a title; the latter only where the number is surely one: "#12 (Seeds)"."""
MAX_LINE = 400
"""Characters of a line that are looked at."""
MAX_TITLE_WORDS = 16
"""Words behind a number that may be a title; more are a sentence."""
_SENTENCE = re.compile(r"[.!?…؟]['\"»”)]*\s*$|[.!?؟]\s+\w")
_ARABIC_FORMS = {"\u0629": "\u0647", "\u064a": "\u0649", "\u0649": "\u064a", "\u0627": "\u0623\u0625\u0622"}
_ARABIC_MARKS = "[\u0640\u064b-\u0652]*"
"""Tatweel and vowels, which may stand behind a letter."""
_UNSEEN = str.maketrans("", "", "\u200e\u200f\u061c")
"""What programs put beside what is written in another direction."""
_BEHIND = r"(?:[(\[（［]|\s[–—-]\s)\s*"


class Wording:
    """The phrases of a forum's languages, ready to be looked for."""

    def __init__(
        self, phrases: Iterable[str], languages: Iterable[str] = (), bylines: Iterable[str] = ()
    ) -> None:
        """`languages` are names of languages, `bylines` what stands before a translator's name."""
        # A name may be inflected: "français", "française"; the longest first, so that none hides another.
        names = sorted({_accept_plain(name) for name in languages if name.strip()}, key=len, reverse=True)
        named = rf"(?:{'|'.join(names)})\w{{0,2}}" if names else r"(?!)"
        said = sorted(
            {_read_phrase(phrase, named) for phrase in phrases if phrase.strip()}, key=len, reverse=True
        )
        by = "|".join(sorted(map(_accept_plain, bylines), key=len, reverse=True)) or r"(?!)"
        words = "|".join(said) or r"(?!)"
        into = rf"(?:(?:\s+[^\W\d_]{{1,8}}){{0,2}}\s+{named}(?!\w))?"
        core = rf"(?:{words})\s*[:：]?\s*{_NUMBER}{into}"
        byline = rf"(?:,?\s+(?:{by})\s+[^\W\d_][^\n.:;!?]{{0,60}})?"
        self._whole = re.compile(rf"{_OPENING}{core}{byline}{_CLOSING}", re.IGNORECASE)
        self._core = re.compile(rf"{_OPENING}{core}", re.IGNORECASE)
        self._behind = re.compile(rf".{{1,300}}?{_BEHIND}{core}[\s.)\]）］]*", re.IGNORECASE)
        self._noise = re.compile(
            rf"(?:^{_OPENING}|{_BEHIND}){core}(?:{byline}{_CLOSING}$|[\s:：.,|)\]）］–—-]*)", re.IGNORECASE
        )

    def find_whole(self, line: str) -> int | None:
        """The number in a line that says nothing else."""
        match = self._whole.fullmatch(read_line(line))
        return int(match["number"]) if match else None

    def find_said(self, line: str) -> int | None:
        """The number behind a phrase that a line begins with, where a title may follow but no sentence goes on."""
        line = read_line(line)
        if match := self._whole.fullmatch(line):
            return int(match["number"])
        match = self._core.match(line)
        if match is None:
            return None
        rest = line[match.end() :]
        sure = _NEXT.match(rest) or (
            match["mark"] and (_ASIDE.match(rest) or (rest[:1] == " " and is_title(rest)))
        )
        return int(match["number"]) if sure else None

    def find_behind(self, line: str) -> int | None:
        """The number in a phrase that stands behind a title: "Our market (translation of #12)"."""
        match = self._behind.fullmatch(read_line(line))
        return int(match["number"]) if match and match["mark"] else None

    def remove(self, line: str) -> str:
        """A subject without the phrases, which are no part of a title."""
        return self._noise.sub(" ", read_line(line)).strip()


def is_title(rest: str) -> bool:
    """Whether what stands behind a number may be a title: it does not go on in small letters, and is no sentence."""
    rest = rest.strip(" \t:–—-")
    if not rest:
        return True
    return not rest[0].islower() and len(rest.split()) <= MAX_TITLE_WORDS and not _SENTENCE.search(rest)


def read_line(line: str) -> str:
    """What is looked at of a line: with single spaces, and in composed letters, which not all programs write."""
    return unicodedata.normalize("NFC", " ".join(line[: 4 * MAX_LINE].translate(_UNSEEN).split()))[:MAX_LINE]


def _read_phrase(phrase: str, named: str) -> str:
    """The pattern of a phrase of the catalogues."""
    pattern = ""
    for piece in re.findall(r" ?\(|\) ?|…| |[^()… ]+", " ".join(phrase.split())):
        if "(" in piece:
            pattern += r"\s*(?:"
        elif ")" in piece:
            pattern += r"\s*)?"
        elif piece == "…":
            pattern += named
        else:
            pattern += r"\s+" if piece == " " else _accept_plain(piece)
    return pattern


def _accept_plain(word: str) -> str:
    """A pattern for a word with its accents or without them, and for the ways in which Arabic is written."""
    pattern = ""
    for letter in unicodedata.normalize("NFC", word.strip()):
        forms = {letter, unicodedata.normalize("NFD", letter)[0], *_ARABIC_FORMS.get(letter, "")}
        pattern += re.escape(letter) if len(forms) == 1 else f"[{''.join(sorted(forms))}]"
        if "\u0620" <= letter <= "\u064a":
            pattern += _ARABIC_MARKS
    return pattern
