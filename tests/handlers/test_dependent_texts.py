"""Texts that depend on another: corrections (the newest that is published wins), and what waits with its original."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.posts import HELD, PUBLISHED, WITHDRAWN
from tests.handlers.stories import SEEDS
from tests.house import Sent, TestHouse, answer, mail

EN, ES = "sse-en@forum.example.org", "sse-es@forum.example.org"
ANA = "ana@example.org"
FIRST, SECOND, THIRD = (
    f"The {place} form of our text about seeds." for place in ("first", "second", "third")
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def hold(house: TestHouse, text: str = FIRST, to: str = EN, **headers: str) -> list[Sent]:
    assert house.post(mail(text, to=to, **headers), to) == ["held"]
    return house.outbox()


def pick(sent: list[Sent], kind: str) -> Sent:
    return next(kept for kept in sent if kept.kind == kind)


def say(house: TestHouse, sent: list[Sent], text: str) -> list[Sent]:
    """A moderator's answer to the notice among these."""
    notice = pick(sent, "held")
    house.post(*answer(notice, text, sender=notice.recipients[0]))
    return house.outbox()


def correct(house: TestHouse, sent: list[Sent], text: str, sender: str = ANA) -> list[Sent]:
    """An answer to the receipt among these."""
    receipt = next(kept for kept in sent if kept.kind.startswith("receipt_"))
    raw, to = answer(receipt, text, sender=sender)
    assert house.post(raw, to) == ["held"]
    return house.outbox()


def texts(house: TestHouse, state: str) -> list[str]:
    with house.house.unit() as ctx:
        return [post.revision.text for post in ctx.uow.waiting.list_posts((state,))]


def current(house: TestHouse, language: str = "en") -> str:
    with house.house.unit() as ctx:
        post = ctx.uow.contributions.current_text(1, language)
        return post.revision.text if post else ""


def test_a_held_text_and_its_correction_both_wait_and_the_newer_replaces_the_older(house: TestHouse) -> None:
    first = hold(house)
    second = correct(house, first, SECOND)
    assert texts(house, HELD) == [FIRST, SECOND]
    assert pick(say(house, second, "ok"), "contribution").subject == "[#1] Seeds"
    assert (texts(house, HELD), texts(house, WITHDRAWN)) == ([], [FIRST])
    assert [kept.kind for kept in say(house, first, "ok")] == ["decision"]
    assert current(house) == SECOND


@pytest.mark.parametrize("said", ["drop", "no: this is no text"])
def test_thanks_for_a_receipt_do_not_lose_the_contribution(house: TestHouse, said: str) -> None:
    first = hold(house, FIRST * 3)
    thanks = correct(house, first, "Thank you!")
    assert "much shorter" in pick(thanks, "held").body
    say(house, thanks, said)
    say(house, first, "ok")
    assert current(house) == FIRST * 3


def test_a_correction_of_a_published_text_keeps_its_number(house: TestHouse) -> None:
    published = say(house, hold(house), "ok")
    sent = say(house, correct(house, published, SECOND), "ok")
    assert pick(sent, "correction").subject == "[#1] Seeds (corrected text)"
    assert house.accounts()["correction"] == 1


def test_of_two_corrections_the_newest_stands_whatever_the_order_of_deciding(house: TestHouse) -> None:
    published = say(house, hold(house), "ok")
    second, third = correct(house, published, SECOND), correct(house, published, THIRD)
    say(house, third, "ok")
    say(house, second, "ok")
    assert current(house) == THIRD


def test_an_author_can_go_back_to_an_earlier_text(house: TestHouse) -> None:
    published = say(house, hold(house), "ok")
    published = say(house, correct(house, published, SECOND), "ok")
    say(house, correct(house, published, FIRST), "ok")
    assert current(house) == FIRST


