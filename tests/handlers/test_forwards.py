"""Texts that somebody sends for somebody else: who may, what it becomes, and what a forger gets."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.attribution import parse_byline
from store.posts import HELD, PUBLISHED
from store.tables import Revision
from tests.documents import attach, make_docx
from tests.handlers.steps import EN, MODERATOR, hold, pick, say
from tests.house import FORUM, Sent, TestHouse, mail

TEXT = "We keep seeds in our village, and share them each spring with whoever asks for some of them."
RELAY = "relay@example.org"
FORWARD = f"""From a member who has only this telephone.

---------- Forwarded message ---------
From: Rosa Pérez <rosa@example.net>
Date: Mon, Sep 9, 2013 at 9:00 AM
Subject: Seeds
To: <relay@example.org>


{TEXT}

On Sun, 8 Sep 2013 at 10:00, Relay <relay@example.org> wrote:
> What do you think about seeds?
"""
FORUM_WITH_RELAY = FORUM.replace(
    'organizers = ["organizer@example.org"]',
    f'organizers = ["organizer@example.org"]\nrelays = ["{RELAY}"]',
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum that publishes without asking, and trusts a relay to send for others."""
    house = TestHouse(tmp_path, FORUM_WITH_RELAY.replace('moderation = "all"', 'moderation = "none"'))
    house.subscribe("reader@example.org", language="en")
    yield house
    house.close()


def send(house: TestHouse, text: str, sender: str = RELAY, **more: str) -> tuple[str, list[Sent]]:
    raw = mail(text, sender=sender, name=more.pop("name", "The Relay"), subject=more.pop("subject", "Fwd: Seeds"), **more)  # fmt: skip
    return house.post(raw, EN, mail_from=sender)[0], house.outbox()


def newest(house: TestHouse, state: str = HELD) -> Revision:
    with house.house.unit() as ctx:
        return Revision(**ctx.uow.waiting.list_posts((state,))[-1].revision.model_dump())


@pytest.mark.parametrize("sender", [RELAY, "organizer@example.org", "moderator-fr@example.org"])
def test_a_forward_by_somebody_who_may_is_its_authors_text(house: TestHouse, sender: str) -> None:
    """It waits, also where nothing else does: From can be forged."""
    outcome, _ = send(house, FORWARD, sender)
    assert outcome == "held"
    post = newest(house)
    assert (post.text, post.title, post.author_name, post.sent_by) == (
        TEXT,
        "Seeds",
        "Rosa Pérez",
        "The Relay",
    )
    assert post.hold_reasons == ["sent-for-another"]
    assert "only this telephone" in post.cut
    assert "rosa@example.net" in post.cut
    assert "What do you think" in post.cut


def test_the_moderator_sees_who_sent_it_and_readers_do_too(house: TestHouse) -> None:
    """The author's name, whoever vouches for it, and nobody's address to readers."""
    _, sent = send(house, FORWARD)
    notice = pick(sent, "held", MODERATOR)
    assert "Author: Rosa Pérez\nSent by: The Relay <relay@example.org>\n" in notice.body
    assert "Why it waits: somebody else than its author sent it." in notice.body
    _, sent = say(house, notice, "ok")
    publication = pick(sent, "contribution")
    assert "Rosa Pérez" in publication.header("From")
    assert "Rosa Pérez, " in publication.body
    assert "Sent by The Relay" in publication.body
    for address in (b"rosa@example.net", b"relay@example.org"):
        assert address not in publication.raw


def test_receipts_go_to_whoever_sent_it_and_never_to_an_address_in_a_text(house: TestHouse) -> None:
    """Else a forward would make us write to anybody."""
    _, sent = send(house, FORWARD)
    receipt = pick(sent, "receipt_held")
    assert receipt.recipients == (RELAY,)
    assert "It will be shown as written by Rosa Pérez and sent by you." in " ".join(receipt.body.split())
    _, more = say(house, pick(sent, "held"), "ok")
    assert pick(more, "receipt_published").recipients == (RELAY,)
    assert "rosa@example.net" not in {address for each in (*sent, *more) for address in each.recipients}


def test_a_participants_forward_stays_a_text_of_theirs(house: TestHouse) -> None:
    """Nothing is attributed to anybody on a stranger's word."""
    outcome, _ = send(
        house, f"by: Rosa Pérez, Tete\n\n{TEXT}", "ana@example.org", name="Ana", subject="Seeds"
    )
    assert outcome == "published"
    post = newest(house, PUBLISHED)
    assert (post.author_name, post.sent_by, post.place) == ("Ana", "", "")
    assert post.text.startswith("by: Rosa")
    send(house, FORWARD, "ben@example.org", name="Ben")
    assert newest(house, PUBLISHED).author_name == "Ben"


