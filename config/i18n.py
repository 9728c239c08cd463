"""Words, dates, numbers and lists in a reader's language, through gettext catalogues and Babel (CLDR).

CLDR has no full-month interval in English or French and no "1er", so a phrase is translated and its parts
are formatted; English dates put the day first (en_GB), as international readers expect.
"""

import gettext
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

DOMAIN = "manyvoices"
LOCALES = Path(__file__).parent / "locales"

_REGIONS = {"en": "en_GB"}


class MissingCatalogueError(Exception):
    """A language has no compiled catalogue; `make setup` compiles them."""


@lru_cache
def get_catalogue(language: str) -> "Catalogue":
    """The catalogue of a language; MissingCatalogueError where none is shipped."""
    return Catalogue(language)


class Catalogue:
    """One language. Dates are local dates, instants aware datetimes."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(_REGIONS.get(language, language))
        try:
            translations = gettext.translation(DOMAIN, LOCALES, [language])
        except FileNotFoundError:
            raise MissingCatalogueError(_missing(language)) from None
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self.pgettext = translations.pgettext
        self.npgettext = translations.npgettext

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
        hour = self.gettext("midnight") if end != gmt.date() else self._hour(gmt)
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
        name = self.locale.languages.get(language)
        return str(name or Locale.parse(language).get_display_name(self.locale) or language)

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


def _missing(language: str) -> str:
    """One line for a language that is not shipped, another for one that is not compiled."""
    shipped = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())
    if language in shipped:
        return f'the texts in "{language}" are not compiled; run make setup'
    return f'there are no texts in "{language}" yet, only in {", ".join(shipped)} (CONTRIBUTING.md says how to add one)'


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
