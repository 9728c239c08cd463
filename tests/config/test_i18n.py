"""Dates, hours, lists and languages as their readers write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.i18n import MissingCatalogueError, get_catalogue

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("language", "same_month", "two_months", "two_years"),
    [
        (
            "en",
            "from 9 to 21 September 2013",
            "from 28 September to 3 October 2013",
            "from 28 December 2013 to 1 January 2014",
        ),
        (
            "es",
            "del 9 al 21 de septiembre de 2013",
            "del 28 de septiembre al 3 de octubre de 2013",
            "del 28 de diciembre de 2013 al 1 de enero de 2014",
        ),
        (
            "fr",
            "du 9 au 21 septembre 2013",
            "du 28 septembre au 3 octobre 2013",
            "du 28 décembre 2013 au 1er janvier 2014",
        ),
    ],
)
def test_an_interval_says_the_month_and_year_once(
    language: str, same_month: str, two_months: str, two_years: str
) -> None:
    catalogue = get_catalogue(language)
    assert catalogue.interval(date(2013, 9, 9), date(2013, 9, 21)) == same_month
    assert catalogue.interval(date(2013, 9, 28), date(2013, 10, 3)) == two_months
    assert catalogue.interval(date(2013, 12, 28), date(2014, 1, 1)) == two_years


def test_the_first_of_the_month_is_premier_in_french_only() -> None:
    assert (
        get_catalogue("fr").interval(date(2013, 9, 1), date(2013, 9, 11), year=False)
        == "du 1er au 11 septembre"
    )
    assert get_catalogue("en").long_date(date(2013, 9, 1)) == "1 September 2013"


@pytest.mark.parametrize(
    ("language", "closes_at", "zone", "text"),
    [
        ("en", datetime(2013, 9, 21, 22), PARIS, "Saturday 21, until 22:00 GMT (midnight in Paris)"),
        ("es", datetime(2013, 9, 21, 22), PARIS, "sábado 21, hasta las 22:00 GMT (medianoche en París)"),
        ("fr", datetime(2013, 9, 21, 16, 30), PARIS, "samedi 21, jusqu'à 16 h 30 GMT (18 h 30 à Paris)"),
        ("fr", datetime(2013, 12, 1, 23), PARIS, "dimanche 1er, jusqu'à 23 h GMT (minuit à Paris)"),
        ("en", datetime(2013, 9, 22), ZoneInfo("UTC"), "Saturday 21, until midnight GMT"),
        (
            "en",
            datetime(2013, 9, 22, 5),
            ZoneInfo("America/Lima"),
            "Saturday 21, until 5:00 GMT on Sunday 22 (midnight in Lima)",
        ),
    ],
)
def test_the_last_day_is_told_in_gmt_and_local(
    language: str, closes_at: datetime, zone: ZoneInfo, text: str
) -> None:
    said = get_catalogue(language).last_day(closes_at.replace(tzinfo=UTC), zone)
    assert said.replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("language", "languages", "text"),
    [
        ("en", ("en", "fr"), "English and French"),
        ("en", ("en", "es", "fr"), "English, Spanish and French"),
        ("es", ("en", "fr"), "inglés y francés"),
        ("es", ("es", "en"), "español e inglés"),
        ("fr", ("es", "fr"), "en espagnol et en français"),
    ],
)
def test_languages_are_listed_as_each_language_does(
    language: str, languages: tuple[str, ...], text: str
) -> None:
    assert get_catalogue(language).languages(languages) == text


def test_numbers_are_grouped() -> None:
    assert get_catalogue("en").number(1234) == "1,234"


def test_a_language_without_a_catalogue_is_named() -> None:
    with pytest.raises(MissingCatalogueError, match='there are no texts in "de" yet'):
        get_catalogue("de")
