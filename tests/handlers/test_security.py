"""Forged senders, injected headers, loops and floods: nothing is decided, replaced, leaked or answered by them."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.posts import HELD
from tests.house import FORUM, Sent, TestHouse, answer, mail

EN, FR = "sse-en@forum.example.org", "sse-fr@forum.example.org"
TEXT = "We keep seeds in our village, and share them each spring.\n"
MODERATOR = "moderator-en@example.org"
COUNT = count(1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def hold(house: TestHouse, text: str = TEXT, to: str = EN, **headers: str) -> list[Sent]:
    assert house.post(mail(text, to=to, **headers), to) == ["held"]
    return house.outbox()


def pick(sent: list[Sent], kind: str) -> Sent:
    return next(mail for mail in sent if mail.kind == kind)


def approve(house: TestHouse, sent: list[Sent]) -> list[Sent]:
    notice = pick(sent, "held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    return house.outbox()


def texts(house: TestHouse) -> list[str]:
    with house.house.unit() as ctx:
        return [post.revision.text for post in ctx.uow.waiting.list_posts((HELD,))]


def raw(headers: bytes, body: str = TEXT) -> bytes:
    """A mail with exactly these headers, and a Message-ID of its own."""
    return headers + b"\r\nMessage-ID: <raw%d@example.net>\r\n\r\n" % next(COUNT) + body.encode()


FORGED = [
    b"From: ana@example.org",
    b'From: "moderator-en@example.org" <ana@example.org>',
    b"From: ana@example.org (moderator-en@example.org)",
    b"From: moderator-en@example.org, ana@example.org",
    b"From: moderator-en@example.org\r\nFrom: ana@example.org",
    b"From: moderator-en@example.org)ana@example.org",
    b"From: moderator-en@example.org.example.net",
    b"From: moderator-en@example.org <ana@example.org>",
    b"From: =?utf-8?q?moderator-en=40example.org?= <ana@example.org>",
    b"Sender: moderator-en@example.org",
]


@pytest.mark.parametrize("action", ["ok", "m"])
def test_a_token_decides_for_nobody_but_the_moderator_that_it_was_sent_to(
    house: TestHouse, action: str
) -> None:
    notice = pick(hold(house), "held")
    to = notice.header("Reply-To").replace("sse+m-", f"sse+{action}-")
    for author in FORGED:
        assert house.post(raw(author + b"\r\nSubject: x", "ok"), to) == ["decision"], author
    assert len(texts(house)) == 1
    assert [mail for mail in house.outbox() if mail.recipients != (MODERATOR,)] == []


def test_the_message_id_of_a_notice_decides_nothing_for_others(house: TestHouse) -> None:
    notice = pick(hold(house), "held")
    for to in (EN, "sse@forum.example.org"):
        house.post(mail("ok", to=to, sender="evil@example.org", in_reply_to=notice.header("Message-ID")), to)
    assert TEXT.strip() in texts(house)


def test_what_the_message_ids_of_notices_are_made_of_cannot_be_told(house: TestHouse) -> None:
    notice = pick(hold(house), "held").header("Message-ID")
    guesses = [hashlib.sha256(f"held{key}".encode()).hexdigest()[:26] for key in ("1.1", "1", "\0001.1")]
    assert not any(guess in notice for guess in guesses)
    assert len(notice.partition("@")[0].rpartition(".")[2]) >= 26


@pytest.mark.parametrize("moderation", ["all", "newcomers", "none"])
def test_a_takeover_of_a_published_text_is_held_however_the_forum_is_moderated(
    tmp_path: Path, moderation: str
) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', f'moderation = "{moderation}"'))
    if house.post(mail(TEXT), EN) == ["held"]:
        approve(house, house.outbox())
    for number, to in enumerate(("sse-en+t1@forum.example.org", "sse+t1-en@forum.example.org")):
        assert house.post(mail(f"My takeover {number}.", sender="evil@example.org", to=to), to) == ["held"]
    house.close()


def test_somebody_elses_correction_withdraws_nothing(house: TestHouse) -> None:
    receipt = pick(hold(house), "receipt_held")
    house.post(*answer(receipt, "A forged text.", sender="evil@example.org"))
    assert texts(house) == [TEXT.strip(), "A forged text."]


def test_the_same_message_id_with_other_content_is_another_message(house: TestHouse) -> None:
    hold(house, message_id="same")
    hold(house, "Something else.", message_id="same", sender="other@example.org")
    assert len(texts(house)) == 2


def test_mail_without_a_readable_author_is_held_and_answered_to_nobody(house: TestHouse) -> None:
    for author in (b"X: y", b"From: ", b"From: nobody at all", "From: añá@example.org".encode()):
        assert house.post(raw(author, f"A text {author!r}."), EN) == ["held"]
    assert {mail.kind for mail in house.outbox()} == {"held"}


def test_spam_is_held_without_a_receipt(house: TestHouse) -> None:
    assert [sent.kind for sent in hold(house, x_spam_flag="YES")] == ["held"]


@pytest.mark.parametrize("text", ["", "x" * 30_000])
def test_spam_is_never_answered_not_even_where_it_cannot_be_kept(house: TestHouse, text: str) -> None:
    house.post(mail(text, x_spam_flag="YES"), EN)
    assert [sent for sent in house.outbox() if sent.recipients != (MODERATOR,)] == []


def test_a_letter_to_the_postmaster_goes_to_the_organizers(house: TestHouse) -> None:
    to = "postmaster@forum.example.org"
    assert house.post(mail("Something is wrong. " * 900, to=to, subject="s " * 3_900), to) == ["postmaster"]
    (letter,) = house.outbox()
    assert letter.recipients == ("organizer@example.org",)
    assert letter.header("Reply-To") == "ana@example.org"
    assert len(letter.raw) <= 8_192


def test_an_answer_to_a_rejection_goes_to_the_moderators_as_a_letter(house: TestHouse) -> None:
    notice = pick(hold(house), "held")
    house.post(*answer(notice, "no: too short", sender=MODERATOR))
    house.post(*answer(house.outbox()[0], "But I do not agree at all.", sender="ana@example.org"))
    (letter,) = house.outbox()
    assert (letter.kind, letter.recipients) == ("appeal", (MODERATOR,))
    assert texts(house) == []


def test_an_archive_is_read_without_a_word_to_anybody(house: TestHouse) -> None:
    assert house.post(mail(TEXT, list_id="<sse-en.example.net>"), EN, live=False) == ["published"]
    assert house.outbox() == []


@pytest.mark.parametrize("to", [EN, "sse@forum.example.org", "postmaster@forum.example.org"])
def test_automatic_mail_is_recorded_and_never_answered(house: TestHouse, to: str) -> None:
    for headers in (
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated (vacation)"},
        {"precedence": "bulk"},
        {"list_id": "<other.example.net>"},
        {"x_autoreply": "yes"},
        {"sender": "MAILER-DAEMON@example.net"},
    ):
        assert house.post(mail(TEXT, **headers), to) == ["automatic"], headers
    assert house.post(mail("A bounce."), to, mail_from="") == ["automatic"]
    assert house.outbox() == []


def test_mail_that_goes_in_circles_is_recorded_and_never_answered(house: TestHouse) -> None:
    assert house.post(mail(TEXT, x_manyvoices_loop="FORUM.example.org"), EN) == ["loop"]
    assert house.post(b"Received: from a by b\r\n" * 51 + mail(TEXT), EN) == ["loop"]
    assert house.outbox() == []


def test_all_that_we_send_is_silent_when_it_comes_back(house: TestHouse) -> None:
    house.subscribe(EN, language="en")
    sent = hold(house, sender=EN)
    sent += approve(house, sent)
    assert len(sent) >= 4
    for kept in sent:
        for to in (EN, "sse@forum.example.org"):
            assert house.post(kept.raw, to, mail_from=kept.mail_from) == ["loop"], kept.kind
    assert house.outbox() == []


def test_a_bounce_at_a_forged_return_path_is_only_recorded(house: TestHouse) -> None:
    for signed in ("aaaa", "x=1", "abc.def"):
        to = f"sse+b-{signed}@forum.example.org"
        assert house.post(mail("ok", to=to, sender=MODERATOR), to) == ["bounce"]
    assert house.outbox() == []


def test_personal_notices_have_no_return_path_and_list_mail_a_signed_one(house: TestHouse) -> None:
    house.subscribe("reader@example.org", language="en")
    sent = hold(house)
    for kept in sent + approve(house, sent):
        assert kept.mail_from.startswith("sse+b-") if kept.kind == "contribution" else kept.mail_from == ""


def test_an_authors_address_is_shown_to_moderators_only(house: TestHouse) -> None:
    house.subscribe("reader@example.org", language="en")
    for number, name in enumerate(("", "ana@example.org", "Ana")):
        sent = hold(house, f"Text number {number}.", name=name)
        passed_on = pick(approve(house, sent), "contribution")
        assert b"ana@example.org" not in passed_on.raw


INJECTED = [
    b"=?utf-8?q?x=0D=0ABcc:_evil@example.org?=",
    b"=?utf-8?b?" + b64encode(b"=?utf-8?q?x=0D=0ABcc:_evil@example.org=0D=0A?=") + b"?=",
    "x\u2028Bcc: evil@example.org\u2029\u0085y\x0bz".encode(),
    b"x\r\n =?utf-8?q?=0ASubject:_y?=\r\n\t=?us-ascii?q?=0D?=",
    "\u202egro.elpmaxe\u202c\u2066x\u200b\ufeff".encode(),
    b"=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D0D=3D0ABcc:x=3F=3D?=",
    b"%(count)s {{ 7 * 7 }} {% raw %} %s %",
    b"[m-aaaaaaaaaaaaaaaaaaaaaaaaaa] [#1] Re:",
]


@pytest.mark.parametrize("injected", INJECTED)
def test_no_header_comes_from_outside(house: TestHouse, injected: bytes) -> None:
    """The harness looks at all bytes that go out; here every place where a stranger's words go is filled."""
    house.subscribe("reader@example.org", language="en")
    head = b"Subject: " + injected + b'\r\nFrom: "' + injected + b'" <ana@example.org>'
    house.post(raw(head, injected.decode("utf-8", "replace")), EN)
    sent = house.outbox()
    sent += approve(house, sent)
    notice = pick(hold(house, "Another."), "held")
    reason = injected + b"\r\n\r\n" + injected
    to = notice.header("Reply-To").replace("sse+m-", "sse+no-")
    house.post(raw(b"From: " + MODERATOR.encode(), reason.decode("utf-8", "replace")), to)
    for to, sender in (
        ("postmaster@forum.example.org", b"ana@example.org"),
        ("sse@forum.example.org", b"reader@example.org"),
        ("sse+s1-en@forum.example.org", b"organizer@example.org"),
    ):
        house.post(raw(b"Subject: " + injected + b"\r\nFrom: " + sender, f"{injected!r}\n\nText."), to)
    for kept in sent + house.outbox():
        assert kept.message["Bcc"] is None
        assert "49" not in kept.subject
        assert "evil@example.org" not in kept.recipients


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60)


@given(subject=WORDS, name=WORDS, file=WORDS, text=st.text(st.characters(codec="utf-8"), max_size=300))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_people_write_what_goes_out_is_sound(
    house: TestHouse, subject: str, name: str, file: str, text: str
) -> None:
    def word(said: str) -> bytes:
        return b" ".join(
            b"=?utf-8?b?" + b64encode(said[place : place + 10].encode()) + b"?="
            for place in range(0, len(said), 10)
        )

    head = b"Subject: " + word(subject) + b"\r\nFrom: " + word(name) + b" <ana@example.org>\r\n"
    head += b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"'
    body = (
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{b64encode((text + f' {next(COUNT)}').encode()).decode()}\r\n--b\r\nContent-Type: application/pdf\r\n"
        f'Content-Disposition: attachment; filename="{word(file).decode()}"\r\n\r\nx\r\n--b--\r\n'
    )
    assert house.post(raw(head, body), FR) == ["held"]
    sent = house.outbox()
    notices = {kept.recipients for kept in sent if kept.kind == "held"}
    assert notices == {("moderator-fr@example.org",), ("second-fr@example.org",)}
    assert all(len(kept.raw) <= 8_192 for kept in sent + approve(house, sent))
