"""Leaving in one step: by the button, by a mail with the token, for whoever holds the copy and for nobody else."""

from collections.abc import Iterator
from email import message_from_bytes
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import pytest

from bridge.stamp import make_stamp, split_copies
from config.addresses import Addresses
from config.signing import sign
from handlers.leaving import sign_leave
from handlers.return_path import format_recipient
from store.dispatch import Attempt, Batch, claim_batches, record_results
from tests.house import FORUM, Sent, TestHouse, answer, mail
from tests.outgoing import check_outgoing

EN = "sse-en@forum.example.org"
COMMANDS = "sse@forum.example.org"
WITH_PAGE = FORUM.replace(
    "[forum]\n", 'web = "127.0.0.1:0"\nbase_url = "https://forum.example.org"\n\n[forum]\n', 1
)
COUNT = count(1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum with a page where readers leave, and two readers on its English list."""
    house = TestHouse(tmp_path, WITH_PAGE)
    house.subscribe("bob@example.net", "cleo@example.net", language="en")
    house.subscribe("bob@example.net", language="fr")
    yield house
    house.close()


def publish(house: TestHouse) -> dict[str, bytes]:
    """A contribution reaches the list; each reader's copy as it leaves."""
    assert house.post(mail(f"We keep seeds, {next(COUNT)}.\n"), EN) == ["held"]
    (notice,) = [sent for sent in house.outbox() if sent.kind == "held"]
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    return {copy.recipients[0].email: copy.content for copy in leave(house) if copy.kind == "contribution"}


def leave(house: TestHouse) -> list[Batch]:
    """What the relay would hand over now."""
    stamp = make_stamp(house.settings, house.house.secret)
    engine = house.house.database.engine
    copies: list[Batch] = []
    while batches := claim_batches(engine, house.now):
        for batch in batches:
            copies += [stamp(copy) if copy.personal else copy for copy in split_copies(batch)]
            people = [one.email for one in batch.recipients]
            record_results(engine, batch, dict.fromkeys(people, Attempt("sent")), house.now)
    for copy in copies:
        check_outgoing(copy.content)
    return copies


def ways_out(copy: bytes) -> tuple[str, str]:
    """The token of the page, and the subject of the mail."""
    page, mailto = message_from_bytes(copy)["List-Unsubscribe"].replace("\r\n", "").split(", ")
    return page.rpartition("/")[2].rstrip(">"), unquote(mailto.partition("?subject=")[2].rstrip(">"))


def languages(house: TestHouse, email: str) -> tuple[str, ...]:
    with house.house.unit() as ctx:
        return ctx.uow.people.languages(email)


def press(house: TestHouse, token: str) -> str:
    """The button of the page, as the web edge spools it; its kind and reason are asked of the store."""
    address = Addresses(house.settings).unsubscribe(token)
    raw = f"To: {address}\r\nDate: {house.now} {next(COUNT)}\r\nSubject: unsubscribe\r\n\r\n".encode()
    assert house.post(raw, address, mail_from="") == ["unsubscribe"]
    return last_reason(house)


def last_reason(house: TestHouse) -> str:
    with house.house.database.engine.connect() as connection:
        query = "SELECT reason FROM delivery ORDER BY id DESC LIMIT 1"
        return str(connection.exec_driver_sql(query).scalar())


def the_way_back(house: TestHouse) -> Sent:
    (found,) = house.outbox()
    assert found.kind == "unsubscribed"
    return found


def test_the_button_takes_its_reader_off_that_list_at_once(house: TestHouse) -> None:
    token, _ = ways_out(publish(house)["bob@example.net"])
    house.outbox()
    assert press(house, token) == "left"
    assert languages(house, "bob@example.net") == ("fr",)
    assert languages(house, "cleo@example.net") == ("en",)
    confirmation = the_way_back(house)
    assert confirmation.recipients == ("bob@example.net",)
    assert confirmation.mail_from == ""
    assert confirmation.subject.startswith("You have left the list [m-")
    assert "reply to this message" in confirmation.body


def test_a_second_press_changes_nothing_and_writes_to_nobody(house: TestHouse) -> None:
    token, _ = ways_out(publish(house)["bob@example.net"])
    press(house, token)
    house.outbox()
    assert press(house, token) == "not-on-the-list"
    assert house.outbox() == []


@pytest.mark.parametrize("text", ["", "Yes"])
def test_an_answer_to_the_confirmation_brings_the_reader_back(house: TestHouse, text: str) -> None:
    token, _ = ways_out(publish(house)["bob@example.net"])
    house.outbox()
    press(house, token)
    house.post(*answer(the_way_back(house), text, sender="bob@example.net"))
    assert languages(house, "bob@example.net") == ("en", "fr")
    # The oldest mail that is found still leads out.
    assert press(house, token) == "left"


@pytest.mark.parametrize("sender", ["bob@example.net", "no-reply@robots.example.net", ""])
def test_a_mail_with_the_token_in_its_subject_needs_no_plus_address_and_no_question(
    house: TestHouse, sender: str
) -> None:
    _, subject = ways_out(publish(house)["bob@example.net"])
    raw = mail("", sender=sender or "mailer-daemon@example.net", to=COMMANDS, subject=subject)
    house.outbox()
    assert house.post(raw, COMMANDS, mail_from=sender) == ["unsubscribe"]
    assert languages(house, "bob@example.net") == ("fr",)
    assert the_way_back(house).recipients == ("bob@example.net",)


@pytest.mark.parametrize(
    "header",
    [{"auto_submitted": "auto-replied"}, {"list_id": "<x.example.net>"}, {"precedence": "bulk"}],
)
def test_what_a_list_or_an_autoresponder_wrote_takes_nobody_off(
    house: TestHouse, header: dict[str, str]
) -> None:
    token, subject = ways_out(publish(house)["bob@example.net"])
    house.outbox()
    for to in (COMMANDS, Addresses(house.settings).unsubscribe(token)):
        assert house.post(mail("", to=to, subject=subject, **header), to) == ["automatic"]
    assert languages(house, "bob@example.net") == ("en", "fr")
    assert house.outbox() == []


def test_a_token_that_we_did_not_sign_takes_nobody_off_and_is_not_answered(house: TestHouse) -> None:
    publish(house)
    house.outbox()
    with house.house.database.engine.connect() as connection:
        rows = list(connection.exec_driver_sql("SELECT id FROM outgoing_recipient").scalars())
    for row in rows:
        payload = format_recipient(row)
        for forged in (
            sign(b"a secret of somebody else", "unsubscribe", payload),
            # A return path, which every reader of a bounce may see.
            sign(house.house.secret, "bounce", payload),
        ):
            assert press(house, forged) == "forged"
    assert press(house, sign_leave(house.house.secret, 999_999)) == "unknown"
    assert languages(house, "bob@example.net") == ("en", "fr")
    assert house.outbox() == []


def test_a_reader_with_two_addresses_leaves_with_both(house: TestHouse) -> None:
    house.subscribe("bob@example.org", language="en")
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses("bob@example.net", "bob@example.org")
        ctx.uow.commit()
    copies = publish(house)
    assert set(copies) == {"bob@example.net", "cleo@example.net"}
    press(house, ways_out(copies["bob@example.net"])[0])
    assert languages(house, "bob@example.org") == ()
    assert set(publish(house)) == {"cleo@example.net"}


def test_in_and_out_again_and_again_is_told_three_times_a_day(house: TestHouse) -> None:
    token, _ = ways_out(publish(house)["bob@example.net"])
    house.outbox()
    for _ in range(6):
        press(house, token)
        house.subscribe("bob@example.net", language="en")
    assert [sent.kind for sent in house.outbox()] == ["unsubscribed"] * 3


@pytest.mark.parametrize(
    ("old", "new", "personal"),
    [
        ("[forum]\n", "[forum]\n", False),
        ("[forum]\n", 'verp = "always"\n\n[forum]\n', True),
        ("[forum]\n", 'base_url = "https://forum.example.org"\n\n[forum]\n', False),
        ("[forum]\n", 'web = "127.0.0.1:0"\nbase_url = "http://forum.example.org"\n\n[forum]\n', False),
        ("[forum]\n", 'web = "127.0.0.1:0"\nbase_url = "https://forum.example.org"\n\n[forum]\n', True),
    ],
)
def test_copies_are_personal_where_they_have_to_differ(
    tmp_path: Path, old: str, new: str, personal: bool
) -> None:
    house = TestHouse(tmp_path, FORUM.replace(old, new, 1))
    house.subscribe("bob@example.net", "cleo@example.net", language="en")
    publish_sizes(house, [1, 1] if personal else [2])
    house.close()


def publish_sizes(house: TestHouse, sizes: list[int]) -> None:
    assert house.post(mail(f"We keep seeds, {next(COUNT)}.\n"), EN) == ["held"]
    (notice,) = [sent for sent in house.outbox() if sent.kind == "held"]
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    assert [len(copy.recipients) for copy in leave(house) if copy.kind == "contribution"] == sizes


def test_a_bounce_that_names_nobody_makes_copies_personal_for_a_fortnight(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    house.subscribe("bob@example.net", "cleo@example.net", language="en")
    with house.house.unit() as ctx:
        ctx.uow.bounces.record("bob@example.net", 1.0, "5.1.1")
        ctx.uow.commit()
    publish_sizes(house, [2])
    with house.house.unit() as ctx:
        ctx.uow.bounces.record("", 1.0, "")
        ctx.uow.commit()
    publish_sizes(house, [1, 1])
    house.wait(days=15)
    publish_sizes(house, [2])
    house.close()


def test_announcements_notices_and_publications_have_their_priorities(house: TestHouse) -> None:
    publish(house)
    house.tick(house.now.replace(day=15))
    house.tick(house.now.replace(month=8, day=1))
    with house.house.database.engine.connect() as connection:
        query = "SELECT DISTINCT kind, o.priority, r.priority FROM outgoing o JOIN outgoing_recipient r ON outgoing_id = o.id"
        found = {(kind, one) for kind, one, other in connection.exec_driver_sql(query) if one == other}
    assert found >= {
        ("opening", 0),
        ("closing", 0),
        ("held", 1),
        ("receipt_published", 1),
        ("contribution", 2),
    }
