"""What stands behind "mode" and "budget": any order, any of the languages; nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.commands import fold_words
from handlers.mail.days import parse_day, parse_hour
from handlers.mail.modes import LEAST_BUDGET, ModeWish, UnclearError, parse_budget, parse_mode
from handlers.mail.zones import find_zone
from handlers.wish_words import is_wish, wish_words

ALL = ("en", "es", "fr", "pt", "ar")
TODAY = date(2026, 11, 25)
WORDS = wish_words(ALL)
END = date(2026, 12, 31)


@pytest.mark.parametrize(
    "said",
    [
        "2026-12-31", "31.12.2026", "31/12/2026", "31-12-26", "12/31/2026", "31/12", "31.12.", "31 December",
        "December 31, 2026", "31st of December", "31 de diciembre de 2026", "31 décembre", "le 31 déc. 2026",
        "31 de dezembro", "31 ديسمبر 2026", "31 كانون الأول", "٣١ ديسمبر",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(said: str) -> None:
    assert parse_day(fold_words(said), TODAY, ALL) == END


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("1er mai", date(2027, 5, 1)),
        ("25 November", TODAY),
        ("24 November", date(2027, 11, 24)),
        ("29/2", date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_next_one(said: str, day: date) -> None:
    assert parse_day(fold_words(said), TODAY, ALL) == day


@pytest.mark.parametrize(
    "said", ["31 February 2027", "tomorrow", "32.12.2026", "31", "December", "31 December soon", ""]
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert parse_day(fold_words(said), TODAY, ALL) is None


# The names of all cities are read at the first call.
@settings(deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_said_is_read_or_is_not(said: str) -> None:
    parse_day(fold_words(said), TODAY, ALL)
    for word in fold_words(said):
        parse_hour(word)
    is_wish("mode", fold_words(said), ALL)
    is_wish("budget", fold_words(said), ALL)


@given(st.dates(TODAY, date(2034, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"]))
def test_every_day_is_read_back(day: date, how: str) -> None:
    assert parse_day([day.strftime(how)], TODAY, ALL) == day


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("7", 7),
        ("07:00", 7),
        ("7h", 7),
        ("7h30", 7),
        ("7pm", 19),
        ("12am", 0),
        ("23", 23),
        ("24", None),
        ("x", None),
    ],
)
def test_an_hour_is_read(said: str, hour: int | None) -> None:
    assert parse_hour(said) == hour


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Africa/Bamako", "Africa/Bamako"), ("Bamako", "Africa/Bamako"), ("باماكو", "Africa/Bamako"),
        ("Nueva York", "America/New_York"), ("new york", "America/New_York"), ("São Tomé", "Africa/Sao_Tome"),
        ("Porto-Novo", "Africa/Porto-Novo"), ("utc", "UTC"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_a_zone_is_found_by_its_name_or_its_city(said: str, zone: str | None) -> None:
    assert find_zone(fold_words(said), ALL) == zone


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("full", ModeWish("full")),
        ("AVISO", ModeWish("notice")),
        ("quotidien 7 Bamako", ModeWish("daily", 7, "Africa/Bamako")),
        ("diario a las 7h", ModeWish("daily", 7)),
        ("cada día", ModeWish("daily")),
        ("semanal até 31/12/2026", ModeWish("weekly", until=END)),
        ("none until 31 December 2026", ModeWish("none", until=END)),
        ("rien jusqu'au 31 décembre", ModeWish("none", until=END)),
        ("nada hasta el 31 de diciembre de 2026", ModeWish("none", until=END)),
        ("لا شيء حتى 31 ديسمبر", ModeWish("none", until=END)),
        ("يومي الساعة 7", ModeWish("daily", 7)),
        ("Africa/Dakar weekly at 18:00", ModeWish("weekly", 18, "Africa/Dakar")),
        ("phase", ModeWish("phase")),
        ("7 Lima", ModeWish(None, 7, "America/Lima")),
        ("daily 7 pm", ModeWish("daily", 19)),
    ],
)
def test_a_mode_is_read_in_every_language(said: str, wish: ModeWish) -> None:
    assert parse_mode(fold_words(said), WORDS, TODAY, ALL) == wish


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("fulll", "fulll"), ("daily weekly", "daily weekly"), ("none until soon", "soon"), ("full 2020-01-01", "2020-01-01"),
        ("none until 24.11.2026", "24.11.2026"), ("until 31 December", "until 31 december"), ("daily 7 8", "8"),
        ("none until", ""),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(said: str, words: str) -> None:
    with pytest.raises(UnclearError) as caught:
        parse_mode(fold_words(said), WORDS, TODAY, ALL)
    assert caught.value.words == words


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("50k a week", 50_000), ("50 kB", 50_000), ("50000", 50_000), ("50 000", 50_000), ("50", 50_000),
        ("50.000", 50_000), ("50.000 bytes", 50_000), ("1,5 M", 1_500_000), ("1.5MB", 1_500_000), ("0.25 m", 250_000),
        ("50 ko par semaine", 50_000), ("50 kB por semana", 50_000), ("50 كيلوبايت في الأسبوع", 50_000), ("5k", 5_000),
        ("none", None), ("sin límite", None), ("aucun", None), ("بدون", None),
    ],
)  # fmt: skip
def test_a_budget_is_read_in_bytes(said: str, size: int | None) -> None:
    assert parse_budget(fold_words(said), WORDS) == size


@pytest.mark.parametrize(
    "said",
    [
        "",
        "much",
        "50k a day",
        "4.9k",
        "1",
        "4999",
        "0",
        "50 apples",
        "none at all",
        "5000 M",
        "50k 60k",
    ],
)
def test_what_is_no_budget_is_unclear(said: str) -> None:
    with pytest.raises(UnclearError):
        parse_budget(fold_words(said), WORDS)


@given(st.integers(LEAST_BUDGET, 10**9))
def test_every_number_of_bytes_is_read_back(size: int) -> None:
    assert parse_budget([str(size)], WORDS) == size


def test_a_mode_cannot_last_until_the_end_of_time() -> None:
    with pytest.raises(UnclearError):
        parse_mode(fold_words("none until 9999-12-31"), WORDS, TODAY, ALL)
