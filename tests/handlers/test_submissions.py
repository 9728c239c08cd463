"""What people write: contributions, comments, translations and corrections, held, published and confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from store.posts import HELD, PUBLISHED
from tests.house import Sent, TestHouse, answer, mail

EN, ES, FR = "sse-en@forum.example.org", "sse-es@forum.example.org", "sse-fr@forum.example.org"
ENGLISH = " ".join(f"In 2012 we kept {number} bags of seeds in our village." for number in range(101, 108))
SPANISH = " ".join(
    f"En 2012 guardamos {number} bolsas de semillas en el pueblo." for number in range(101, 108)
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def hold(house: TestHouse, text: str = ENGLISH, to: str = EN, **headers: str) -> list[Sent]:
    assert house.post(mail(text, to=to, **headers), to) == ["held"]
    return house.outbox()


def pick(sent: list[Sent], kind: str) -> Sent:
    return next(mail for mail in sent if mail.kind == kind)


def publish(house: TestHouse, text: str = ENGLISH, to: str = EN, **headers: str) -> list[Sent]:
    return approve(house, hold(house, text, to, **headers))


def approve(house: TestHouse, sent: list[Sent]) -> list[Sent]:
    notice = pick(sent, "held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    return house.outbox()


@dataclass(frozen=True, slots=True)
class Kept:
    """One text as the store has it; contributions by their ids, which are their numbers here."""

    number: int | None
    parent: int | None
    phase: int | None
    role: str
    linked_by: str
    title: str
    text: str
    reasons: tuple[str, ...]


def texts(house: TestHouse, state: str = HELD) -> list[Kept]:
    with house.house.unit() as ctx:
        return [
            Kept(
                post.contribution.number,
                post.contribution.parent_id,
                post.contribution.phase_id,
                post.version.role,
                post.version.linked_by,
                post.revision.title,
                post.revision.text,
                tuple(post.revision.hold_reasons),
            )
            for post in ctx.uow.waiting.list_posts((state,))
        ]


def newest(house: TestHouse, state: str = HELD) -> Kept:
    return texts(house, state)[-1]


def test_a_contribution_is_held_confirmed_and_published_with_a_number(house: TestHouse) -> None:
    house.subscribe("reader@example.org", "second@example.org", language="en")
    house.subscribe("lectora@example.org", language="es")
    sent = hold(house)
    assert sorted(mail.kind for mail in sent) == ["held", "receipt_held"]
    assert pick(sent, "receipt_held").recipients == ("ana@example.org",)
    sent = approve(house, sent)
    passed_on, receipt = pick(sent, "contribution"), pick(sent, "receipt_published")
    assert set(passed_on.recipients) == {"reader@example.org", "second@example.org"}
    assert passed_on.subject == "[#1] Seeds"
    assert "ana@example.org" not in passed_on.raw.decode()
    assert passed_on.header("Reply-To") == "sse+c1-en@forum.example.org"
    assert "no. 1" in receipt.body


def test_the_same_mail_on_three_lists_is_one_contribution(house: TestHouse) -> None:
    assert house.post(mail(ENGLISH), EN, ES, FR) == ["held", "duplicate", "duplicate"]
    assert [mail.kind for mail in house.outbox()].count("receipt_held") == 1
    assert len(texts(house)) == 1


def test_the_same_words_again_are_a_duplicate_whatever_their_spaces(house: TestHouse) -> None:
    hold(house)
    again = mail(ENGLISH.upper().replace(" ", "\n", 3), message_id="again")
    assert house.post(again, EN) == ["duplicate"]
    assert house.post(mail(ENGLISH, sender="other@example.org"), EN) == ["held"]


@pytest.mark.parametrize("prefix", ["Re:", "RE :", "TR :", "RV:", "Fwd: Re:", "Re[2]:", "SV:", "AW:"])
def test_a_code_in_the_subject_of_an_answer_makes_a_comment(house: TestHouse, prefix: str) -> None:
    publish(house)
    hold(house, "I do not think so.", sender="bo@example.org", subject=f"{prefix} [#1] Seeds")
    post = newest(house)
    assert (post.parent, post.title) == (1, "Seeds")


def test_an_answer_is_a_comment_by_address_by_our_mail_and_by_the_authors_own(house: TestHouse) -> None:
    passed_on = pick(publish(house, message_id="own"), "contribution")
    hold(house, "By address.", "sse-en+c1@forum.example.org", sender="bo@example.org")
    hold(
        house, "By our mail.", subject="x", in_reply_to=passed_on.header("Message-ID"), sender="b@example.org"
    )
    hold(house, "By the author's.", subject="x", references="<own@mail.example.org>", sender="c@example.org")
    hold(house, "En français.", "sse+c1-fr@forum.example.org", sender="d@example.org")
    assert [post.parent for post in texts(house)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("to", "subject", "text"),
    [
        (EN, "[#1] I disagree", "I do not agree."),
        (EN, "[#1] Re: Seeds", "I do not agree."),
        (EN, "I disagree", "[#1]\nI do not agree."),
        ("sse-fr+c1@forum.example.org", "[#1] Semences", "Je ne suis pas d'accord."),
        ("sse-en+c1@forum.example.org", "[#9] Seeds", "I do not agree."),
    ],
)
def test_a_code_in_the_originals_language_or_at_a_reply_address_makes_a_comment(
    house: TestHouse, to: str, subject: str, text: str
) -> None:
    publish(house)
    hold(house, text, to, subject=subject, sender="bo@example.org")
    assert (newest(house).parent, newest(house).role) == (1, "original")


def test_the_same_words_under_two_contributions_are_two_comments(house: TestHouse) -> None:
    publish(house)
    publish(house, "About water.", subject="Water")
    for number in (1, 2):
        hold(house, "I agree.", f"sse-en+c{number}@forum.example.org", subject="Re:", sender="bo@example.org")
    assert [kept.parent for kept in texts(house)] == [1, 2]


def test_a_comment_is_numbered_like_a_contribution_and_can_be_commented(house: TestHouse) -> None:
    publish(house)
    sent = publish(house, "A comment.", "sse-en+c1@forum.example.org", sender="bo@example.org")
    assert "a comment on no. 1" in pick(sent, "comment").body
    raw, to = answer(pick(sent, "comment"), "A comment on that.", sender="ana@example.org")
    assert (house.post(raw, to), to) == (["held"], "sse+c2-en@forum.example.org")
    assert newest(house).parent == 2


@pytest.mark.parametrize("to", ["sse-en+c99@forum.example.org", "sse-en+t99@forum.example.org"])
def test_what_names_a_number_that_is_not_there_is_held_as_doubtful(house: TestHouse, to: str) -> None:
    hold(house, to=to)
    assert "doubtful-link" in newest(house).reasons
    assert newest(house).parent is None


SIGNALS = [
    ("subject", "Traducción de #1: Semillas", ES),
    ("subject", "RV: Traducción de la contribución n° 1", ES),
    ("subject", "TR : Traduction de [#1]", FR),
    ("subject", "RE: Translation of #1", FR),
    ("subject", "[#1] Semences", FR),
    ("subject", "Re: [t1] Semences", FR),
    ("first line", "Version française de #1", FR),
    ("first line", "[#1]", FR),
    ("header", "#1", ES),
    ("address", "", "sse-es+t1@forum.example.org"),
    ("address", "", "sse+t1-fr@forum.example.org"),
]


@pytest.mark.parametrize(("where", "words", "to"), SIGNALS)
def test_a_signal_makes_a_translation(house: TestHouse, where: str, words: str, to: str) -> None:
    publish(house)
    text = "Una traducción de este texto."
    if where == "header":
        hold(house, text, to, translation_of=words)
    elif where == "first line":
        hold(house, f"{words}\n\n{text}", to)
    else:
        hold(house, text, to, subject=words or "Semillas")
    post = newest(house)
    assert (post.number, post.role) == (1, "translation")
    assert post.text == text
    assert post.linked_by == where.replace("first line", "first-line").replace("subject", "code")


def test_an_answer_in_another_language_that_agrees_is_a_translation_and_a_short_one_a_comment(
    house: TestHouse,
) -> None:
    publish(house, message_id="own")
    hold(
        house, SPANISH, ES, subject="Re: Seeds", in_reply_to="<own@mail.example.org>", sender="x@example.org"
    )
    assert (newest(house).role, newest(house).linked_by) == ("translation", "thread")
    hold(house, "Muy bien.", ES, in_reply_to="<own@mail.example.org>", sender="y@example.org")
    assert newest(house).parent == 1


def test_a_translation_that_comes_early_waits_with_its_original(house: TestHouse) -> None:
    original = hold(house, message_id="own")
    sent = hold(house, SPANISH, ES, in_reply_to="<own@mail.example.org>", sender="x@example.org")
    assert approve(house, sent) == []
    kinds = [mail.kind for mail in approve(house, original)]
    assert kinds == ["contribution", "receipt_published", "translation", "receipt_published"]
    assert {post.number for post in texts(house, PUBLISHED)} == {1}


def test_a_translation_whose_original_is_returned_is_asked_about_as_a_contribution(house: TestHouse) -> None:
    original = hold(house, message_id="own")
    hold(house, SPANISH, ES, in_reply_to="<own@mail.example.org>", sender="x@example.org")
    notice = pick(original, "held")
    house.post(*answer(notice, "drop", sender=notice.recipients[0]))
    (asked,) = house.outbox()
    assert "its original was not published" in " ".join(asked.body.split()) or asked.kind == "held"
    assert "[#1]" in pick(approve(house, [asked]), "contribution").subject


def test_an_empty_text_is_returned_and_an_attachment_alone_is_held(house: TestHouse) -> None:
    assert house.post(mail("\n\n"), EN) == ["rejected"]
    assert [mail.kind for mail in house.outbox()] == ["receipt_returned"]
    message = EmailMessage()
    message["From"], message["Message-ID"] = "ana@example.org", "<report@mail.example.org>"
    message.add_attachment(b"x" * 5_000, maintype="application", subtype="pdf", filename="report.pdf")
    assert house.post(message.as_bytes(), EN) == ["held"]
    assert "report.pdf" in pick(house.outbox(), "held").body


def test_a_text_over_the_limit_is_returned_with_the_limit(house: TestHouse) -> None:
    assert house.post(mail("word " * 5_000), EN) == ["rejected"]
    (returned,) = house.outbox()
    assert "too long" in returned.body
    assert "20" in returned.body


def test_several_authors_are_a_moderators_to_judge(house: TestHouse) -> None:
    raw = b"From: a@example.org, b@example.org\r\nSubject: x\r\nMessage-ID: <a@b>\r\n\r\nA text.\r\n"
    house.post(raw, EN)
    assert "several-authors" in newest(house).reasons


def test_an_enormous_subject_becomes_a_title_of_120_characters(house: TestHouse) -> None:
    publish(house, subject="semillas " * 900)
    assert len(newest(house, PUBLISHED).title) <= 120


def test_an_answer_to_an_announcement_is_a_contribution_titled_from_its_first_line(house: TestHouse) -> None:
    house.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    opening = next(
        mail for mail in house.outbox() if "sse-en@" in mail.header("To") and mail.kind == "opening"
    )
    house.post(*answer(opening, "Seeds in our village\n\nWe keep them.", sender="ana@example.org"))
    post = newest(house)
    assert (post.title, post.phase) == ("Seeds in our village", 2)
    assert "How to take part" not in post.text


@pytest.mark.parametrize(
    ("now", "phase", "says"),
    [
        (datetime(2013, 6, 1, tzinfo=UTC), None, "Phase 1 opens on"),
        (datetime(2013, 7, 20, tzinfo=UTC), None, "Phase 2 opens on"),
        (datetime(2013, 7, 2, tzinfo=UTC), 1, ""),
        (datetime(2013, 9, 20, tzinfo=UTC), None, ""),
    ],
)
def test_a_text_outside_any_phase_is_held_all_the_same(
    tmp_path: Path, now: datetime, phase: int | None, says: str
) -> None:
    house = TestHouse(tmp_path, now=now)
    receipt = pick(hold(house), "receipt_held")
    assert newest(house).phase == phase
    assert says in receipt.body
    assert ("No phase is open" in receipt.body) == bool(says)
    house.close()


def test_a_list_member_gets_twenty_receipts_a_day_and_a_stranger_one(house: TestHouse) -> None:
    house.subscribe("member@example.org", language="en")
    for sender, most in (("member@example.org", 20), ("stranger@example.org", 1)):
        sent = [kept for n in range(22) for kept in hold(house, f"Text {n} of {sender}.", sender=sender)]
        assert [kept.kind for kept in sent].count("receipt_held") == most
