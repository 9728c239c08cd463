""" "wanted fr": what lacks a language, current theme first and shortest first; and the same every Monday, exactly once."""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.wiring import make_worker
from store.posts import MACHINE
from tests.handlers.translating import (
    BO,
    CARO,
    COMMANDS,
    EN,
    ES,
    FR,
    THREE,
    TROIS,
    approve,
    flat,
    publish,
    reply,
    say,
)
from tests.house import FORUM, Sent, TestHouse, answer, mail

MONDAY = datetime(2013, 7, 8, 7, tzinfo=UTC)  # 9:00 in Paris


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe(BO, language="fr")
    yield house
    house.close()


def wanted(house: TestHouse, text: str = "wanted fr", sender: str = BO) -> str:
    (sent,) = say(house, text, sender)
    assert len(sent.raw) <= 8_192
    return flat(sent.body)


def weekly(house: TestHouse) -> list[Sent]:
    return [sent for sent in house.outbox() if sent.kind == "wanted_weekly"]


def in_order(text: str, *pieces: str) -> bool:
    places = [text.find(piece) for piece in pieces]
    return -1 not in places and places == sorted(places)


def test_the_list_has_what_lacks_a_language_the_shortest_first(house: TestHouse) -> None:
    publish(house, THREE, subject="A long one", name="Ana Souza")
    publish(house, "Agua.", ES, subject="A short one", name="Luis")
    publish(house, "Des arbres.", FR, subject="A French one")
    text = wanted(house)
    assert in_order(
        text, "- no. 2 · A short one · Luis · 5 bytes · Spanish", "- no. 1 · A long one · Ana Souza"
    )
    assert "A French one" not in text
    assert 'translate 2 fr" to sse@forum.example.org' in text
    assert "@example.org" not in text.replace("sse@forum.example.org", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("à traduire", "ne peuvent pas encore se lire en français"),
        ("por traducir fr", "no pueden leerse en francés"),
        ("to translate French", "in French yet"),
        ("wanted", "in French yet"),
    ],
)
def test_it_comes_in_the_language_of_the_word_for_the_language_of_the_reader(
    house: TestHouse, text: str, says: str
) -> None:
    publish(house)
    assert says in wanted(house, text).replace("\u00a0", " ")


def test_comments_come_after_contributions_and_are_called_so(house: TestHouse) -> None:
    sent = publish(house, THREE, subject="A long one")
    contribution = next(mail for mail in sent if mail.kind == "contribution")
    reply(house, contribution, "So do we.", CARO)
    approve(house)
    assert in_order(wanted(house), "no. 1 · A long one", "no. 2 (a comment)")


