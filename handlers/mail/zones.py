"""Finds a time zone by its name or by a city: "Africa/Bamako", "Bamako", "Nueva York", in any of some languages (CLDR)."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from handlers.mail.commands import fold_words

MOST_WORDS = 3
"""Of a city's name."""

_AREAS = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


def find_zone(words: Sequence[str], languages: tuple[str, ...]) -> str | None:
    """The key of the zone that these folded words name, all of them; None for anything else."""
    said = " ".join(words)
    return _keys().get(said.replace(" ", "_")) or _cities(languages).get(said)


@lru_cache
def _keys() -> Mapping[str, str]:
    """Every key in small letters."""
    return {key.casefold(): key for key in sorted(available_timezones())}


@lru_cache
def _cities(languages: tuple[str, ...]) -> Mapping[str, str]:
    """The names of cities, folded; of two that share one, the first zone in the alphabet."""
    cities: dict[str, str] = {}
    keys = sorted(key for key in available_timezones() if key.partition("/")[0] in _AREAS)
    for key in keys:
        cities.setdefault(" ".join(fold_words(key.rpartition("/")[2].replace("_", " "))), key)
    for language in languages:
        for key in keys:
            name = str(get_timezone_location(key, locale=language, return_city=True))
            cities.setdefault(" ".join(fold_words(name.rpartition("/")[2])), key)
    return cities