def test_a_forged_relay_gets_no_name_published(house: TestHouse) -> None:
    """Two addresses in From, or a relay's only in the display name: nobody who may."""
    raw = mail(FORWARD, sender=RELAY, subject="Fwd: Seeds").replace(
        f"<{RELAY}>".encode(), f"<{RELAY}>, eve@example.com".encode()
    )
    assert house.post(raw, EN, mail_from="eve@example.com") == ["held"]
    assert newest(house).sent_by == ""
    send(house, FORWARD, "eve@example.com", name=RELAY)
    with house.house.unit() as ctx:
        posts = ctx.uow.waiting.list_posts((HELD, PUBLISHED))
        assert [post.revision.sent_by for post in posts] == ["", ""]


@pytest.mark.parametrize(
    ("line", "name", "place"),
    [
        ("by: Rosa Pérez, Tete", "Rosa Pérez", "Tete"),
        ("By : Rosa Pérez, Tete, Mozambique", "Rosa Pérez", "Tete, Mozambique"),
        ("par : Rosa Pérez", "Rosa Pérez", ""),
        ("de la part de : Rosa Pérez, Tete", "Rosa Pérez", "Tete"),
        ("POR: Rosa Pérez, Tete.", "Rosa Pérez", "Tete"),
        ("*by:* Rosa Pérez, Tete", "Rosa Pérez", "Tete"),
        ("by：Rosa Pérez", "Rosa Pérez", ""),
    ],
)
def test_a_first_line_names_an_author_without_mail(
    house: TestHouse, line: str, name: str, place: str
) -> None:
    """In any of the forum's languages; it is taken out of the text."""
    outcome, _ = send(house, f"{line}\n\n{TEXT}", subject="Seeds")
    assert outcome == "held"
    post = newest(house)
    assert (post.text, post.author_name, post.place, post.sent_by) == (TEXT, name, place, "The Relay")


def test_the_place_is_shown_with_the_name(house: TestHouse) -> None:
    """To moderators, to readers, and to whoever asks for the text later."""
    _, sent = send(house, f"by: Rosa Pérez, Tete\n\n{TEXT}", subject="Seeds")
    notice = pick(sent, "held")
    assert "Author: Rosa Pérez (Tete)" in notice.body
    assert "Rosa Pérez (Tete) and sent by you" in " ".join(pick(sent, "receipt_held").body.split())
    assert "Rosa Pérez (Tete), " in pick(say(house, notice, "ok")[1], "contribution").body
    house.post(
        mail("get 1", sender="reader@example.org", to="sse@forum.example.org"), "sse@forum.example.org"
    )
    assert "Rosa Pérez (Tete), " in house.one("answers").body


@pytest.mark.parametrize(
    "line",
    [
        "by the river: a village",
        "bye: Rosa",
        "by:",
        "by: ",
        "by: rosa@example.net",
        "by: @",
        f"by: {'x' * 300}",
    ],
)
def test_other_first_lines_are_text(house: TestHouse, line: str) -> None:
    """Nor is an address a name."""
    send(house, f"{line}\n\n{TEXT}", subject="Seeds")
    assert newest(house, PUBLISHED).text.startswith(line.strip())


def test_a_line_above_a_forward_wins_over_its_header(house: TestHouse) -> None:
    """The sender knows whose telephone it was."""
    send(house, f"by: Amina, Pemba\n{FORWARD}")
    post = newest(house)
    assert (post.author_name, post.place, post.text) == ("Amina", "Pemba", TEXT)


def test_a_mail_that_is_attached_is_a_forward_too(house: TestHouse) -> None:
    """Its text is the text, its name the author's, its subject the title where there is no other."""
    inner = mail(TEXT, sender="rosa@example.net", name="Rosa Pérez", subject="Seeds")
    outer = message_from_bytes(
        mail("See below.", sender=RELAY, name="The Relay", subject="Fwd:"), policy=policy.SMTP
    )
    outer.add_attachment(message_from_bytes(inner, policy=policy.SMTP))  # type: ignore[attr-defined]
    assert house.post(outer.as_bytes(), EN) == ["held"]
    post = newest(house)
    assert (post.text, post.author_name, post.sent_by, post.title) == (
        TEXT,
        "Rosa Pérez",
        "The Relay",
        "Seeds",
    )
    assert post.author_email == RELAY


