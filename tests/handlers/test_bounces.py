"""What comes back to a return path of ours: counted, probed, suspended, and back again by an answer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from config.signing import sign
from handlers.return_path import format_recipient
from store.tables import Outgoing, OutgoingRecipient
from tests.house import START, Sent, TestHouse, answer, mail

REPORT = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{id}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain

{words}

--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {email}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--=b--
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe("ana@example.org", "luz@example.org", language="es")
    house.subscribe("luz@example.org", language="fr")
    yield house
    house.close()


def publish(house: TestHouse, number: int) -> Sent:
    """A text that goes out to the Spanish list."""
    # Not by one of those whose mail comes back: an author has no copy.
    raw = mail(f"Semillas {number}.", to="sse-es@forum.example.org", sender="eli@example.org")
    house.post(raw, "sse-es@forum.example.org")
    held = house.one("held")
    raw, address = answer(held, "ok", sender="moderator-es@example.org")
    house.post(raw, address, mail_from="moderator-es@example.org")
    return next(sent for sent in house.outbox() if sent.kind == "contribution")


def report(
    email: str, to: str, *, action: str = "failed", status: str = "5.1.1", key: str = "1", words: str = "No."
) -> bytes:
    return (
        REPORT.format(email=email, to=to, action=action, status=status, id=f"{email}.{key}", words=words)
        .replace("\n", "\r\n")
        .encode()
    )


def personal_return_path(house: TestHouse, kind: str, email: str) -> str:
    """The return path of one recipient's own copy of the newest mail of a kind."""
    with house.house.database.engine.connect() as connection:
        query = (
            select(col(OutgoingRecipient.id))
            .join(Outgoing, col(Outgoing.id) == col(OutgoingRecipient.outgoing_id))
            .where(col(Outgoing.kind) == kind, col(OutgoingRecipient.email) == email)
            .order_by(col(OutgoingRecipient.id).desc())
        )
        recipient_id = connection.execute(query).scalars().first()
    assert recipient_id is not None
    with house.house.unit() as ctx:
        return ctx.addresses.bounce(sign(ctx.secret, "bounce", format_recipient(recipient_id)))


def bounce(house: TestHouse, days: int, email: str = "ana@example.org") -> None:
    """Mail to an address comes back on so many days."""
    for day in range(days):
        sent = publish(house, day + 100 * house.now.toordinal())
        house.post(report(email, sent.mail_from, key=f"{house.now}"), sent.mail_from, mail_from="")
        house.wait(days=1)


def languages(house: TestHouse, email: str) -> tuple[str, ...]:
    with house.house.unit() as ctx:
        return ctx.uow.people.languages(email)


def figures(house: TestHouse) -> dict[str, tuple[int, bool]]:
    with house.house.unit() as ctx:
        found = ctx.uow.bounces.list_bouncing(ctx.now - timedelta(days=60))
    return {one.email: (one.bounces, one.suspended) for one in found}


def suspend(house: TestHouse, email: str = "ana@example.org") -> Sent:
    """Bounces enough for a probe, whose bounce suspends; the notice that the person gets."""
    bounce(house, 5, email)
    house.one("probe", email)
    path = personal_return_path(house, "probe", email)
    house.post(report(email, path, key="probe"), path, mail_from="")
    notices = [sent for sent in house.outbox() if sent.kind == "suspended"]
    assert [sent.recipients for sent in notices] == [(email,)] * 2
    return notices[0]


def test_five_days_of_bounces_bring_a_probe_and_nothing_else(house: TestHouse) -> None:
    bounce(house, 4)
    assert [sent.kind for sent in house.outbox() if sent.kind == "probe"] == []
    bounce(house, 1)
    probe = house.one("probe")
    assert probe.recipients == ("ana@example.org",)
    assert "¿Le llegan" in probe.subject
    assert languages(house, "ana@example.org") == ("es",)


def test_many_bounces_on_one_day_count_once(house: TestHouse) -> None:
    sent = publish(house, 1)
    for key in range(20):
        house.post(report("ana@example.org", sent.mail_from, key=str(key)), sent.mail_from, mail_from="")
    assert figures(house) == {"ana@example.org": (20, False)}
    assert [sent.kind for sent in house.outbox() if sent.kind == "probe"] == []


def test_a_probe_that_comes_back_suspends_and_the_answer_to_the_notice_brings_back(house: TestHouse) -> None:
    notice = suspend(house)
    assert languages(house, "ana@example.org") == ()
    assert figures(house)["ana@example.org"] == (6, True)
    assert publish(house, 999).recipients == ("luz@example.org",)
    raw, address = answer(notice, "", sender="ana@example.org")
    house.post(raw, address, mail_from="ana@example.org")
    assert house.one("back").recipients == ("ana@example.org",)
    assert languages(house, "ana@example.org") == ("es",)
    house.post(mail("yes", sender="ana@example.org", to=address, subject="again"), address)
    assert [sent for sent in house.outbox() if sent.kind == "back"] == []


