"""Ways in which a hurried answer or a mail program could say, or decide, what nobody meant."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.tables import Contribution, Version
from tests.handlers.steps import EN, ES, MODERATOR, hold, pick, publish, purge, say
from tests.house import TestHouse, answer, mail


def test_an_html_only_no_does_not_send_the_notice_to_the_author(house: TestHouse) -> None:
    notice = pick(hold(house)[1], "held")
    purge(house)
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = MODERATOR, f"Re: {notice.subject}", "<q@b>"
    message["In-Reply-To"] = notice.header("Message-ID")
    quote = "<br>".join(notice.body.replace("<", "&lt;").splitlines())
    message.set_content(
        f'<div dir="ltr">no</div><br><div class="gmail_quote"><div class="gmail_attr">On Tue, Jul 2, 2013 at '
        f"10:00 AM The forum &lt;sse@forum.example.org&gt; wrote:<br></div><blockquote>{quote}</blockquote></div>",
        subtype="html",
    )
    house.post(message.as_bytes(), notice.header("Reply-To"))
    assert "sse+ok-" not in pick(house.outbox(), "receipt_rejected").body


@pytest.mark.parametrize(
    "head",
    [
        "El mar, 2 jul 2013 a las 10:00, El foro (<sse@forum.example.org>) escribió:",
        "Le mar. 2 juil. 2013 à 10:00, Le forum <sse@forum.example.org> a écrit :",
    ],
)
def test_an_unmarked_quote_is_no_reason(house: TestHouse, head: str) -> None:
    notice = pick(hold(house)[1], "held")
    purge(house)
    _, sent = say(house, notice, f"no\n\n{head}\n\n{notice.body}", quote=False)
    assert "sse+ok-" not in pick(sent, "receipt_rejected").body


def test_an_empty_reply_to_the_no_address_has_no_reason(house: TestHouse) -> None:
    notice = pick(hold(house)[1], "held")
    purge(house)
    raw, _ = answer(notice, "", sender=MODERATOR)
    house.post(raw, next(word for word in notice.body.split() if word.startswith("sse+no-")))
    assert "sse+ok-" not in pick(house.outbox(), "receipt_rejected").body


def test_a_signature_is_no_reason(house: TestHouse) -> None:
    notice = pick(hold(house)[1], "held")
    _, sent = say(house, notice, "no\n\nMary Smith\nThe Association\n12 High Street")
    assert "Mary" not in sent[0].body


@pytest.mark.parametrize("text", ["\u200bok", "*ok*", "Ok,", '"ok"', "« ok »", "approuvé"])
def test_an_answer_with_ornaments_is_understood(house: TestHouse, text: str) -> None:
    say(house, pick(hold(house)[1], "held"), text)
    assert house.accounts().get("published") == 1


def test_undo_where_nothing_was_decided_says_that_it_waits(house: TestHouse) -> None:
    _, sent = say(house, pick(hold(house)[1], "held"), "undo")
    assert "no longer waiting" not in " ".join(sent[0].body.split())


def test_no_empty_contribution_is_left(house: TestHouse) -> None:
    _, sent = hold(house, " ".join(["word"] * 50), message_id="orig")
    for who in ("x", "y"):
        text = " ".join([f"palabra{who}"] * 50)
        hold(house, text, to=ES, sender=f"{who}@example.org", in_reply_to="<orig@mail.example.org>")
    say(house, pick(sent, "held"), "drop")
    with house.house.database.engine.connect() as connection:
        with_version = set(connection.execute(select(col(Version.contribution_id))).scalars())
        assert set(connection.execute(select(col(Contribution.id))).scalars()) == with_version


def test_a_comment_does_not_pass_on_the_title_of_a_held_text(house: TestHouse) -> None:
    hold(house, message_id="orig", subject="A secret title")
    _, sent = hold(
        house, "I like it.", sender="bo@example.org", subject="Re: x", in_reply_to="<orig@mail.example.org>"
    )
    _, sent = say(house, pick(sent, "held"), "ok")
    assert not [m.kind for m in sent if "secret" in m.body or "None" in m.body]


@pytest.mark.parametrize("prefix", ["RES:", "WG:", "Antw:", "رد:", "Réf. :", "R:"])
def test_a_prefix_is_no_part_of_the_title(house: TestHouse, prefix: str) -> None:
    publish(house)
    _, sent = hold(house, "I do not think so.", subject=f"{prefix} [#1] Seeds", sender="bo@example.org")
    assert pick(sent, "held").subject.startswith("To approve: Seeds")


def test_a_long_name_leaves_the_moderators_notice_small(house: TestHouse) -> None:
    assert len(pick(hold(house, name="A" * 5000)[1], "held").raw) < 4_096


def test_long_file_names_and_titles_leave_it_small(house: TestHouse) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "a@example.org", "é" * 200, "<a@b>"
    message.set_content("héé " * 900)
    for number in range(30):
        name = "é" * 110 + f"{number}.pdf"
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename=name)
    house.post(message.as_bytes(), EN)
    notice = pick(house.outbox(), "held")
    _, sent = say(house, notice, "ok")
    assert all(len(m.raw) <= 8_192 for m in sent), [(m.kind, len(m.raw)) for m in sent]
    assert len(notice.raw) < 4_096


def test_a_long_reason_leaves_the_returned_text_small(house: TestHouse) -> None:
    _, sent = say(house, pick(hold(house)[1], "held"), "no: " + "because " * 3000)
    assert len(sent[0].raw) <= 8_192


def test_a_letter_with_a_long_subject_is_small(house: TestHouse) -> None:
    to = "postmaster@forum.example.org"
    house.post(mail("x " * 5000, to=to, subject="s " * 3900), to)
    assert all(len(m.raw) <= 8_192 for m in house.outbox())
