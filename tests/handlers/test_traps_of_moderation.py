"""Ways in which a hurried answer, or a mail program, could decide what nobody meant to decide."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.tables import Contribution, Version
from tests.handlers.steps import COMMANDS, ES, MODERATOR, hold, pick, publish, purge, revisions, say
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


def test_thanks_for_a_receipt_do_not_lose_the_contribution(house: TestHouse) -> None:
    _, sent = hold(house)
    _, sent = say(house, pick(sent, "receipt_held"), "Thank you!")
    say(house, pick(sent, "held"), "drop")
    assert any(state == "held" and text.startswith("We keep") for _, state, text, _ in revisions(house))


def test_a_victims_protest_does_not_join(house: TestHouse) -> None:
    house.post(mail("join en", to=COMMANDS, subject="", sender="victim@example.org"), COMMANDS)
    asked = house.one("confirm_join")
    house.post(*answer(asked, "No, I did not ask for this. Stop!", sender="victim@example.org"))
    with house.house.unit() as ctx:
        assert ctx.uow.people.languages("victim@example.org") == ()


def test_an_organizers_second_thought_does_not_publish(house: TestHouse) -> None:
    to = "sse+s1-en@forum.example.org"
    house.post(mail("Where we are.\n\nMore.", to=to, sender="organizer@example.org"), to)
    asked = house.one("confirm_synthesis")
    house.post(*answer(asked, "No, wait: there is a mistake in it.", sender="organizer@example.org"))
    assert "synthesis_published" not in [mail.kind for mail in house.outbox()]


def test_an_answer_to_a_rejection_goes_to_the_moderators_as_a_letter(house: TestHouse) -> None:
    notice = pick(hold(house)[1], "held")
    _, sent = say(house, notice, "no: too short")
    house.post(*answer(sent[0], "But I do not agree at all.", sender="ana@example.org"))
    assert house.accounts().get("appeal") == 1
    assert [mail.kind for mail in house.outbox()] == ["appeal"]


def test_the_newest_correction_stands(house: TestHouse) -> None:
    sent = publish(house, "First version of the text.")
    receipt = pick(sent, "receipt_published")
    older = pick(say(house, receipt, "Second version of the text.")[1], "held")
    newer = pick(say(house, receipt, "Third version of the text.")[1], "held")
    say(house, newer, "ok")
    say(house, older, "ok")
    rows = revisions(house)
    current = rows[0][3]
    assert next(text for number, _, text, _ in rows if number == current).startswith("Third")


def test_undo_brings_the_waiting_translation_back(house: TestHouse) -> None:
    _, sent = hold(house, " ".join(["word"] * 50), message_id="orig")
    notice = pick(sent, "held")
    text = " ".join(["palabra"] * 50)
    assert (
        hold(house, text, to=ES, sender="x@example.org", in_reply_to="<orig@mail.example.org>")[0] == "held"
    )
    say(house, notice, "no: by mistake")
    say(house, notice, "undo")
    say(house, notice, "ok")
    with house.house.database.engine.connect() as connection:
        assert len(set(connection.execute(select(col(Version.contribution_id))).scalars())) == 1


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
