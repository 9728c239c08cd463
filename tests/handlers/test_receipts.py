"""Nobody waits without knowing: one receipt a message, short, and whatever came is kept."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.tables import Attachment, Message, OutgoingRecipient
from tests.documents import attach
from tests.handlers.translating import BO, EN, FR, THREE, TROIS, flat, publish, reply, say
from tests.house import FORUM, Sent, TestHouse, answer, mail

ANA = "ana@example.org"
LISTS = """\
[[lists]]
language = "pt"
address = "sse-pt@forum.example.org"
moderators = ["moderator-pt@example.org"]

[[lists]]
language = "ar"
address = "sse-ar@forum.example.org"
moderators = ["moderator-ar@example.org"]

[[themes]]"""
IN_FIVE = FORUM.replace("[[themes]]", LISTS, 1)
WROTE = {
    "en": ("Seeds of our village", "We keep seeds in our village, and share them each spring."),
    "es": ("Semillas de nuestro pueblo", "Guardamos semillas en nuestro pueblo y las damos cada primavera."),
    "fr": (
        "Les semences de notre village",
        "Nous gardons des semences dans notre village et les donnons.",
    ),
    "pt": ("As sementes da nossa aldeia", "Guardamos sementes na nossa aldeia e damos cada primavera."),
    "ar": ("بذور قريتنا", "نحفظ البذور في قريتنا ونوزعها كل ربيع على من يطلبها من الجيران."),
}
WAITING, PUBLISHED = 900, 1_300
"""Bytes of the two receipts with their headers; Arabic takes two bytes a letter."""
ARABIC = 1.5


def came(house: TestHouse, raw: bytes, to: str = EN) -> tuple[str, list[Sent]]:
    """The outcome, and what its author is told."""
    outcome = house.post(raw, to)[0]
    return outcome, [one for one in house.outbox() if one.kind not in ("held", "elsewhere")]


def is_kept(house: TestHouse, raw: bytes) -> bool:
    """Whether the mail is there, byte for byte."""
    with house.house.database.engine.connect() as connection:
        return raw in connection.execute(select(col(Message.raw))).scalars().all()


def waiting(house: TestHouse, kind: str) -> list[str]:
    """The mails of a kind that have not left."""
    with house.house.unit() as ctx:
        named = ctx.uow.outbox.list_waiting()
    return [one.kind for one in named if one.kind == kind]


@pytest.mark.parametrize("language", WROTE)
def test_both_receipts_are_small_and_say_what_happens_next(tmp_path: Path, language: str) -> None:
    house = TestHouse(tmp_path, IN_FIVE)
    house.subscribe(ANA, language=language)
    title, text = WROTE[language]
    to = f"sse-{language}@forum.example.org"
    house.post(mail(text, to=to, subject=title, sender=ANA), to)
    notice, *_, receipt = house.outbox()
    reply(house, notice, "ok", sender=notice.recipients[0])
    (published,) = (one for one in house.outbox() if one.kind == "receipt_published")
    house.close()
    more = ARABIC if language == "ar" else 1
    assert len(receipt.raw) <= WAITING * more
    assert len(published.raw) <= PUBLISHED * more
    assert receipt.header("In-Reply-To") == published.header("In-Reply-To") != ""
    assert published.body.count("sse+t1-") == 4


def test_a_text_of_two_megabytes_is_too_large_and_its_author_is_told_how_to_cut_it(house: TestHouse) -> None:
    raw = mail(THREE + "\n\n" + "We keep seeds in our village, year after year.\n" * 44_000)
    assert len(raw) > 2_000_000
    outcome, told = came(house, raw)
    assert (outcome, [one.kind for one in told]) == ("rejected", ["receipt_returned"])
    assert "the limit is 20 kB" in flat(told[0].body)
    assert "in several messages" in flat(told[0].body)
    assert EN in told[0].body
    assert len(told[0].raw) < 1_200
    assert is_kept(house, raw)


def test_an_empty_mail_is_answered_with_how_to_send_a_text(house: TestHouse) -> None:
    for number, text in enumerate(("", " \n\n")):
        raw = mail(text, message_id=f"empty{number}", sender=f"ana{number}@example.org")
        outcome, told = came(house, raw)
        assert (outcome, [one.kind for one in told]) == ("rejected", ["receipt_returned"])
        assert "We found no text in your message." in flat(told[0].body)
        assert is_kept(house, raw)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("photo.jpg", "image/jpeg"), ("letter.docx", "application/octet-stream"), ("notes.bin", "x/y")],
)
def test_only_an_attachment_that_cannot_be_read_is_kept_and_the_text_asked_for(
    house: TestHouse, name: str, kind: str
) -> None:
    content = bytes(range(256)) * 40
    raw = attach(mail(""), name, content, kind)
    outcome, told = came(house, raw)
    assert (outcome, [one.kind for one in told]) == ("held", ["receipt_held"])
    assert "we could not read what is attached" in flat(told[0].body)
    assert "To change something" not in told[0].body
    assert is_kept(house, raw)
    with house.house.database.engine.connect() as connection:
        assert connection.execute(select(col(Attachment.content))).scalars().all() == [content]


def test_a_mail_with_only_html_is_read(house: TestHouse) -> None:
    raw = (
        b"From: Ana <ana@example.org>\r\nTo: sse-en@forum.example.org\r\nSubject: Seeds\r\nMessage-ID: <h@x.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<html><body><p>We keep <b>seeds</b> in our village.</p><p>Each spring we share them.</p></body></html>\r\n"
    )
    outcome, told = came(house, raw)
    assert (outcome, [one.kind for one in told]) == ("held", ["receipt_held"])
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts(("held",))
        assert post.revision.text == "We keep seeds in our village.\n\nEach spring we share them."
    assert is_kept(house, raw)


def test_a_mail_in_a_charset_that_nobody_knows_is_read_as_well_as_can_be(house: TestHouse) -> None:
    raw = (
        b"From: Ana <ana@example.org>\r\nTo: sse-fr@forum.example.org\r\nSubject: Semences\r\nMessage-ID: <c@x.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=x-martian-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "Nous gardons des semences, même l'été, et les donnons à chacun.\r\n".encode("cp1252")
    )
    outcome, told = came(house, raw, FR)
    assert (outcome, [one.kind for one in told]) == ("held", ["receipt_held"])
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts(("held",))
        assert post.revision.text == "Nous gardons des semences, même l'été, et les donnons à chacun."
    assert is_kept(house, raw)


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <other.example.net>", "X-Autoreply: yes"],
)
def test_automatic_mail_gets_no_receipt_whatever_is_wrong_with_it(house: TestHouse, header: str) -> None:
    for number, text in enumerate(("", THREE, "x" * 30_000)):
        raw = mail(text, message_id=f"auto{number}")
        house.post(raw.replace(b"Subject:", header.encode() + b"\r\nSubject:", 1), EN)
    house.post(mail("", message_id="null"), EN, mail_from="")
    assert house.outbox() == []


def test_twenty_messages_a_day_get_their_receipt_whatever_it_says(house: TestHouse) -> None:
    house.subscribe(ANA, language="en")
    kinds = ("", THREE, "x" * 30_000)
    told = [
        one.kind
        for number in range(24)
        for one in came(house, mail(kinds[number % 3] + f"\n{number}\n", message_id=f"many{number}"))[1]
    ]
    assert len(told) == 20


def test_between_phases_the_first_receipt_says_when_the_next_opens_and_the_second_does_not(
    house: TestHouse,
) -> None:
    house.wait(days=18)
    house.worker.run_once()
    house.outbox()
    house.post(mail(THREE, subject="Seeds"), EN)
    notice, receipt = house.outbox()
    assert "Phase 2 opens on 29 July 2013." in flat(receipt.body)
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    (published,) = (one for one in house.outbox() if one.kind == "receipt_published")
    assert "Phase 2" not in published.body


def test_where_nothing_waits_the_only_receipt_says_when_the_next_phase_opens(tmp_path: Path) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.wait(days=18)
    house.worker.run_once()
    house.outbox()
    (receipt,) = came(house, mail(THREE, subject="Seeds"))[1][-1:]
    assert receipt.kind == "receipt_published"
    assert "Phase 2 opens on 29 July 2013." in flat(receipt.body)
    house.close()


def test_the_moderators_words_come_back_and_an_answer_reaches_them(house: TestHouse) -> None:
    house.post(mail(THREE, subject="Seeds"), EN)
    notice = house.outbox()[0]
    house.post(*answer(notice, "no: Please say where this is.", sender=notice.recipients[0]))
    (returned,) = house.outbox()
    assert "Please say where this is." in returned.body
    assert len(returned.raw) < WAITING
    assert reply(house, returned, "In the hills.", sender=ANA) == ["appeal"]


def test_a_claimed_translation_is_not_confirmed_where_a_decision_comes_within_the_hour(
    house: TestHouse,
) -> None:
    publish(house, subject="Seeds")
    (handed,) = say(house, "translate 1 fr")
    assert "Un modérateur la lira" in flat(handed.body)
    assert reply(house, handed, "\n\n".join(TROIS)) == ["held"]
    *notices, receipt = house.outbox()
    assert receipt.kind == "receipt_held"
    assert (receipt.send_at - house.now).total_seconds() == 3_600
    assert waiting(house, "receipt_held") != []
    house.post(*answer(notices[0], "ok", sender=notices[0].recipients[0]))
    assert "receipt_published" in [one.kind for one in house.outbox()]
    with house.house.database.engine.connect() as connection:
        states = select(col(OutgoingRecipient.state)).where(
            col(OutgoingRecipient.email) == BO, col(OutgoingRecipient.next_attempt_at) == receipt.send_at
        )
        assert list(connection.execute(states).scalars()) == ["cancelled"]


def test_a_translation_that_nobody_had_taken_is_confirmed_at_once(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    say(house, "translate 1 fr", sender="caro@example.net")
    raw = mail("\n\n".join(TROIS), sender=BO, to="sse-fr+t1@forum.example.org", subject="Semences")
    house.post(raw, "sse-fr+t1@forum.example.org")
    (receipt,) = (one for one in house.outbox() if one.kind == "receipt_held")
    assert receipt.send_at == house.now


def test_a_claimed_translation_that_says_less_than_all_is_answered_at_once(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    (handed,) = say(house, "translate 1 fr")
    reply(house, handed, f"[1] {TROIS[0]}")
    (receipt,) = (one for one in house.outbox() if one.kind == "receipt_held")
    assert receipt.send_at == house.now
    assert "§1" in receipt.body


def test_help_and_errors_are_answered_once_a_sender_kind_and_day(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = [
        one.kind
        for number, line in enumerate(("help", "help", "xyzzy", "plugh", "get 99", "get 98"))
        for one in say(house, line, message_id=f"ask{number}")
    ]
    assert sent == ["answers"] * 3
    assert house.accounts()["command"] == 6