def test_the_same_text_sent_as_its_own_correction_is_a_duplicate(house: TestHouse) -> None:
    sent = hold(house)
    raw, to = answer(pick(sent, "receipt_held"), FIRST, sender=ANA)
    assert house.post(raw, to) == ["duplicate"]


def test_somebody_elses_correction_replaces_nothing_of_the_author(house: TestHouse) -> None:
    first = hold(house)
    forged = correct(house, first, "A forged text about our seeds.", "evil@example.org")
    assert "evil@example.org" in pick(forged, "held").body
    say(house, forged, "drop")
    say(house, first, "ok")
    assert (current(house), texts(house, PUBLISHED)) == (FIRST, [FIRST])


def test_a_second_translation_replaces_nothing_before_a_moderator_decides(house: TestHouse) -> None:
    say(house, hold(house), "ok")
    to = "sse-es+t1@forum.example.org"
    say(house, hold(house, "Traducción primera.", to, sender="x@example.org"), "ok")
    second = hold(house, "Otra traducción.", to, sender="evil@example.org")
    assert current(house, "es") == "Traducción primera."
    assert "ya hay otra traducción" in pick(second, "held").body
    passed_on = pick(say(house, second, "ok"), "translation")
    assert "texto corregido" not in passed_on.subject
    assert "Traducción de" in passed_on.body


def test_a_corrected_translation_stays_a_translation(house: TestHouse) -> None:
    say(house, hold(house), "ok")
    published = say(house, hold(house, "Traducción.", "sse-es+t1@forum.example.org", sender=ANA), "ok")
    say(house, correct(house, published, "Traducción mejor."), "ok")
    assert (current(house), current(house, "es")) == (FIRST, "Traducción mejor.")


def test_undo_brings_back_the_translation_that_waits_with_its_original(house: TestHouse) -> None:
    original = hold(house, SEEDS["en"], message_id="own")
    thread = {"in_reply_to": "<own@mail.example.org>", "sender": "x@example.org"}
    translation = hold(house, SEEDS["es"], ES, **thread)
    say(house, original, "no: by mistake")
    say(house, original, "undo")
    say(house, original, "ok")
    assert [kept.kind for kept in say(house, translation, "ok")] == ["translation", "receipt_published"]


def test_a_translation_is_released_when_the_rejection_of_its_original_is_final(house: TestHouse) -> None:
    original = hold(house, SEEDS["en"], message_id="own")
    thread = {"in_reply_to": "<own@mail.example.org>", "sender": "x@example.org"}
    translation = hold(house, SEEDS["es"], ES, **thread)
    say(house, original, "no: too long")
    house.wait(minutes=29)
    house.tick(house.now)
    assert house.outbox() == []
    house.wait(minutes=2)
    house.tick(house.now)
    asked = house.outbox()
    assert [kept.recipients for kept in asked] == [("moderator-es@example.org",)]
    assert [kept.kind for kept in say(house, translation, "drop")] == ["decision"]
    assert pick(say(house, asked, "ok"), "contribution").subject.startswith("[#1]")


def test_a_comment_on_a_held_text_waits_for_it(house: TestHouse) -> None:
    original = hold(house, message_id="own", subject="A secret title")
    thread = {"in_reply_to": "<own@mail.example.org>", "subject": "Re: x"}
    comment = hold(house, "I like it.", sender="bo@example.org", **thread)
    assert say(house, comment, "ok") == []
    kinds = [kept.kind for kept in say(house, original, "ok")]
    assert kinds == ["contribution", "receipt_published", "comment", "receipt_published"]


def test_a_comment_on_a_discarded_text_is_asked_about_by_itself(house: TestHouse) -> None:
    original = hold(house, message_id="own", subject="A secret title")
    hold(house, "I like it.", sender="bo@example.org", subject="x", in_reply_to="<own@mail.example.org>")
    passed_on = pick(say(house, say(house, original, "drop"), "ok"), "contribution")
    assert "secret" not in passed_on.body
