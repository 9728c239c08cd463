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
        (
            "pt",
            "de 9 a 21 de setembro de 2013",
            "de 28 de setembro a 3 de outubro de 2013",
            "de 28 de dezembro de 2013 a 1.º de janeiro de 2014",
        ),
        (
            "ar",
            "من 9 إلى 21 سبتمبر 2013",
            "من 28 سبتمبر إلى 3 أكتوبر 2013",
            "من 28 ديسمبر 2013 إلى 1 يناير 2014",
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
        ("pt", datetime(2013, 9, 21, 22), PARIS, "sábado, 21, até às 22:00 GMT (meia-noite em Paris)"),
        ("pt", datetime(2013, 12, 2, 16, 30), PARIS, "segunda-feira, 2, até às 16:30 GMT (17:30 em Paris)"),
        ("en", datetime(2013, 9, 22), ZoneInfo("UTC"), "Saturday 21, until midnight GMT"),
        ("es", datetime(2013, 9, 22), ZoneInfo("UTC"), "sábado 21, hasta las 24:00 GMT"),
        ("fr", datetime(2013, 9, 22), ZoneInfo("UTC"), "samedi 21, jusqu'à minuit GMT"),
        ("ar", datetime(2013, 9, 21, 22), PARIS, "السبت 21، حتى 22:00 بتوقيت غرينتش (منتصف الليل في باريس)"),
        ("ar", datetime(2013, 9, 22), ZoneInfo("UTC"), "السبت 21، حتى منتصف الليل بتوقيت غرينتش"),
        (
            "ar",
            datetime(2013, 9, 22, 5),
            ZoneInfo("America/Lima"),
            "السبت 21، حتى 5:00 بتوقيت غرينتش يوم الأحد 22 (منتصف الليل في ليما)",
        ),
        ("pt", datetime(2013, 9, 22), ZoneInfo("Africa/Bissau"), "sábado, 21, até às 24:00 GMT"),
        (
            "pt",
            datetime(2013, 9, 22, 3),
            ZoneInfo("America/Sao_Paulo"),
            "sábado, 21, até às 3:00 GMT de domingo, 22 (meia-noite em São Paulo)",
        ),
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
        ("pt", ("en", "fr"), "inglês e francês"),
        ("pt", ("pt", "en", "ar"), "português, inglês e árabe"),
        ("ar", ("en", "fr"), "الإنجليزية والفرنسية"),
        ("ar", ("en", "es", "fr", "pt", "ar"), "الإنجليزية والإسبانية والفرنسية والبرتغالية والعربية"),
    ],
)
def test_languages_are_listed_as_each_language_does(
    language: str, languages: tuple[str, ...], text: str
) -> None:
    assert get_catalogue(language).languages(languages) == text


def test_numbers_are_grouped() -> None:
    assert get_catalogue("en").number(1234) == "1,234"
    assert get_catalogue("pt").number(1234) == "1.234"
    assert get_catalogue("ar").number(1234) == "1,234"


@pytest.mark.parametrize(
    ("language", "first", "moment", "sizes", "share"),
    [
        (
            "pt",
            "de 1.º a 11 de setembro",
            "9 de setembro de 2013 às 10:05",
            ("1 byte", "3 kB", "1,2 MB"),
            "87%",
        ),
        (
            "ar",
            "من 1 إلى 11 سبتمبر",
            "9 سبتمبر 2013 الساعة 10:05",
            ("بايت واحد", "3 كيلوبايت", "1.2 ميغابايت"),
            "87%",
        ),
    ],
)
def test_the_other_figures_are_written_as_each_language_does(
    language: str, first: str, moment: str, sizes: tuple[str, ...], share: str
) -> None:
    catalogue = get_catalogue(language)
    assert catalogue.interval(date(2013, 9, 1), date(2013, 9, 11), year=False) == first
    assert catalogue.moment(datetime(2013, 9, 9, 8, 5, tzinfo=UTC), PARIS) == moment
    assert tuple(map(catalogue.size, (1, 2_100, 1_200_000))) == sizes
    assert catalogue.percent(0.87) == share


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "مساهمة واحدة في المجموع:"),
        (2, "مساهمتان في المجموع:"),
        (3, "3 مساهمات في المجموع:"),
        (10, "10 مساهمات في المجموع:"),
        (11, "11 مساهمة في المجموع:"),
        (100, "100 مساهمة في المجموع:"),
        (103, "103 مساهمات في المجموع:"),
    ],
)
def test_arabic_counts_as_it_speaks(number: int, text: str) -> None:
    catalogue = get_catalogue("ar")
    said = catalogue.ngettext("%(count)s contribution in total:", "%(count)s contributions in total:", number)
    assert said % {"count": catalogue.number(number)} == text


def test_the_direction_of_a_language_is_known() -> None:
    directions = {
        language: get_catalogue(language).right_to_left for language in ("en", "es", "fr", "pt", "ar")
    }
    assert [language for language, right in directions.items() if right] == ["ar"]


def test_a_language_without_a_catalogue_is_named() -> None:
    with pytest.raises(MissingCatalogueError, match='there are no texts in "de" yet'):
        get_catalogue("de")
