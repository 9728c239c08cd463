"""A moderator decides by an address, by the first line of a reply, or by the code of the notice; nobody else does."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from handlers.decide import Status, decide
from store.posts import HELD
from store.tables import Outgoing
from tests.house import Sent, TestHouse, answer, mail

EN, FR = "sse-en@forum.example.org", "sse-fr@forum.example.org"
COMMANDS = "sse@forum.example.org"
MODERATOR, FIRST, SECOND = "moderator-en@example.org", "moderator-fr@example.org", "second-fr@example.org"
TEXTS = count(1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def ask(house: TestHouse, to: str = EN, moderator: str = MODERATOR) -> Sent:
    """The notice about a new text, as the moderator has it: our own copy is purged once it is sent."""
    house.post(mail(f"We keep {next(TEXTS)} seeds.", to=to), to)
    notice = house.one("held", moderator)
    with house.house.database.engine.begin() as connection:
        connection.execute(update(Outgoing).where(col(Outgoing.purge_when_sent)).values(content=None))
    return notice


def say(house: TestHouse, notice: Sent, text: str, sender: str = MODERATOR) -> list[Sent]:
    house.post(*answer(notice, text, sender=sender))
    return house.outbox()


def address(notice: Sent, action: str) -> str:
    return next(word for word in notice.body.split() if word.startswith(f"sse+{action}-"))


def held(house: TestHouse) -> int:
    with house.house.unit() as ctx:
        return len(ctx.uow.waiting.list_posts((HELD,)))


def kinds(sent: list[Sent]) -> list[str]:
    return [mail.kind for mail in sent]


@pytest.mark.parametrize(
    ("action", "outcome", "sent"),
    [
        ("ok", "published", ["contribution", "receipt_published"]),
        ("no", "rejected", ["receipt_returned"]),
        ("drop", "discarded", []),
    ],
)
def test_an_empty_mail_to_an_address_decides(
    house: TestHouse, action: str, outcome: str, sent: list[str]
) -> None:
    notice = ask(house)
    to = address(notice, action)
    house.post(mail("", sender=MODERATOR, to=to, subject=""), to)
    found = house.outbox()
    assert house.accounts().get(outcome) == 1
    assert [kind.replace("receipt_rejected", "receipt_returned") for kind in kinds(found)] == sent


def test_what_is_written_to_the_no_address_is_the_reason(house: TestHouse) -> None:
    to = address(ask(house), "no")
    text = "Please say where\nthis was.\n\n-- \nMarie Smith, The Association\n"
    house.post(mail(text, sender=MODERATOR, to=to, subject=""), to)
    body = house.outbox()[0].body
    assert "Please say where this was." in " ".join(body.split())
    assert "Marie" not in body


WORDS = {
    "published": ["ok", "OK!", "Ok.", "yes", "approve", "oui", "D’accord", "Sí", "si", "vale", "publicar"],
    "rejected": [
        "no",
        "No: too short",
        "non",
        "Non : trop court",
        "rechazar",
        "Rechazar: muy corto",
        "reject",
    ],
    "discarded": ["drop", "spam", "supprimer", "borrar", "jeter"],
}


def test_every_languages_words_decide_alike(house: TestHouse) -> None:
    for outcome, words in WORDS.items():
        for number, word in enumerate(words, 1):
            say(house, ask(house), word)
            assert house.accounts().get(outcome) == number, word
    assert held(house) == 0


AMBIGUOUS = [
    "No problem, publish it",
    "ok but please correct the title",
    "okay?",
    "I am not sure.",
    "yes and no",
    "Hello,\n\nok",
    "ok: publish it\nno: do not",
    "nope",
    "non mais oui",
    "oknosi",
    "",
]


def test_an_ambiguous_or_empty_answer_changes_nothing_and_is_told_so(house: TestHouse) -> None:
    notice = ask(house)
    for text in AMBIGUOUS:
        (told,) = say(house, notice, text)
        assert (told.kind, told.recipients) == ("decision", (MODERATOR,)), text
        assert "nothing has changed" in " ".join(told.body.split())
    assert held(house) == 1
    say(house, notice, "ok")
    assert held(house) == 0


TAILS = [
    "\n-- \nMarie Smith\nThe Association",
    "\n\nMarie",
    "\n\nSent from my iPhone",
    "\n\nEnvoyé de mon iPhone",
    "\n\nEnviado desde mi iPhone",
    "\n\nDe : Le forum <sse@forum.example.org>\nEnvoyé : mardi 2 juillet 2013 10:00\nÀ : Marie\nObjet : x\n\nno",
    "\n\nDe: El foro <sse@forum.example.org>\nEnviado el: martes, 2 de julio de 2013\nPara: M\nAsunto: x\n\nno",
]


def test_what_stands_below_the_first_line_does_not_matter(house: TestHouse) -> None:
    for number, tail in enumerate(TAILS, 1):
        say(house, ask(house), f"ok{tail}")
        assert house.accounts().get("published") == number, tail


def test_an_answer_in_html_alone_decides(house: TestHouse) -> None:
    notice = ask(house)
    reply = EmailMessage()
    reply["From"], reply["Message-ID"] = MODERATOR, "<html@mail.example.org>"
    reply["In-Reply-To"] = notice.header("Message-ID")
    reply.set_content('<div dir="ltr">ok</div><blockquote>no: a quote</blockquote>', subtype="html")
    house.post(reply.as_bytes(), notice.header("Reply-To"))
    assert house.accounts().get("published") == 1


def test_an_answer_finds_its_text_without_plus_addresses(house: TestHouse) -> None:
    by_thread, by_subject, by_text = ask(house), ask(house), ask(house)
    code = by_text.subject.partition("[m-")[2].rstrip("]")
    for raw in (
        mail("ok", sender=MODERATOR, to=COMMANDS, subject="x", in_reply_to=by_thread.header("Message-ID")),
        mail("ok", sender=MODERATOR, to=COMMANDS, subject=f"RE: {by_subject.subject}"),
        mail(f"ok\n\nabout [m-{code.upper()}]", sender=MODERATOR, to=COMMANDS, subject="y"),
    ):
        house.post(raw, COMMANDS)
    assert house.accounts().get("published") == 3


def test_a_moderator_who_answers_a_colleagues_notice_is_told_so(house: TestHouse) -> None:
    to = address(ask(house, FR, FIRST), "ok")
    house.post(mail("", sender=SECOND, to=to, subject="TR: To approve"), to)
    (told,) = house.outbox()
    assert (told.kind, told.recipients) == ("decision", (SECOND,))
    assert held(house) == 1


def test_the_second_moderator_is_told_what_stands(house: TestHouse) -> None:
    house.post(mail("Nous gardons des semences.", to=FR), FR)
    notices = {mail.recipients[0]: mail for mail in house.outbox() if mail.kind == "held"}
    assert len({mail.header("Reply-To") for mail in notices.values()}) == 2
    say(house, notices[FIRST], "ok", FIRST)
    (told,) = say(house, notices[SECOND], "non : trop court", SECOND)
    assert told.recipients == (SECOND,)
    assert FIRST in told.body
    assert house.accounts().get("published") == 1


def test_a_used_token_does_not_decide_again(house: TestHouse) -> None:
    notice = ask(house)
    say(house, notice, "ok")
    assert kinds(say(house, notice, "drop")) == ["decision"]
    assert house.accounts().get("published") == 1


def test_an_expired_token_decides_nothing_and_says_so(house: TestHouse) -> None:
    notice = ask(house)
    house.wait(days=30)
    assert "decision" in kinds(say(house, notice, "ok"))
    assert held(house) == 1


def test_an_unknown_token_decides_nothing_and_is_not_answered(house: TestHouse) -> None:
    ask(house)
    for action in ("ok", "no", "drop", "m"):
        to = f"sse+{action}-{'a' * 26}@forum.example.org"
        assert house.post(mail("ok", sender=MODERATOR, to=to), to) == ["decision"]
    assert (held(house), house.outbox()) == (1, [])


def test_the_address_is_stronger_than_what_is_answered(house: TestHouse) -> None:
    first, second = ask(house), ask(house)
    raw, _ = answer(second, "ok", sender=MODERATOR)
    to = address(first, "drop")
    house.post(raw, to)
    assert (house.accounts().get("discarded"), held(house)) == (1, 1)
    say(house, second, "ok")
    assert house.accounts().get("published") == 1


def test_an_automatic_answer_changes_nothing(house: TestHouse) -> None:
    notice = ask(house)
    to = address(notice, "ok")
    raw = mail("ok", sender=MODERATOR, to=to, auto_submitted="auto-replied")
    assert house.post(raw, to, mail_from=MODERATOR) == ["automatic"]
    assert house.post(mail("ok", sender=MODERATOR, to=to), to, mail_from="") == ["automatic"]
    assert (held(house), house.outbox()) == (1, [])


def test_a_rejection_waits_thirty_minutes_for_undo(house: TestHouse) -> None:
    notice = ask(house)
    (returned,) = say(house, notice, "no: too short")
    assert returned.recipients == ("ana@example.org",)
    assert returned.send_at == house.now + timedelta(minutes=30)
    house.wait(minutes=29)
    assert kinds(say(house, notice, "undo")) == ["decision"]
    assert held(house) == 1
    with house.house.unit() as ctx:
        assert "Not published" not in " ".join(row.subject for row in ctx.uow.outbox.list_waiting())
    assert kinds(say(house, notice, "ok")) == ["contribution", "receipt_published"]


def test_after_an_undo_a_rejection_can_be_decided_anew(house: TestHouse) -> None:
    notice = ask(house)
    say(house, notice, "no: first")
    say(house, notice, "annuler")
    (returned,) = say(house, notice, "no: second")
    assert "second" in returned.body
    say(house, notice, "undo")
    say(house, notice, "undo")
    assert held(house) == 1


@pytest.mark.parametrize(
    ("said", "outcome"), [("ok", "published"), ("drop", "discarded"), ("no", "rejected")]
)
def test_what_is_done_is_not_undone(house: TestHouse, said: str, outcome: str) -> None:
    notice = ask(house)
    say(house, notice, said)
    house.wait(minutes=30)
    (told,) = say(house, notice, "undo")
    assert "Too late" in told.subject
    assert house.accounts().get(outcome) == 1


def test_a_decision_on_the_command_line_stands_like_any_other(house: TestHouse) -> None:
    notice = ask(house)
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts((HELD,))
        assert decide(ctx, post, "discard", "the administrator", "command line").status is Status.DONE
        ctx.uow.commit()
    (told,) = say(house, notice, "ok")
    assert "the administrator" in told.body
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_post(post.revision_id)
        assert found is not None
        assert decide(ctx, found, "approve", "the administrator", "command line").status is Status.STANDS
    assert house.accounts().get("discarded") == 1


def test_nobody_is_told_of_a_discarded_text(house: TestHouse) -> None:
    assert say(house, ask(house), "drop") == []


def test_a_notice_says_twenty_times_a_day_that_it_did_not_understand(house: TestHouse) -> None:
    notice = ask(house)
    told = [say(house, notice, f"what? {number}") for number in range(22)]
    assert sum(map(len, told)) == 20


def test_answers_to_what_we_told_about_a_decision_decide_too(house: TestHouse) -> None:
    (told,) = say(house, ask(house), "what?")
    house.post(*answer(told, "ok", sender=MODERATOR))
    assert house.accounts().get("published") == 1