def test_a_forwarded_attachment_is_read(house: TestHouse) -> None:
    """ "See attached", passed on with what was attached."""
    raw = mail(FORWARD.replace(TEXT, "See attached."), sender=RELAY, name="The Relay", subject="Fwd: Seeds")
    assert house.post(attach(raw, "seeds.docx", make_docx(TEXT)), EN) == ["held"]
    post = newest(house)
    assert (post.text, post.author_name, post.source) == (TEXT, "Rosa Pérez", "seeds.docx")
    assert post.hold_reasons == ["text-from-attachment", "sent-for-another"]


def test_a_corrected_text_by_the_relay_is_its_authors_still(house: TestHouse) -> None:
    """A reply to the receipt names nobody, and does not have to."""
    _, sent = send(house, f"by: Rosa Pérez, Tete\n\n{TEXT}", subject="Seeds")
    say(house, pick(sent, "held"), "ok")
    _, more = say(house, pick(sent, "receipt_held"), f"{TEXT} All of them.", RELAY)
    post = newest(house)
    assert (post.author_name, post.place, post.sent_by) == ("Rosa Pérez", "Tete", "The Relay")
    publication = pick(say(house, pick(more, "held"), "ok")[1], "correction")
    assert "Rosa Pérez (Tete), " in publication.body


def test_a_relays_own_text_carries_its_own_name(house: TestHouse) -> None:
    """Also where From has none: the author of an earlier text is not who sent it."""
    send(house, f"by: Rosa Pérez, Tete\n\n{TEXT}", subject="Seeds")
    send(
        house,
        "I have a thought of my own about seeds and about those who keep them.",
        subject="Mine",
        name="",
    )
    post = newest(house, PUBLISHED)
    assert (post.author_name, post.sent_by) == ("", "")


def test_a_mail_of_ours_that_is_forwarded_is_nobodys_text(house: TestHouse) -> None:
    """What the forum wrote is not its relay's to attribute."""
    text = FORWARD.replace("rosa@example.net", "sse-en@forum.example.org").replace(
        "Rosa Pérez", "Ana via The forum"
    )
    send(house, text)
    with house.house.unit() as ctx:
        posts = ctx.uow.waiting.list_posts((HELD, PUBLISHED))
        assert [post.revision.sent_by for post in posts] == [""]


def test_a_moderators_decision_is_read_as_it_was_written(house: TestHouse) -> None:
    """Whatever a moderator forwards to the address that decides: only the first line counts."""
    _, sent = hold(house, f"by: Rosa\n\n{TEXT}", sender=RELAY, name="The Relay")
    notice = pick(sent, "held")
    raw = mail(
        f"ok\n\n{FORWARD}", sender=MODERATOR, to=notice.header("Reply-To"), subject=f"Fwd: {notice.subject}"
    )
    assert house.post(raw, notice.header("Reply-To"), mail_from=MODERATOR) == ["decision"]
    assert pick(house.outbox(), "contribution")


@pytest.mark.parametrize(
    "name",
    ["Rosa\u2028Bcc: eve@example.com", "Rosa =?utf-8?q?=0D=0ABcc=3A_eve?=", "Rosa\u202eevil", "The forum <sse@forum.example.org>",
     "R" * 400, "Rosa\tPérez\x00\x1b[31m"],
)  # fmt: skip
def test_a_name_out_of_a_text_forges_nothing(house: TestHouse, name: str) -> None:
    """The checker reads every mail that leaves; a name never has an address or a line of its own."""
    for text in (f"by: {name}\n\n{TEXT}", FORWARD.replace("Rosa Pérez", name)):
        _, sent = send(house, text, subject=f"Fwd: {len(text)} {name[:5]}")
        if notice := next((each for each in sent if each.kind == "held"), None):
            say(house, notice, "ok")
    with house.house.unit() as ctx:
        for post in ctx.uow.waiting.list_posts((HELD, PUBLISHED)):
            shown = f"{post.revision.author_name}{post.revision.place}{post.revision.sent_by}"
            assert not set(shown) & set("\r\n\t\x00\x1b\u2028\u202e@<>")
            assert len(post.revision.author_name.encode()) <= 100


def test_an_archive_keeps_the_attribution_and_asks_nobody(house: TestHouse) -> None:
    """Its own moderators have read it."""
    raw = mail(FORWARD, sender=RELAY, name="The Relay", subject="Fwd: Seeds")
    assert house.post(raw, EN, live=False) == ["published"]
    assert newest(house, PUBLISHED).author_name == "Rosa Pérez"
    assert house.outbox() == []


@given(st.text(max_size=300))
def test_reading_a_first_line_is_total(text: str) -> None:
    """And what it gives is fit to be shown."""
    for said in (text, f"by: {text}"):
        if found := parse_byline(said, ("by", "par")):
            assert found[0].name
            assert not set(found[0].name + found[0].place) & set("\r\n\t\u2028\u2029\u202e@")