def test_what_is_taken_says_until_when_and_not_by_whom(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    text = wanted(house, sender=CARO)
    assert "taken until 16 July" in text
    assert "bo@" not in text
    house.wait(days=14)
    assert "taken" not in wanted(house)


def test_what_is_not_as_it_should_be_is_there_and_says_why(house: TestHouse) -> None:
    receipts = []
    for number in range(4):
        sent = publish(house, THREE.replace("seeds", f"seeds of kind {number}"), subject=f"Text {number}")
        receipts.append(next(mail for mail in sent if mail.kind == "receipt_published"))
    part = "\n\n".join(f"[{n}] {TROIS[n - 1]}" for n in (1, 2))
    for number, text in ((1, "\n\n".join(TROIS)), (2, part), (3, "\n\n".join(TROIS))):
        (sent,) = say(house, f"translate {number} fr")
        reply(house, sent, text.replace("29", f"29 + {number}"))
        approve(house)
    reply(house, receipts[0], THREE.replace("29", "92"), "ana@example.org")
    approve(house)
    with house.house.unit() as ctx:
        post = ctx.uow.contributions.current_text(3, "fr")
        assert post is not None
        post.version.completeness = MACHINE
        ctx.uow.contributions.add(post.version)
        ctx.uow.commit()
    text = re.sub(r"\d+ bytes", "… bytes", wanted(house))
    assert "Text 0 · Ana Souza · … bytes · English · out of date" in text
    assert "Text 1 · Ana Souza · … bytes · English · partial translation: §1-2 of 3" in text
    assert "Text 2 · Ana Souza · … bytes · English · translated by a machine, to be reread" in text
    assert (
        "Text 3 · Ana Souza · … bytes · English To" in text
        or "Text 3 · Ana Souza · … bytes · English -" in text
    )
    for number, says in ((1, "texte antérieur"), (2, "Les paragraphes 1 à 2 sur 3"), (3, "Une machine")):
        (sent,) = say(house, f"translate {number} fr")
        assert says in flat(sent.body)


def test_a_translation_that_waits_for_approval_is_pointed_out(house: TestHouse) -> None:
    publish(house)
    (sent,) = say(house, "translate 1 fr")
    reply(house, sent, "\n\n".join(TROIS))
    house.outbox()
    assert "waits for approval" in wanted(house)


def test_held_and_withdrawn_texts_are_not_in_it(house: TestHouse) -> None:
    publish(house, subject="Withdrawn")
    house.post(mail("A held text.", to=EN, subject="Held"), EN)
    house.outbox()
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        assert found is not None
        found.withdrawn_at = house.now
        ctx.uow.contributions.add(found)
        ctx.uow.commit()
    assert "Nothing has to be translated into French" in wanted(house)


def synthesis(
    house: TestHouse, language: str = "en", text: str = "Where we are.\n\nWe agreed on seeds."
) -> None:
    to = f"sse+s1-{language}@forum.example.org"
    house.post(
        mail(text, sender="organizer@example.org", to=to, subject="Synthesis", message_id=f"syn{language}"),
        to,
    )
    house.post(*answer(house.one("confirm_synthesis"), "ok", sender="organizer@example.org"))
    house.outbox()


def test_syntheses_come_first_and_can_be_taken(house: TestHouse) -> None:
    publish(house, "Seeds.", subject="A short one")
    synthesis(house)
    assert in_order(wanted(house), "- synthesis 1 · ", "A short one")
    (sent,) = say(house, "translate synthesis 1 fr")
    assert (sent.kind, sent.subject) == (
        "synthesis_to_translate",
        "[s1] À traduire : synthèse n° 1".replace(" :", "\u00a0:").replace("n° ", "n°\u00a0"),
    )
    assert sent.header("Reply-To") == "postmaster@forum.example.org"
    assert "[2] We agreed on seeds." in sent.body
    assert "synthesis 1" in wanted(house)
    assert "taken until" in wanted(house)
    assert reply(house, sent, "[1] Où nous en sommes.\n\n[2] D'accord sur les semences.") == ["postmaster"]
    assert [sent.recipients for sent in house.outbox()] == [("organizer@example.org",)]
    synthesis(house, "fr")
    assert "synthesis" not in wanted(house)


def test_the_example_is_something_that_can_be_taken(house: TestHouse) -> None:
    synthesis(house)
    house.outbox()
    assert '"translate synthesis 1 fr" to sse@' in wanted(house)
    say(house, "translate synthesis 1 fr")
    assert '"translate ' not in wanted(house)


def test_titles_and_questions_that_lack_it_go_to_the_organizers(tmp_path: Path) -> None:
    forum = FORUM.replace(', fr = "Qui y gagne ?"', "").replace(', fr = "Le forum"', "")
    house = TestHouse(tmp_path, forum)
    text = wanted(house, "wanted fr")
    assert in_order(text, "postmaster@forum.example.org", "- The forum", "- Who gains?")
    house.close()


def test_the_current_theme_comes_first(tmp_path: Path) -> None:
    older = """
[[themes]]
number = 1
title = { en = "Before", es = "Antes", fr = "Avant" }
[[themes.questions]]
number = 1
text = { en = "Before?", es = "¿Antes?", fr = "Avant ?" }
[[themes.phases]]
number = 1
questions = [1]
opens = 2013-06-01
closes = 2013-06-14
"""
    house = TestHouse(tmp_path, FORUM + older, now=datetime(2013, 6, 3, 8, tzinfo=UTC))
    publish(house, "Short.", subject="Of the theme before")
    house.tick(datetime(2013, 7, 2, 8, tzinfo=UTC))
    publish(house, THREE, subject="Of the theme now")
    assert in_order(wanted(house), "Of the theme now", "Of the theme before")
    house.close()


def test_a_long_list_comes_in_parts(house: TestHouse) -> None:
    with house.house.unit() as ctx:
        assert ctx.now
    for number in range(60):
        title = (
            f"Text {number} " + "with a rather long title about the seeds of our village and its hills" * 2
        )
        house.post(mail(f"{number} seeds.", to=EN, subject=title, message_id=f"m{number}"), EN)
        approve(house)
    found = "".join(wanted(house, f"wanted fr part {part}") for part in (1, 2, 3))
    assert all(f"· Text {number} " in found for number in range(60))
    assert 'wanted fr part 2" to' in found


def test_a_hostile_title_stays_on_its_line(house: TestHouse) -> None:
    subject = b"=?utf-8?b?" + b64encode("Seeds\u2028translate 1 fr\u202e".encode()) + b"?="
    house.post(mail("Seeds.", to=EN, subject="XX").replace(b"XX", subject), EN)
    approve(house)
    (sent,) = say(house, "wanted fr")
    assert "\u2028" not in sent.body
    assert "\u202e" not in sent.body


# Every Monday.


@pytest.mark.parametrize("text", ["wanted fr weekly", "à traduire hebdo", "por traducir francés semanal"])
def test_who_asks_for_it_gets_it_on_mondays_at_the_hour_of_announcements(house: TestHouse, text: str) -> None:
    publish(house, subject="The seed bank")
    (told,) = say(house, text)
    assert "8" in told.body
    house.tick(MONDAY.replace(hour=6, minute=59))
    assert weekly(house) == []
    for minute in (0, 1, 2):
        house.tick(MONDAY.replace(minute=minute))
    (sent,) = weekly(house)
    assert sent.recipients == (BO,)
    assert "The seed bank" in sent.body
    assert "à traduire fr stop" in sent.body
    house.tick(MONDAY.replace(day=14))
    assert weekly(house) == []
    house.tick(MONDAY.replace(day=15))
    assert len(weekly(house)) == 1


def test_nothing_is_sent_where_nothing_is_lacking(house: TestHouse) -> None:
    say(house, "wanted fr weekly")
    house.tick(MONDAY)
    assert weekly(house) == []
    publish(house)
    house.tick(MONDAY.replace(hour=12))
    assert weekly(house) == []


def test_two_daemons_and_a_late_one_send_it_once(house: TestHouse) -> None:
    publish(house)
    say(house, "wanted fr weekly")
    house.now = MONDAY.replace(day=10)
    for worker in (house.worker, make_worker(house.house, lambda: None)):
        worker.run_once()
    assert len(weekly(house)) == 1


@pytest.mark.parametrize(("month", "day", "hour"), [(3, 31, 7), (10, 27, 8)])
def test_it_comes_at_the_same_local_hour_over_a_change_of_clocks(
    tmp_path: Path, month: int, day: int, hour: int
) -> None:
    """Monday 31 March and 27 October 2014 follow a change of clocks in Paris by a day."""
    house = TestHouse(tmp_path, now=datetime(2014, month, day - 4, 12, tzinfo=UTC))
    house.subscribe(BO, language="fr")
    publish(house)
    say(house, "wanted fr weekly")
    due = datetime(2014, month, day, hour, tzinfo=UTC)
    house.tick(due.replace(hour=hour - 1, minute=59))
    assert weekly(house) == []
    house.tick(due)
    assert len(weekly(house)) == 1
    house.close()


@pytest.mark.parametrize("text", ["wanted fr stop", "wanted stop", "à traduire arrêter"])
def test_it_ends_when_its_reader_says_so(house: TestHouse, text: str) -> None:
    publish(house)
    say(house, "wanted fr weekly")
    (told,) = say(house, text)
    assert told.kind == "answers"
    house.tick(MONDAY)
    assert weekly(house) == []


@pytest.mark.parametrize("text", ["stop", "arrêter", "à traduire fr stop"])
def test_stop_in_answer_to_it_ends_it_and_not_the_subscription(house: TestHouse, text: str) -> None:
    publish(house)
    say(house, "wanted fr weekly")
    house.tick(MONDAY)
    (sent,) = weekly(house)
    assert reply(house, sent, text) == ["command"]
    assert [sent.kind for sent in house.outbox()] == ["answers"]
    house.tick(MONDAY.replace(day=15))
    assert weekly(house) == []


def test_strangers_are_asked_to_join_first(house: TestHouse) -> None:
    publish(house)
    (told,) = say(house, "wanted fr weekly", "stranger@example.org")
    assert "join fr" in flat(told.body)
    assert say(house, "wanted es weekly", "stranger@example.org") == []
    house.tick(MONDAY)
    assert weekly(house) == []


def test_who_has_left_the_forum_gets_it_no_longer(house: TestHouse) -> None:
    publish(house)
    say(house, "wanted fr weekly")
    with house.house.unit() as ctx:
        ctx.uow.people.unsubscribe(BO)
        ctx.uow.commit()
    house.tick(MONDAY)
    assert weekly(house) == []


def test_many_forged_wishes_make_one_mail_a_day_and_one_a_week(house: TestHouse) -> None:
    publish(house)
    sent = [mail for _ in range(30) for mail in say(house, "wanted fr weekly")]
    assert len(sent) == 1
    house.tick(MONDAY)
    assert len(weekly(house)) == 1


def test_an_automatic_answer_to_the_weekly_list_is_not_answered(house: TestHouse) -> None:
    publish(house)
    say(house, "wanted fr weekly")
    house.tick(MONDAY)
    raw, to = answer(weekly(house)[0], "I am away.", sender=BO)
    house.post(raw.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:", 1), to)
    assert to == COMMANDS
    assert house.outbox() == []
