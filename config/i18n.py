"""Words, dates, numbers and lists in a reader's language, through gettext catalogues and Babel (CLDR).

CLDR has no full-month interval in English or French and no "1er", so a phrase is translated and its parts
are formatted; English dates put the day first (en_GB), as international readers expect. A language that CLDR does not
know borrows the formats of one that it knows, which its catalogue names.
"""

import gettext
import os
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import read_mo
from babel.numbers import format_decimal, format_percent

DOMAIN = "manyvoices"
LOCALES = Path(__file__).parent / "locales"

OWN_LOCALES = "MANYVOICES_LOCALES"
"""The variable that names a folder of an installation's own catalogues; these go before those that are shipped."""

_REGIONS = {"en": "en_GB"}
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class MissingCatalogueError(Exception):
    """A language has no compiled catalogue; `make setup` compiles them."""


def list_folders() -> tuple[Path, ...]:
    """Where catalogues are looked for, in this order."""
    own = os.environ.get(OWN_LOCALES)
    return (Path(own), LOCALES) if own else (LOCALES,)


@lru_cache
def list_shipped() -> tuple[str, ...]:
    """The languages that there is a compiled catalogue of, by their codes."""
    found = (path for folder in list_folders() for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return tuple(sorted({path.parent.parent.name for path in found}))


def is_language(code: str) -> bool:
    """Whether CLDR knows a language by this code, or there is a catalogue of it."""
    return bool(_CODE.fullmatch(code)) and (find_locale(code) is not None or code in _list_there())


def find_locale(code: str) -> Locale | None:
    """What CLDR knows of a language: dates, numbers, names; None where it knows nothing."""
    try:
        return Locale.parse(_REGIONS.get(code, code).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache
def get_catalogue(language: str) -> "Catalogue":
    """The catalogue of a language; MissingCatalogueError where none is shipped."""
    return Catalogue(language)


class Catalogue:
    """One language. Dates are local dates, instants aware datetimes."""

    def __init__(self, language: str) -> None:
        self.language = language
        translations = _open(language)
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self.pgettext = translations.pgettext
        self.npgettext = translations.npgettext
        own = find_locale(language)
        borrowed = self.pgettext(
            "code of the language whose dates are written where CLDR knows none of ours", "en"
        )
        self.locale = own or find_locale(borrowed) or Locale.parse("en_GB")
        self.borrows = own is None
        """Whether dates and numbers are written as another language writes them."""

    @property
    def own_name(self) -> str:
        """ "English", "español", "français"."""
        return self.pgettext("the name of this language, in this language", "English")

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return bool(self.locale.text_direction == "rtl")

    def count_missing(self) -> int:
        """How many of the program's texts this catalogue does not have, as one that was made for an earlier program."""
        return len(_read_keys("en") - _read_keys(self.language))

    def number(self, value: int) -> str:
        """A number with the language's grouping."""
        return str(format_decimal(value, locale=self.locale))

    def long_date(self, day: date, year: bool = True) -> str:
        """ "9 September 2013", "9 de septiembre", "1er septembre"."""
        if year:
            text = str(format_date(day, "long", locale=self.locale))
        else:
            text = str(format_skeleton("MMMMd", _noon(day), locale=self.locale))
        return re.sub(r"^1(?=\s)", self._first(), text)

    def interval(self, start: date, end: date, year: bool = True) -> str:
        """ "from 9 to 21 September 2013"; the month and year of the start only where they differ."""
        if (start.year, start.month) == (end.year, end.month):
            first = self._day(start)
        else:
            first = self.long_date(start, year=year and start.year != end.year)
        return self.gettext("from %(start)s to %(end)s") % {"start": first, "end": self.long_date(end, year)}

    def weekday(self, day: date) -> str:
        """ "Saturday 21", "sábado 21", "samedi 21"."""
        name = str(format_date(day, "EEEE", locale=self.locale))
        return self.gettext("%(weekday)s %(day)s") % {"weekday": name, "day": self._day(day)}

    def last_day(self, closes_at: datetime, zone: ZoneInfo) -> str:
        """ "Saturday 21, until 22:00 GMT (midnight in Paris)", from the instant that is no longer in the phase."""
        local, gmt = closes_at.astimezone(zone), closes_at.astimezone(UTC)
        day = (local - timedelta(microseconds=1)).date()
        end = day if gmt.time() == datetime.min.time() else gmt.date()
        end_of_day = self.pgettext("the hour that ends a day, after until", "midnight")
        hour = end_of_day if end != gmt.date() else self._hour(gmt)
        parts = {"day": self.weekday(day), "hour": hour, "gmt_day": self.weekday(gmt.date())}
        if local.utcoffset() == timedelta(0):
            return self.gettext("%(day)s, until %(hour)s GMT") % parts
        midnight = local.time() == datetime.min.time()
        parts["local"] = self.gettext("midnight") if midnight else self._hour(local)
        parts["city"] = str(get_timezone_location(zone.key, locale=self.locale, return_city=True))
        if end != day:
            return self.gettext("%(day)s, until %(hour)s GMT on %(gmt_day)s (%(local)s in %(city)s)") % parts
        return self.gettext("%(day)s, until %(hour)s GMT (%(local)s in %(city)s)") % parts

    def moment(self, instant: datetime, zone: ZoneInfo) -> str:
        """ "9 September 2013 at 10:05", in the local time of the zone."""
        local = instant.astimezone(zone)
        parts = {"day": self.long_date(local.date()), "hour": self._hour(local)}
        return self.gettext("%(day)s at %(hour)s") % parts

    def size(self, size: int) -> str:
        """ "850 bytes", "3 kB", "1.2 MB": decimal units, rounded up so that nothing is called 0."""
        if size < 1_000:
            return self.ngettext("%(count)s byte", "%(count)s bytes", size) % {"count": self.number(size)}
        if size < 1_000_000:
            return self.gettext("%(count)s kB") % {"count": self.number(-(-size // 1_000))}
        return self.gettext("%(count)s MB") % {"count": self.decimal(size / 1_000_000)}

    def decimal(self, value: float) -> str:
        """One digit after the point or comma."""
        return str(format_decimal(value, format="#,##0.0", locale=self.locale))

    def percent(self, share: float) -> str:
        """ "87%", "87 %" from 0.87; what is not wholly certain is never called 100."""
        whole = 1 if share >= 1 else min(max(round(share, 2), 0.01), 0.99)
        return str(format_percent(whole, locale=self.locale))

    def language_name(self, language: str) -> str:
        """ "French", "francés", "français"."""
        locale = find_locale(language)
        name = self.locale.languages.get(language) or (locale and locale.get_display_name(self.locale))
        if not name and language in _list_there():
            return get_catalogue(language).own_name
        return str(name or language)

    def languages(self, languages: tuple[str, ...]) -> str:
        """ "English and French", "español e inglés", "en anglais et en français" """
        names = [
            self.pgettext("a language in a list", "%(language)s") % {"language": self.language_name(language)}
            for language in languages
        ]
        text = str(format_list(names, locale=self.locale))
        # Spanish "y" becomes "e" before an i that is sounded as a vowel; CLDR knows, Babel does not.
        return re.sub(r" y (?=h?i(?![aeou]))", " e ", text) if self.locale.language == "es" else text

    def words(self, words: str) -> tuple[str, ...]:
        """The alternatives in a `|`-separated text of the catalogue."""
        return tuple(word.strip() for word in words.split("|") if word.strip())

    def _hour(self, moment: datetime) -> str:
        parts = {"hour": str(moment.hour), "minute": f"{moment.minute:02}"}
        if moment.minute:
            return self.gettext("%(hour)s:%(minute)s") % parts
        return self.gettext("%(hour)s:00") % {"hour": parts["hour"]}

    def _day(self, day: date) -> str:
        return self._first() if day.day == 1 else str(day.day)

    def _first(self) -> str:
        return self.pgettext("the first day of a month", "1")


def _open(language: str) -> gettext.NullTranslations:
    for folder in list_folders():
        try:
            return gettext.translation(DOMAIN, folder, [language])
        except FileNotFoundError:
            continue
    raise MissingCatalogueError(_missing(language))


def _read_keys(language: str) -> set[tuple[str, str | None]]:
    """(text, context) of every entry of a compiled catalogue."""
    for folder in list_folders():
        if path := gettext.find(DOMAIN, folder, [language]):
            with Path(path).open("rb") as file:
                found = [message for message in read_mo(file) if message.id]
            return {
                (message.id if isinstance(message.id, str) else message.id[0], message.context)
                for message in found
            }
    return set()


def _list_there() -> list[str]:
    """The languages that there are texts in, compiled or not."""
    found = (path for folder in list_folders() for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.[mp]o"))
    return sorted({path.parent.parent.name for path in found})


def _missing(language: str) -> str:
    """One line for a language that is not shipped, another for one that is not compiled."""
    there = _list_there()
    if language in there:
        own = next((folder for folder in list_folders() if (folder / language).is_dir()), LOCALES)
        how = "make setup" if own == LOCALES else f"python -m config.catalogues {own}"
        return f'the texts in "{language}" are not compiled; run {how}'
    return f'there are no texts in "{language}" yet, only in {", ".join(there)} (CONTRIBUTING.md says how to add one)'


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
