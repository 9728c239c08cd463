"""Reads what stands behind "mode" and "budget": how somebody wants the forum's mail, when, until when, and how much.

Forgiving in order and wording; what is not understood is said, and then nothing is changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.mail import days, zones

Phrase = tuple[str, ...]
"""Folded words."""

LEAST_BUDGET = 5_000
"""Bytes a week; with fewer, not even a list of what there is would get through."""
MOST_BUDGET = 1_000_000_000

_AMOUNT = re.compile(r"(\d{1,10})(?:[.,](\d{1,3}))?([a-zء-ي]*)")
_UNITS = {
    1: frozenset(["b", "byte", "bytes", "octet", "octets", "o", "بايت"]),
    1_000: frozenset(["k", "kb", "ko", "kbyte", "kbytes", "kilobytes", "kilo", "كيلوبايت", "ك", "كيلو"]),
    1_000_000: frozenset(["m", "mb", "mo", "mbyte", "mbytes", "megabytes", "mega", "ميغابايت", "ميجابايت"]),
}


class UnclearError(ValueError):
    """Words that were not understood."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class WishWords:
    """The forum's languages' words for modes, "until", no limit; `small` are those that say nothing ("at", "a week")."""

    modes: Mapping[Phrase, str]
    until: frozenset[Phrase]
    unlimited: frozenset[Phrase]
    small: frozenset[Phrase]


@dataclass(frozen=True, slots=True)
class ModeWish:
    """What somebody asked for; None where they said nothing about it. `until` is the last day."""

    mode: str | None = None
    hour: int | None = None
    zone: str | None = None
    until: date | None = None


def parse_mode(
    arguments: Sequence[str], words: WishWords, today: date, languages: tuple[str, ...]
) -> ModeWish:
    """The wish in some folded words; UnclearError for the first that are none, or a day that is over."""
    mode: str | None = None
    hour: int | None = None
    zone: str | None = None
    until: date | None = None
    place = 0
    while place < len(arguments):
        rest = arguments[place:]
        if found := _match(rest, words.modes):
            if mode is not None:
                raise UnclearError(" ".join(arguments))
            mode = words.modes[found]
            place += len(found)
        elif until is None and (found := _match(rest, words.until)):
            taken, until = _read_day(rest[len(found) :], today, languages)
            place += len(found) + taken
        elif hour is None and (said := days.parse_hour(rest[0])) is not None:
            hour = said
            place += 1
            if tuple(rest[1:2]) == ("pm",) and hour < 12:
                hour += 12
        elif found := _match(rest, words.small):
            place += len(found)
        elif zone is None and (named := _read_zone(rest, languages)):
            taken, zone = named
            place += taken
        elif rest[0] in ("am", "pm", "h") and hour is not None:
            place += 1
        else:
            raise UnclearError(rest[0])
    if until is not None and mode is None:
        raise UnclearError(" ".join(arguments))
    return ModeWish(mode, hour, zone, until)


def parse_budget(arguments: Sequence[str], words: WishWords) -> int | None:
    """Bytes a week, None for no limit; UnclearError for anything else, and for less than 5 kB."""
    said = list(arguments)
    if (found := _match(said, words.unlimited)) and _is_small(said[len(found) :], words):
        return None
    text, rest = _join_figures(said)
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        raise UnclearError(" ".join(arguments))
    unit = amount[3]
    if not unit and rest and any(rest[0] in units for units in _UNITS.values()):
        unit, rest = rest[0], rest[1:]
    factor = next((factor for factor, units in _UNITS.items() if unit in units), None)
    if not _is_small(rest, words) or (unit and factor is None):
        raise UnclearError(" ".join(arguments))
    size = _count(amount[1], amount[2], factor)
    if not LEAST_BUDGET <= size <= MOST_BUDGET:
        raise UnclearError(" ".join(arguments))
    return size


def _count(whole: str, decimals: str | None, factor: int | None) -> int:
    """ "50" is kilobytes, which nobody says in bytes; "50.000" without a unit is bytes, "1.5 M" has a decimal point."""
    if decimals and len(decimals) == 3 and factor in (None, 1):
        whole, decimals = whole + decimals, None
    if factor is None:
        factor = 1_000 if int(whole) < 1_000 else 1
    return int(whole) * factor + (int(decimals) * factor // 10 ** len(decimals) if decimals else 0)


def _join_figures(words: Sequence[str]) -> tuple[str, list[str]]:
    """ "50 000" as one number, and the words behind it."""
    if len(words) > 1 and words[0].isdecimal() and re.fullmatch(r"\d{3}[a-z]*", words[1]):
        return words[0] + words[1], list(words[2:])
    return (words[0] if words else ""), list(words[1:])


def _is_small(words: Sequence[str], words_known: WishWords) -> bool:
    rest = list(words)
    while rest:
        found = _match(rest, words_known.small)
        if not found:
            return False
        rest = rest[len(found) :]
    return True


def _match(words: Sequence[str], known: Mapping[Phrase, str] | frozenset[Phrase]) -> Phrase:
    """The longest phrase that some words begin with; empty where none does."""
    for count in range(min(4, len(words)), 0, -1):
        if (phrase := tuple(words[:count])) in known:
            return phrase
    return ()


def _read_day(words: Sequence[str], today: date, languages: tuple[str, ...]) -> tuple[int, date]:
    for count in range(min(days.MOST_WORDS, len(words)), 0, -1):
        day = days.parse_day(words[:count], today, languages)
        # There is no day after the last that there is.
        if day is not None and day >= today and day.year < date.max.year:
            return count, day
    raise UnclearError(" ".join(words))


def _read_zone(words: Sequence[str], languages: tuple[str, ...]) -> tuple[int, str] | None:
    for count in range(min(zones.MOST_WORDS, len(words)), 0, -1):
        if zone := zones.find_zone(words[:count], languages):
            return count, zone
    return None
