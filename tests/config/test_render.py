"""The other announcements, as a participant reads them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from config.render import Rendered, own_lines, render, wrap

LISTS = (("en", "sse-en@forum.example.org"), ("fr", "sse-fr@forum.example.org"))


def counts(*lines: tuple[tuple[str, ...], int]) -> SimpleNamespace:
    return SimpleNamespace(total=sum(n for _, n in lines), lines=lines, folded=())


def closing(language: str, **changes: object) -> Rendered:
    values: dict[str, object] = {
        "phase_number": 2,
        "questions": ["What next?"],
        "opens": date(2013, 7, 29),
        "closes": date(2013, 8, 11),
        "counts": counts((("en", "fr"), 4), (("fr",), 3)),
        "phase_counts": counts((("fr",), 1)),
        "comments": 1,
        "lacking": (("en", 3),),
        "all_languages": ("en", "es", "fr"),
        "synthesis": None,
        "next_phase": (3, date(2013, 9, 9), date(2013, 9, 21)),
        "lists": LISTS,
        "commands_address": "sse@forum.example.org",
        "late": None,
    }
    return render("closing", language, **(values | changes))


def test_a_closing_thanks_counts_and_says_what_comes_next() -> None:
    mail = closing("en")
    assert mail.subject == "Phase 2 of the forum is closed: thank you"
    assert (
        mail.body
        == """\
What next?

Phase 2 of the forum, open from 29 July to 11 August 2013, is closed.
Thank you to everyone who wrote, translated and read.

7 contributions in total:
  4 contributions in English and French
  3 contributions in French only
A text and its translations count as one contribution.

Of which 1 in this phase:
  1 contribution in French only

In addition: 1 comment.

Waiting for a translation:
  3 contributions into English

The organizers are writing synthesis no. 2. You will receive it by mail.


What comes next

Phase 3 is open from 9 to 21 September 2013. You will receive its
questions on the first day.
Until then the lists stay open: what you send between two phases is
read and published too.

  In English:   sse-en@forum.example.org
  En français : sse-fr@forum.example.org

Help: send "help" to sse@forum.example.org
To leave the list: send "leave" to the same address.

The organizing team
"""
    )


def test_a_late_closing_apologizes_in_its_language() -> None:
    body = closing("fr", late=date(2013, 8, 12)).body
    assert body.startswith(
        "Ce message aurait dû vous parvenir le 12 août 2013. Veuillez excuser ce\nretard.\n\nWhat"
    )
    assert "3 contributions à traduire en anglais" in body


def test_an_empty_forum_says_so_without_lines_of_zero() -> None:
    body = closing("es", counts=counts(), phase_counts=counts(), comments=0, lacking=(), next_phase=None).body
    assert "Todavía no hay contribuciones." in body
    assert "0" not in body.replace("2013", "")


@pytest.mark.parametrize(("days", "said"), [(1, "queda 1 día"), (3, "quedan 3 días")])
def test_a_reminder_says_how_many_days_are_left(days: int, said: str) -> None:
    mail = render(
        "reminder",
        "es",
        phase_number=2,
        questions=["¿Y ahora?"],
        days=days,
        closes_at=datetime(2013, 8, 11, 22, tzinfo=UTC),
        zone=ZoneInfo("Europe/Paris"),
        counts=counts((("es",), 1)),
        all_languages=("en", "es", "fr"),
        lists=LISTS,
        commands_address="sse@forum.example.org",
        late=None,
    )
    assert mail.subject == f"Fase 2 del foro: {said}"
    assert "Último día: domingo 11, hasta las 22:00 GMT (medianoche en París)." in mail.body


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("closing", "en", phase_number=2)


@given(st.text())
def test_wrapping_loses_no_word(text: str) -> None:
    assert "".join(wrap(text).split()) == "".join(text.split())


@pytest.mark.parametrize("number", ["no. 12", "n.º 12", "n°\u00a012"])
def test_a_number_stays_with_the_word_before_it(number: str) -> None:
    for before in range(50, 75):
        assert number in wrap(f"{'x' * before} {number} and what comes after it")


def test_an_organizer_s_lines_stay_unless_one_is_too_long() -> None:
    assert own_lines("Who gains?\nWho loses?") == "Who gains?\nWho loses?"
    assert own_lines("word " * 30) == wrap("word " * 30)


@pytest.mark.parametrize(
    "quoted", ['"mode daily 7 Bamako"', "«modo diario 7 Bamako»", "«\u00a0recevoir 12\u00a0»"]
)
def test_what_is_to_be_written_as_it_stands_is_on_one_line(quoted: str) -> None:
    for width in range(30, 75):
        text = f"{'x' * (width - 1)} {quoted}, and so on until the line is full and another one begins"
        assert quoted in wrap(text)
        assert all(len(line) <= 72 or " " not in line for line in wrap(text).split("\n"))


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Who gains, who pays?", "Welcome to the forum: Who gains, who pays?\n"),
        ("The forum", "Welcome to the forum: The forum.\n"),
        ("And so on…", "Welcome to the forum: And so on…\n"),
    ],
)
def test_a_title_with_an_end_of_its_own_gets_no_second_one(title: str, said: str) -> None:
    rendered = render(
        "joined",
        "en",
        forum_title=title,
        list_address="sse-en@forum.example.org",
        phase=None,
        commands_address="sse@forum.example.org",
        external=False,
    )
    assert said in rendered.body
