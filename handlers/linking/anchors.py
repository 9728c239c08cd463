"""What stays the same in every language: figures, names in Latin letters, acronyms, web and mail addresses.

Figures are compared by their digits alone: 1,234.5 is 1 234,5 in French, 1.234,5 in Spanish, ١٬٢٣٤٫٥ in Arabic.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 24_000
MAX_FIGURE = 15
"""Digits; a longer run of them is no figure that people compare."""
_SPACES = "\u0020\u00a0\u2009\u202f"
_FIGURE = re.compile(
    rf"(?<![\d.,])(?:\d{{1,3}}(?:[{_SPACES}'’٬]\d{{3}})+(?:[.,٫]\d+)?(?!\d)|\d+(?:[.,٫٬]\d+)*)"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{3,200}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_WORD = re.compile(r"[^\W\d_](?:[\w'’.&-]{0,60}\w)?")
_BEGINS = re.compile(r"[.!?…:;\n\"«“(•–—-]\s*$")
FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Anchors:
    """Each anchor as it is compared, with how the text writes it."""

    figures: Mapping[str, str]
    names: Mapping[str, str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Anchors of two texts as they are compared: in both, and in one alone."""

    both: frozenset[str]
    first: frozenset[str]
    second: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shared:
    """Figures and names of two texts."""

    figures: Agreement
    names: Agreement


def share(first: Anchors, second: Anchors) -> Shared:
    """What two texts have in common."""
    return Shared(_compare(first.figures, second.figures), _compare_names(first, second))


@lru_cache(maxsize=64)
def find_anchors(text: str) -> Anchors:
    """The anchors of a text; of a very long one, those of its beginning. Never raises."""
    plain = text[:MAX_CHARACTERS]
    addresses = [match[0] for match in _ADDRESS.finditer(plain)]
    rest = _ADDRESS.sub(" ", plain)
    names = {**{_clean_address(address): address for address in addresses}, **_find_names(rest)}
    words = frozenset(_WORD.findall(fold(rest)))
    return Anchors(find_figures(rest), names, words | frozenset(names))


def find_figures(text: str) -> dict[str, str]:
    """Digits → the figure as it is written first; leading noughts do not count."""
    found: dict[str, str] = {}
    for match in _FIGURE.finditer(text):
        written = match[0]
        digits = "".join(
            str(unicodedata.digit(char)) for char in written if char.isdigit() and char.isdecimal()
        )
        digits = digits.lstrip("0")
        if 0 < len(digits) <= MAX_FIGURE:
            found.setdefault(digits, written)
    return found


def _compare(first: Iterable[str], second: Iterable[str]) -> Agreement:
    """What two texts have in common."""
    one, other = frozenset(first), frozenset(second)
    return Agreement(one & other, one - other, other - one)


def _compare_names(first: Anchors, second: Anchors) -> Agreement:
    """A name is in both where the other text has the word, whether or not with a capital: habits differ."""
    here = frozenset(first.names) & second.words
    there = frozenset(second.names) & first.words
    return Agreement(here | there, frozenset(first.names) - here, frozenset(second.names) - there)


def _find_names(text: str) -> dict[str, str]:
    """Words with a capital where their sentence does not ask for one, folded; of Latin letters alone."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) < FEWEST_LETTERS or word.islower() or not _is_latin(word):
            continue
        inner = any(char.isupper() for char in word[1:])
        if not inner and (
            match.start() == 0 or _BEGINS.search(text, max(0, match.start() - 4), match.start())
        ):
            continue
        found.setdefault(fold(word), word)
    return found


def fold(text: str) -> str:
    """Small letters without accents and possessives."""
    small = text.lower()
    if not small.isascii():
        plain = unicodedata.normalize("NFKD", small)
        small = "".join(char for char in plain if not unicodedata.combining(char)).replace("’", "'")
    return small.replace("'s", "")


def _is_latin(word: str) -> bool:
    return all(char < "\u0250" or not char.isalpha() for char in word)


def _clean_address(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower()).rstrip("/.,;:!?")