def test_a_suspension_takes_every_list_and_the_return_gives_every_list_back(house: TestHouse) -> None:
    notice = suspend(house, "luz@example.org")
    assert languages(house, "luz@example.org") == ()
    raw, address = answer(notice, "sí", sender="luz@example.org")
    house.post(raw, address, mail_from="luz@example.org")
    assert set(languages(house, "luz@example.org")) == {"es", "fr"}


def test_somebody_else_s_answer_brings_nobody_back(house: TestHouse) -> None:
    notice = suspend(house)
    raw, address = answer(notice, "yes", sender="mallory@example.net")
    house.post(raw, address, mail_from="mallory@example.net")
    assert languages(house, "ana@example.org") == ()


def test_reports_about_others_than_the_readers_of_a_mail_are_recorded_and_judge_nobody(
    house: TestHouse,
) -> None:
    for _ in range(8):
        sent = publish(house, house.now.toordinal())
        raw = report("organizer@example.org", sent.mail_from, key=f"{house.now}")
        house.post(raw, sent.mail_from, mail_from="")
        house.wait(days=1)
    assert [mail.kind for mail in house.outbox() if mail.kind == "probe"] == []


def test_a_reader_who_forges_reports_about_another_causes_a_probe_and_no_suspension(house: TestHouse) -> None:
    bounce(house, 5)
    bounce(house, 4)
    assert languages(house, "ana@example.org") == ("es",)


@pytest.mark.parametrize(
    "local",
    ["sse+b-r1-aaaaaaaaaaaaaaaa", "sse+b-aaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaaa", "sse+b-x"],
)
def test_a_return_path_that_we_did_not_sign_counts_nothing(house: TestHouse, local: str) -> None:
    publish(house, 1)
    path = f"{local}@forum.example.org"
    house.post(report("ana@example.org", path), path, mail_from="")
    assert figures(house) == {}
    assert house.accounts()["bounce"] == 1


def test_the_same_words_at_a_list_are_no_bounce(house: TestHouse) -> None:
    text = "The following addresses had permanent fatal errors:\n<ana@example.org>\n550 5.1.1 User unknown\n"
    assert house.post(mail(text), "sse-en@forum.example.org") == ["held"]
    assert figures(house) == {}


@pytest.mark.parametrize(
    ("action", "status", "counted"),
    [("failed", "5.1.1", 1), ("failed", "4.4.7", 1), ("delayed", "4.4.1", 0), ("delivered", "2.0.0", 0)],
)
def test_only_what_failed_is_counted(house: TestHouse, action: str, status: str, counted: int) -> None:
    sent = publish(house, 1)
    raw = report("ana@example.org", sent.mail_from, action=action, status=status)
    house.post(raw, sent.mail_from, mail_from="")
    assert sum(bounces for bounces, _ in figures(house).values()) == counted


def test_a_full_mailbox_weighs_half(house: TestHouse) -> None:
    for day in range(9):
        sent = publish(house, day)
        raw = report("ana@example.org", sent.mail_from, status="5.2.2", key=str(day))
        house.post(raw, sent.mail_from, mail_from="")
        house.wait(days=1)
    assert [mail.kind for mail in house.outbox() if mail.kind == "probe"] == []


def test_the_return_path_of_a_copy_knows_its_reader_whatever_the_report_says(house: TestHouse) -> None:
    publish(house, 1)
    path = personal_return_path(house, "contribution", "luz@example.org")
    house.post(report("somebody.else@example.net", path), path, mail_from="")
    assert figures(house) == {"luz@example.org": (1, False)}


def test_a_vacation_note_or_an_abuse_report_is_recorded_and_never_answered(house: TestHouse) -> None:
    sent = publish(house, 1)
    note = mail(
        "I am away.", to=sent.mail_from, subject="Automatic reply: Seeds", auto_submitted="auto-replied"
    )
    abuse = report("ana@example.org", sent.mail_from).replace(
        b"report-type=delivery-status", b"report-type=feedback-report"
    )
    assert house.post(note, sent.mail_from, mail_from="") == ["automatic"]
    assert house.post(abuse, sent.mail_from, mail_from="") == ["automatic"]
    assert figures(house) == {}
    assert house.outbox() == []


def test_the_organizers_see_the_figures_of_the_day_once(house: TestHouse) -> None:
    sent = publish(house, 1)
    house.post(report("ana@example.org", sent.mail_from), sent.mail_from, mail_from="")
    house.tick(START + timedelta(hours=22))
    house.tick(START + timedelta(hours=23))
    told = house.one("bounce_report")
    assert told.recipients == ("organizer@example.org",)
    assert "- ana@example.org · 1 message · 5.1.1" in told.body
    house.tick(START + timedelta(days=2))
    assert [mail.kind for mail in house.outbox() if mail.kind == "bounce_report"] == []


def test_a_report_that_names_nobody_is_counted_as_such(house: TestHouse) -> None:
    sent = publish(house, 1)
    raw = mail(
        "Sorry.", sender="mailer-daemon@example.net", name="", to=sent.mail_from, subject="failure notice"
    )
    assert house.post(raw, sent.mail_from, mail_from="") == ["bounce"]
    assert figures(house) == {"": (1, False)}
    with house.house.unit() as ctx:
        assert ctx.uow.bounces.has_unattributed(house.now - timedelta(days=1))
