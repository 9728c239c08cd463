"""Joining, leaving and a second address: whatever a mail asks for is one question, and a thousand mails are one too."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.spool import Envelope, Spool
from tests.handlers.steps import publish
from tests.house import FORUM, Sent, TestHouse, answer, mail

COMMANDS = "sse@forum.example.org"
BO, ANA = "bo@example.org", "ana@example.net"
EXTERNAL = FORUM.replace(
    'address = "sse-fr@forum.example.org"\n',
    'address = "sse-fr@lists.example.net"\nhosted = false\nsubscribed_as = "fr-bridge@forum.example.org"\n',
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def say(house: TestHouse, text: str, to: str = COMMANDS, sender: str = BO, **headers: str) -> list[Sent]:
    identifier = f"m{random.randrange(10**12)}"
    raw = mail(
        text, to=to, sender=sender, **({"subject": "", "name": "", "message_id": identifier} | headers)
    )
    house.post(raw, to)
    return house.outbox()


def confirm(house: TestHouse, asked: Sent, text: str = "", sender: str = "") -> list[Sent]:
    house.post(*answer(asked, text, sender=sender or asked.recipients[0]))
    return house.outbox()


def lists(house: TestHouse, email: str = BO) -> tuple[str, ...]:
    with house.house.unit() as ctx:
        return ctx.uow.people.languages(email)


def test_what_one_mail_asks_for_is_one_question_and_one_answer(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    (asked,) = say(house, f"join fr\njoin es\nleave en\nalso {ANA}")[:1]
    assert asked.kind == "confirm_several"
    for words in ("in French", "in Spanish", "no longer receive", ANA):
        assert words in asked.body
    assert lists(house) == ("en",)
    told = confirm(house, asked)
    assert [sent.kind for sent in told] == ["done"]
    assert lists(house) == ("fr", "es")
    for words in ("in French", "sse-es@forum.example.org", "sse-en+join@forum.example.org"):
        assert words in told[0].body
    assert len(told[0].raw) < 2_000


def test_a_thousand_joins_for_one_victim_make_one_mail(house: TestHouse) -> None:
    lines = ("join fr", "join es", "leave en", "forget me", "join fr\njoin es", f"also {ANA}")
    house.subscribe(BO, language="en")
    spool = Spool(house.house.database, lambda: None)
    spool.start()
    for number in range(1_000):
        raw = mail(lines[number % 6], sender=BO, to=COMMANDS, subject=str(number), message_id=f"x{number}")
        stored = spool.submit(Envelope(f"evil{number}@example.net", (COMMANDS,), raw, house.now, "test"))
    stored.result()
    spool.stop()
    house.worker.run_once()
    assert [(sent.kind, sent.recipients) for sent in house.outbox()] == [("confirm_join", (BO,))]


@pytest.mark.parametrize("action", ["join", "leave"])
def test_the_addresses_of_commands_are_no_way_round(house: TestHouse, action: str) -> None:
    house.subscribe(BO, language="en" if action == "join" else "fr")
    (asked,) = say(house, "", f"sse-fr+{action}@forum.example.org")
    assert asked.kind == f"confirm_{action}"
    for to in (f"sse-fr+{action}@forum.example.org", "sse-es+join@forum.example.org", COMMANDS):
        assert say(house, "join es\nforget me", to) == []


def test_a_person_is_one_person_at_all_their_addresses(house: TestHouse) -> None:
    house.subscribe(BO, ANA, language="en")
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(BO, ANA)
        ctx.uow.commit()
    assert len(say(house, "join fr")) == 1
    assert say(house, "join es", sender=ANA) == []
    assert say(house, "forget me", sender=ANA) == []


def test_the_next_hour_brings_another_question_and_never_the_same(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    assert len(say(house, "join fr")) == 1
    house.wait(minutes=59)
    assert say(house, "leave en") == []
    house.wait(minutes=1)
    assert say(house, "join fr") == []
    (asked,) = say(house, "leave en")
    assert asked.kind == "confirm_leave"
    house.wait(days=1)
    assert [sent.kind for sent in say(house, "join fr")] == ["confirm_join"]


def test_three_questions_without_an_answer_are_enough_for_a_day(house: TestHouse) -> None:
    asked = []
    for line in ("join fr", "join es", "join en", f"also {ANA}", "join fr\njoin es\njoin en"):
        asked += [sent for sent in say(house, line) if sent.recipients == (BO,)]
        house.wait(hours=2)
    assert len(asked) == 3


def test_whoever_has_said_yes_is_asked_anew_at_once(house: TestHouse) -> None:
    for line in ("join fr", "join es", "leave fr", "leave es"):
        (asked,) = say(house, line)
        assert [sent.kind for sent in confirm(house, asked)] in (["joined"], ["left"])
    assert lists(house) == ()


def test_a_no_ends_it_and_is_not_asked_again_that_day(house: TestHouse) -> None:
    (asked,) = say(house, "join fr")
    assert confirm(house, asked, "no") == []
    assert confirm(house, asked, "yes") == []
    house.wait(hours=2)
    assert say(house, "join fr") == []
    assert lists(house) == ()


def test_the_next_answer_says_that_a_question_waits_and_no_mail_comes_for_that(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    say(house, "join fr")
    assert say(house, "join es") == []
    (told,) = say(house, "help\njoin es")
    assert "We have asked you to confirm" in told.body
    (told,) = say(house, "get 99")
    assert "We have asked you" not in told.body
    house.wait(hours=2)
    (asked, told) = say(house, "synthesis 9\njoin es")
    assert asked.kind == "confirm_join"
    assert "We have asked you" not in told.body


def test_the_same_mail_is_not_told_of_its_own_question(house: TestHouse) -> None:
    sent = say(house, "help\njoin fr")
    assert sorted(one.kind for one in sent) == ["answers", "confirm_join"]
    assert not any("We have asked you" in one.body for one in sent)


def test_a_second_yes_changes_nothing_and_one_that_is_late_is_told_so_once(house: TestHouse) -> None:
    (asked,) = say(house, "join fr")
    confirm(house, asked)
    assert confirm(house, asked, "yes") == []
    (asked,) = say(house, "join es")
    house.wait(days=4)
    (told,) = confirm(house, asked, "yes")
    assert told.kind == "too_late"
    assert confirm(house, asked, "ok") == []
    assert lists(house) == ("fr",)


def test_leaving_without_a_language_leaves_every_list_by_every_address(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    house.subscribe(ANA, language="en")
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(BO, ANA)
        ctx.uow.bounces.suspend(ANA)
        ctx.uow.commit()
    (asked,) = say(house, "leave")
    assert "in French" in asked.body
    assert "in English" in asked.body
    confirm(house, asked)
    with house.house.unit() as ctx:
        assert ctx.uow.people.list_joined((BO, ANA)) == ()


def test_leave_in_answer_to_a_publication_leaves_its_list(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    house.subscribe(BO, language="fr")
    passed_on = next(sent for sent in publish(house, sender="luz@example.org") if sent.kind == "contribution")
    assert BO in passed_on.recipients
    raw, to = answer(passed_on, "Unsubscribe", sender=BO)
    assert house.post(raw, to) == ["command"]
    (asked,) = house.outbox()
    assert (asked.kind, asked.recipients) == ("confirm_leave", (BO,))
    confirm(house, asked)
    assert lists(house) == ("fr",)


@pytest.mark.parametrize("line", ["join fr", "leave fr", "rejoindre", "quitter"])
def test_a_list_that_another_program_keeps_is_said_to_be_elsewhere(tmp_path: Path, line: str) -> None:
    house = TestHouse(tmp_path, EXTERNAL)
    (told,) = say(house, line)
    assert told.kind == "answers"
    assert "sse-fr-request@lists.example.net" in told.body
    (asked,) = [sent for sent in say(house, "join fr\njoin es") if sent.kind != "answers"]
    confirm(house, asked)
    assert lists(house) == ("es",)
    house.close()


def test_an_address_with_a_header_in_it_is_no_address(house: TestHouse) -> None:
    for line in ("also a@example.org%0d%0aBcc:x@example.org", "also =?utf-8?q?a=0d=0aBcc=3A?=@example.org"):
        for sent in say(house, line):
            assert b"\r\nBcc:" not in sent.raw


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("inscripción fr\ninscripción en", "Por favor"),
        ("rejoindre es\nrejoindre en", "Merci"),
    ],
)
def test_the_question_comes_in_the_language_of_the_command(house: TestHouse, line: str, subject: str) -> None:
    (asked,) = say(house, line)
    assert asked.subject.startswith(subject)


@pytest.mark.parametrize("subject", ["Automatic reply: {}", "Réponse automatique : {}", "No! Re: {}", "Away"])
def test_an_empty_answer_whose_subject_says_something_is_no_yes(house: TestHouse, subject: str) -> None:
    """As the vacation notes of programs that know no RFC 3834."""
    (asked,) = say(house, "join fr")
    token = asked.header("Reply-To")
    headers = {"subject": subject.format(asked.subject), "in_reply_to": asked.header("Message-ID")}
    (unclear,) = say(house, "", to=token, **headers)
    assert (unclear.kind, lists(house)) == ("unclear", ())
    assert [sent.kind for sent in confirm(house, asked)] == ["joined"]


@pytest.mark.parametrize(
    "subject", ["", "Re:", "Re: {:.20}", "RE: {:.40}", "Re: Pl?ase confirm that you want t?"]
)
def test_an_empty_answer_with_what_an_old_telephone_left_of_the_subject_is_a_yes(
    house: TestHouse, subject: str
) -> None:
    (asked,) = say(house, "join fr")
    headers = {"subject": subject.format(asked.subject), "in_reply_to": asked.header("Message-ID")}
    (told,) = say(house, "", to=asked.header("Reply-To"), **headers)
    assert (told.kind, lists(house)) == ("joined", ("fr",))
