""" "translate 12 fr": claimed by one at a time, extended, given back, reminded of, and over when it is translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.translating import (
    BO,
    CARO,
    FR,
    THREE,
    TROIS,
    approve,
    claims,
    flat,
    publish,
    reply,
    say,
)
from tests.house import Sent, TestHouse, mail


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe(BO, CARO, language="fr")
    yield house
    house.close()


def one(sent: list[Sent], kind: str = "translation_text") -> Sent:
    assert [mail.kind for mail in sent] == [kind], [mail.body for mail in sent]
    return sent[0]


@pytest.mark.parametrize(
    "text", ["translate 1 fr", "traduire 1", "Je traduis n° 1 français", "traducir #1 fr"]
)
def test_whoever_says_that_they_translate_gets_the_text_numbered(house: TestHouse, text: str) -> None:
    publish(house, subject="The seed bank")
    sent = one(say(house, text.replace("n° 1", "1")))
    assert sent.recipients == (BO,)
    assert sent.subject == "[t1] The seed bank"
    assert sent.header("Reply-To") == "sse+t1-fr@forum.example.org"
    assert sent.header("Auto-Submitted") == "auto-replied"
    assert "[0] The seed bank [1] We keep seeds" in flat(sent.body)
    assert "[2] Last year" in flat(sent.body)
    assert "jusqu'au 16 juillet" in flat(sent.body)
    assert claims(house) == [BO]


def test_it_goes_out_in_the_language_that_is_translated_into(house: TestHouse) -> None:
    publish(house)
    assert "Gracias por traducir" in flat(one(say(house, "translate 1 es")).body)


def test_a_second_person_is_told_until_when_it_is_taken_and_not_by_whom(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    told = one(say(house, "translate 1 fr", CARO), "answers")
    assert "until 16 July" in flat(told.body)
    assert "bo@" not in flat(told.body)
    assert claims(house) == [BO]
    assert one(say(house, "translate 1 es", CARO))


def test_saying_it_again_extends_it_and_sends_the_text_again(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    house.wait(days=10)
    assert "26 juillet" in flat(one(say(house, "translate 1 fr")).body)
    house.wait(days=10)
    assert one(say(house, "translate 1 fr", CARO), "answers")


def test_the_same_person_may_extend_it_from_another_address(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(BO, "bo@example.net")
        ctx.uow.commit()
    assert "maintenant" in flat(one(say(house, "translate 1 fr", "bo@example.net")).body)


def test_when_its_time_is_over_another_can_have_it(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    house.wait(days=14)
    assert one(say(house, "translate 1 fr", CARO))
    assert claims(house) == [CARO]


@pytest.mark.parametrize("text", ["release 1 fr", "rendre 1", "devolver 1"])
def test_it_can_be_given_back(house: TestHouse, text: str) -> None:
    publish(house)
    say(house, "translate 1 fr")
    assert one(say(house, text), "answers")
    assert claims(house) == []
    assert one(say(house, "translate 1 fr", CARO))


def test_nobody_gives_back_what_another_has(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    assert "nothing to give back" in flat(one(say(house, "release 1 fr", CARO), "answers").body)
    assert claims(house) == [BO]


def test_five_texts_at_a_time_are_enough(house: TestHouse) -> None:
    for number in range(6):
        publish(house, f"Text number {number} about seeds and what we do with them.")
    for number in range(1, 6):
        assert one(say(house, f"translate {number} fr"))
    assert "5 texts" in flat(one(say(house, "translate 6 fr"), "answers").body)
    say(house, "release 2 fr")
    assert one(say(house, "translate 6 fr"))


def test_a_stranger_has_one_at_a_time(house: TestHouse) -> None:
    for number in range(2):
        publish(house, f"Text number {number} about seeds and what we do with them.")
    assert one(say(house, "translate 1 fr", "stranger@example.org"))
    assert one(say(house, "translate 2 fr", "stranger@example.org"), "answers")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("translate 99 fr", "no published contribution"),
        ("translate fr", "no published contribution"),
        ("translate 1 en", "translate 1 es"),
        ("translate 2 fr", "translate 2 en"),
        ("translate synthesis 1 fr", "no synthesis"),
    ],
)
def test_what_cannot_be_translated_is_said_and_not_claimed(house: TestHouse, text: str, says: str) -> None:
    publish(house)
    publish(house, "Nous avons planté des arbres.", FR)
    assert says in flat(one(say(house, text), "answers").body)
    assert claims(house) == []


def test_a_translation_that_is_there_needs_no_other(house: TestHouse) -> None:
    publish(house)
    sent = one(say(house, "translate 1 fr"))
    reply(house, sent, "\n\n".join(TROIS))
    assert "translation" in {mail.kind for mail in approve(house)}
    assert claims(house) == []
    assert "already" in flat(one(say(house, "translate 1 fr", CARO), "answers").body)


def test_while_a_translation_waits_that_is_said(house: TestHouse) -> None:
    publish(house)
    reply(house, one(say(house, "translate 1 fr")), "\n\n".join(TROIS))
    house.outbox()
    house.wait(days=15)
    assert "attend d'être approuvée" in flat(one(say(house, "translate 1 fr", CARO)).body)


def test_work_that_comes_after_the_time_is_accepted_like_any_other(house: TestHouse) -> None:
    publish(house)
    sent = one(say(house, "translate 1 fr"))
    house.wait(days=40)
    assert reply(house, sent, "\n\n".join(TROIS)) == ["held"]
    assert "translation" in {mail.kind for mail in approve(house)}


def test_a_long_text_comes_in_parts_that_hold_every_paragraph(house: TestHouse) -> None:
    publish(house, "\n\n".join(" ".join(f"word{p}x{n}" for n in range(90)) for p in range(20)))
    found = ""
    for part in range(1, 5):
        sent = one(say(house, f"translate 1 fr part {part}"))
        assert len(sent.raw) <= 8_192
        found += sent.body
    assert re.findall(r"^\[(\d+)\]", found, re.MULTILINE) == [str(number) for number in range(21)]
    assert "translate 1 fr part 2" not in found
    assert "traduire 1 fr partie 2" in found


# The clock.


def test_two_days_before_the_end_there_is_one_reminder(house: TestHouse) -> None:
    publish(house, subject="The seed bank")
    say(house, "translate 1 fr")
    begun = house.now
    house.wait(days=11, hours=23)
    house.tick(house.now)
    assert [mail for mail in house.outbox() if mail.kind == "claim_reminder"] == []
    for hours in (1, 2, 20):
        house.wait(hours=hours)
        house.tick(house.now)
    sent = house.one("claim_reminder", BO)
    assert "n° 1" in sent.subject.replace("\u00a0", " ")
    assert "traduire 1 fr" in flat(sent.body)
    house.tick(begun.replace(month=8))
    assert [mail for mail in house.outbox() if mail.kind == "claim_reminder"] == []
    assert claims(house) == []


def test_an_answer_to_the_reminder_extends_or_gives_back(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    house.wait(days=13)
    house.tick(house.now)
    reminder = house.one("claim_reminder")
    assert reply(house, reminder, "traduire 1 fr") == ["command"]
    assert "29 juillet" in flat(one(house.outbox()).body)
    house.wait(days=13)
    house.tick(house.now)
    assert reply(house, house.one("claim_reminder"), "rendre 1 fr") == ["command"]
    assert claims(house) == []


def test_who_has_sent_the_translation_is_not_reminded(house: TestHouse) -> None:
    publish(house)
    reply(house, one(say(house, "translate 1 fr")), "\n\n".join(TROIS))
    house.outbox()
    house.wait(days=13)
    house.tick(house.now)
    assert [mail for mail in house.outbox() if mail.kind == "claim_reminder"] == []


def test_a_reminder_that_comes_too_late_is_not_sent(house: TestHouse) -> None:
    publish(house)
    say(house, "translate 1 fr")
    house.wait(days=20)
    house.tick(house.now)
    assert [mail for mail in house.outbox() if mail.kind == "claim_reminder"] == []


# Somebody who means harm.


def test_an_automatic_mail_claims_nothing(house: TestHouse) -> None:
    publish(house)
    raw = mail("translate 1 fr", to="sse@forum.example.org", subject="", auto_submitted="auto-replied")
    assert house.post(raw, "sse@forum.example.org") == ["automatic"]
    assert house.outbox() == []


def test_our_own_text_that_is_sent_back_to_us_is_no_translation(house: TestHouse) -> None:
    publish(house)
    sent = one(say(house, "translate 1 fr"))
    assert house.post(sent.raw, "sse+t1-fr@forum.example.org", mail_from="") == ["loop"]
    assert house.outbox() == []


def test_a_thousand_commands_in_one_mail_send_three_texts(house: TestHouse) -> None:
    for number in range(5):
        publish(house, f"Text number {number} about seeds and what we do with them.")
    sent = say(house, "\n".join(f"translate {number % 5 + 1} fr part {number}" for number in range(1_000)))
    assert [mail.kind for mail in sent] == ["translation_text"] * 3 + ["answers"]
    assert "at most 3 texts" in flat(sent[-1].body)


def test_a_forged_sender_gets_eight_texts_a_day_and_a_member_twenty(house: TestHouse) -> None:
    publish(house)
    house.subscribe("member@example.org", language="es")
    for email, most in (("victim@example.net", 8), ("member@example.org", 20)):
        sent = [mail for _ in range(25) for mail in say(house, "translate 1 es", email)]
        # Who has it already is told so of the member, which is an answer as well.
        assert len(sent) == most


def test_a_title_brings_no_header_into_the_mail(house: TestHouse) -> None:
    evil = "=?utf-8?q?=3D=3Futf-8=3Fq=3FSeeds=3D0D=3D0ABcc=3A_evil=40example=2Eorg=3F=3D?="
    raw = mail(THREE, to="sse-en@forum.example.org", subject="XX").replace(b"XX", evil.encode())
    house.post(raw, "sse-en@forum.example.org")
    approve(house)
    assert "bcc" not in [name.lower() for name in one(say(house, "translate 1 fr")).message]
