"""Reads a day and an hour as people write them: 2026-12-31, 31.12.2026, 31/12, "31 December", "le 1er mai", in any language.

Words come folded, as commands have them (`handlers/mail/commands.py`). The day stands before the month, as it does in
every language that is shipped; where it cannot, the month does. Month names are CLDR's, through Babel.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from babel.dates import get_month_names

from handlers.mail.commands import fold_words

MOST_WORDS = 5
""" "31 de diciembre de 2026"."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|o|a|º)?")
_YEAR = re.compile(r"\d{4}")
_HOUR = re.compile(r"(\d{1,2})(?:[:h.](?:\d{2})?)?(am|pm)?")
_SMALL = frozenset(["de", "del", "do", "of", "the", "le", "el", "o", "d"])
_VARIANTS = {"ar": ("ar", "ar_SY", "ar_DZ", "ar_MA")}
"""Where a language has several names for the months."""


def parse_day(words: Sequence[str], today: date, languages: tuple[str, ...]) -> date | None:
    """The day that these words are, all of them; without a year the next such day. None for anything else."""
    if len(words) == 1:
        if iso := _ISO.fullmatch(words[0]):
            return _make(int(iso[1]), int(iso[2]), int(iso[3]))
        if figures := _FIGURES.fullmatch(words[0]):
            day, month = int(figures[1]), int(figures[2])
            if month > 12:
                day, month = month, day
            return _choose(day, month, figures[3], today)
    said = [word for word in words if word not in _SMALL]
    for count in (2, 1):
        for place in range(len(said) - count + 1):
            month = _month_names(languages).get(tuple(said[place : place + count]), 0)
            rest = said[:place] + said[place + count :]
            if month and 1 <= len(rest) <= 2 and (said_day := _DAY.fullmatch(rest[0])):
                year = rest[1] if len(rest) == 2 else None
                if year is not None and not _YEAR.fullmatch(year):
                    return None
                return _choose(int(said_day[1]), month, year, today)
    return None


def parse_hour(word: str) -> int | None:
    """The hour in "7", "07:00", "7h", "7pm"; minutes are left out."""
    said = _HOUR.fullmatch(word)
    if said is None:
        return None
    hour = int(said[1])
    if said[2] and not 1 <= hour <= 12:
        return None
    if said[2]:
        hour = hour % 12 + (12 if said[2] == "pm" else 0)
    return hour if hour <= 23 else None


@lru_cache
def _month_names(languages: tuple[str, ...]) -> Mapping[tuple[str, ...], int]:
    names: dict[tuple[str, ...], int] = {}
    for language in languages:
        for locale in _VARIANTS.get(language, (language,)):
            for width in ("wide", "abbreviated"):
                for context in ("format", "stand-alone"):
                    for month, name in get_month_names(width, context, locale).items():
                        names.setdefault(fold_words(str(name)), int(month))
    return names


def _choose(day: int, month: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return _make(int(year) + (2000 if len(year) == 2 else 0), month, day)
    # The 29th of February may be years away.
    days = (_make(today.year + more, month, day) for more in range(9))
    return next((one for one in days if one is not None and one >= today), None)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
