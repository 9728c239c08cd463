"""What somebody wrote: listed, corrected where it stands, taken back once they have confirmed it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.steps import MODERATOR
from tests.handlers.translating import BO, CARO, EN, THREE, TROIS, approve, current, flat, publish, reply, say
from tests.house import FORUM, Sent, TestHouse, answer, mail

SEEDS = (
    "نحفظ البذور في قريتنا 29 عائلة، ونكتب إلى seeds@example.org كل ربيع.\n\n"
    "من أراد بذورا من Green Seeds فليكتب إلينا، وسنرسلها إليه قبل المطر.\n\n"
    "Green Seeds هي جمعيتنا، وهي مفتوحة للجميع."
)
EVIL = "evil@example.net"
LONG = "\n\n".join(f"Paragraph {p}. " + " ".join(f"word{p}x{n}" for n in range(90)) for p in range(14))


@pytest.fixture
def arabic(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum whose Spanish list is an Arabic one."""
    forum = FORUM.replace('"es"', '"ar"').replace(" es = ", " ar = ").replace("sse-es", "sse-ar")
    house = TestHouse(tmp_path, forum)
    yield house
    house.close()


def inside(sent: Sent, old: str, new: str, *, mark: str = "> ") -> str:
    """An answer in which something is changed inside the quote."""
    body = sent.body.replace(old, new)
    assert body != sent.body
    return "On Tue, 2 Jul 2013, the forum wrote:\n" + "".join(f"{mark}{line}\n" for line in body.splitlines())


def back(house: TestHouse, sent: Sent, text: str, sender: str = BO) -> list[str]:
    raw, to = answer(sent, text, sender=sender, quote=False)
    return house.post(raw, to)


def test_mine_lists_what_all_addresses_of_a_person_wrote_and_what_became_of_it(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=CARO, subject="Semences")
    publish(house, "Je commente.", "sse-fr+c1@forum.example.org", sender=CARO, subject="Re: Semences")
    house.post(mail("A text that waits.", sender=BO, subject="Waits"), EN)
    house.outbox()
    say(house, "translate 1 es", BO)
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(BO, CARO)
        ctx.uow.commit()
    (told,) = say(house, "mine", BO)
    body = flat(told.body)
    assert told.recipients == (BO,)
    assert "no. 1 · Seeds · contribution in English · published on 2 July 2013 · not yet in Spanish" in body
    assert "no. 1 · Semences · translation into French · published on 2 July 2013" in body
    assert "no. 2 · Semences · comment on no. 1 · published" in body
    assert "- Waits · contribution in English · waiting for approval since 2 July 2013" in body
    assert "no. 1 · translation into Spanish · taken until" in body
    assert "@" not in told.body.replace("sse@forum.example.org", "")


def test_mine_shows_nobody_elses_texts(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (told,) = say(house, "mine", CARO)
    assert "We have no text that was sent from your address" in flat(told.body)
    assert "Seeds" not in told.body


def test_that_there_is_nothing_of_theirs_is_said_once_a_day(house: TestHouse) -> None:
    """A forged sender must not bring a stranger twenty mails."""
    house.subscribe(CARO, language="en")
    for email in ("stranger@example.net", CARO):
        told = [sent for _ in range(5) for sent in say(house, "mine", email)]
        assert [sent.recipients for sent in told] == [(email,)]


def test_a_translation_that_is_out_of_date_and_a_text_that_was_returned_say_so(house: TestHouse) -> None:
    first = publish(house, sender=BO, subject="Seeds")
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=BO, subject="Semences")
    receipt = next(sent for sent in first if sent.kind == "receipt_published")
    reply(house, receipt, THREE.replace("29", "30"), quote=False)
    approve(house)
    house.post(mail("A text to be returned.", sender=BO, subject="Returned"), EN)
    notice = house.one("held")
    house.post(*answer(notice, "no", sender=MODERATOR))
    house.outbox()
    # Its moderator can still take that back.
    assert "Returned · contribution in English · waiting for approval" in flat(say(house, "mine")[0].body)
    house.wait(hours=1)
    body = flat(say(house, "mine")[0].body)
    assert "Returned · contribution in English · returned to you" in body
    assert "Semences · translation into French · published on 2 July 2013 · out of date" in body


def test_a_word_is_corrected_inside_the_quote(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (sent,) = say(house, "edit 1")
    assert (sent.kind, sent.recipients, len(sent.raw) < 2_000) == ("edit_text", (BO,), True)
    assert back(house, sent, inside(sent, "29 families", "30 families")) == ["held"]
    held = house.one("held")
    house.post(*answer(held, "ok", sender=MODERATOR))
    assert current(house, "en")[:2] == ("Seeds", THREE.replace("29 families", "30 families")) or flat(
        current(house, "en")[1]
    ) == flat(THREE.replace("29 families", "30 families"))
    assert current(house, "en")[0] == "Seeds"
    assert [sent.kind for sent in house.outbox()].count("receipt_published") == 1


def test_the_whole_text_is_written_anew_above_the_quote(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (sent,) = say(house, "edit 1")
    text = THREE.replace("29 families", "31 families")
    assert reply(house, sent, text) == ["held"]
    approve(house)
    assert current(house, "en")[1] == text


def test_an_answer_that_changes_nothing_is_returned_and_changes_nothing(house: TestHouse) -> None:
    publish(house, sender=BO)
    (sent,) = say(house, "edit 1")
    assert reply(house, sent, "") == ["rejected"]
    assert [kept.kind for kept in house.outbox()] == ["receipt_returned"]
    assert current(house, "en")[1] == THREE


def test_a_translator_corrects_their_own_text_and_it_stays_a_translation(house: TestHouse) -> None:
    publish(house, sender=CARO, subject="Seeds")
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=BO, subject="Semences")
    (sent,) = say(house, "edit 1")
    assert "Voici votre traduction du n° 1" in flat(sent.body).replace("\u00a0", " ")
    assert back(house, sent, inside(sent, "29 familles", "30 familles")) == ["held"]
    approve(house)
    assert "30 familles" in current(house, "fr")[1]
    assert current(house, "en")[1] == THREE
    with house.house.unit() as ctx:
        assert len(ctx.uow.contributions.list_published(1)) == 2


def test_a_part_of_a_translation_stays_the_part_that_it_is(house: TestHouse) -> None:
    publish(house, sender=CARO, subject="Seeds")
    text = f"§1-2/3\n\n{TROIS[0]}\n\n{TROIS[1]}"
    publish(house, text, "sse-fr+t1@forum.example.org", sender=BO, subject="Semences")
    assert current(house, "fr")[2] == [1, 2, 3]
    (sent,) = say(house, "edit 1 fr")
    back(house, sent, inside(sent, "29 familles", "30 familles"))
    approve(house)
    assert current(house, "fr")[2] == [1, 2, 3]
    assert "30 familles" in current(house, "fr")[1]


def test_a_long_text_is_corrected_part_by_part(house: TestHouse) -> None:
    publish(house, LONG, sender=BO, subject="Long")
    (first,) = say(house, "edit 1")
    assert len(first.raw) <= 8_192
    assert reply(house, first, "next") == ["command"]
    second = house.one("edit_text")
    word = second.body.partition("Paragraph ")[2].partition(".")[0]
    assert back(house, second, inside(second, f"Paragraph {word}.", f"CHANGED {word}.")) == ["held"]
    approve(house)
    changed = LONG.replace(f"Paragraph {word}.", f"CHANGED {word}.")
    assert flat(current(house, "en")[1]) == flat(changed)
    # The first part is still that of the text before: what was corrected since stays.
    assert back(house, first, inside(first, "Paragraph 0.", "CHANGED 0.")) == ["held"]
    approve(house)
    assert flat(current(house, "en")[1]) == flat(changed.replace("Paragraph 0.", "CHANGED 0."))


def test_a_correction_that_waits_is_what_is_sent_to_be_corrected_again(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (sent,) = say(house, "edit 1")
    back(house, sent, inside(sent, "29 families", "30 families"))
    house.outbox()
    (again,) = say(house, "edit 1")
    assert "30 families" in again.body
    assert "It waits for approval" in again.body


@pytest.mark.parametrize("verb", ["edit", "withdraw"])
def test_a_text_of_somebody_else_is_neither_sent_nor_taken_back(house: TestHouse, verb: str) -> None:
    publish(house, sender=BO, subject="Seeds")
    (told,) = say(house, f"{verb} 1", EVIL)
    assert (told.kind, told.subject) == ("answers", "This text is not yours")
    (told,) = say(house, f"{verb} 77", EVIL, subject="again") or [None]
    assert told is None or told.kind == "answers"


def test_a_forged_edit_goes_to_the_author_alone_and_a_forged_answer_is_held(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (sent,) = say(house, "edit 1", BO)
    assert sent.recipients == (BO,)
    raw, to = answer(sent, "Buy my pills. " * 30, sender=BO)
    assert house.post(raw, to, mail_from=EVIL) == ["held"]
    assert current(house, "en")[1] == THREE


def test_a_text_is_withdrawn_once_its_author_has_confirmed_it(house: TestHouse) -> None:
    house.subscribe(CARO, language="en")
    publish(house, sender=BO, subject="Seeds")
    publish(house, "I agree.", "sse-en+c1@forum.example.org", sender=CARO, subject="Re: Seeds")
    (asked,) = say(house, "withdraw 1")
    assert (asked.kind, asked.recipients) == ("confirm_withdraw", (BO,))
    assert "1 contribution in total" in say(house, "counts")[0].body
    assert reply(house, asked, "") == ["command"]
    sent = house.outbox()
    # The list is not written to.
    assert sorted((one.kind, one.recipients) for one in sent) == [
        ("withdrawn", (BO,)),
        ("withdrawn_told", (MODERATOR,)),
    ]
    assert "was withdrawn" in flat(say(house, "get 1", CARO)[0].body)
    assert "I agree." in say(house, "get 2", CARO)[0].body
    assert "No contributions yet." in say(house, "counts")[0].body
    assert "withdrawn" in flat(say(house, "mine")[0].body)
    publish(house, "Another text of ours.", subject="Another")
    assert current(house, "en", 3)[0] == "Another"


def test_a_translation_is_withdrawn_and_its_original_stays(house: TestHouse) -> None:
    publish(house, sender=CARO, subject="Seeds")
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=BO, subject="Semences")
    assert "1 contribution in English and French" in say(house, "counts")[0].body
    (asked,) = say(house, "withdraw 1")
    assert "your translation of no. 1 into French" in flat(asked.body)
    reply(house, asked, "yes")
    house.outbox()
    house.accounts()
    assert "1 contribution in English only" in say(house, "counts")[0].body
    assert "We keep seeds" in say(house, "get 1 fr")[0].body
    assert "semences" not in say(house, "mine")[0].body.lower()
    assert "no. 1" in say(house, "wanted fr")[0].body
    # It can be translated anew, by anybody.
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=EVIL, subject="Semences")
    assert current(house, "fr")[1] == "\n\n".join(TROIS)


def test_a_comment_of_ones_own_can_be_withdrawn(house: TestHouse) -> None:
    publish(house, sender=CARO)
    publish(house, "I agree.", "sse-en+c1@forum.example.org", sender=BO)
    (asked,) = say(house, "withdraw 2")
    reply(house, asked, "")
    house.outbox()
    assert "was withdrawn" in flat(say(house, "get 2")[0].body)
    assert "We keep seeds" in say(house, "get 1")[0].body


def test_nobody_else_confirms_a_withdrawal_and_a_token_is_good_once(house: TestHouse) -> None:
    publish(house, sender=BO)
    (asked,) = say(house, "withdraw 1")
    for sender in (EVIL, CARO, MODERATOR):
        reply(house, asked, "yes", sender)
    raw, to = answer(asked, "", sender=BO)
    house.post(raw.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:", 1), to)
    assert house.outbox() == []
    assert current(house, "en")[1] == THREE
    reply(house, asked, "no")
    reply(house, asked, "yes")
    assert current(house, "en")[1] == THREE
    assert "We keep seeds" in say(house, "get 1")[0].body


def test_many_forged_withdrawals_make_few_questions(house: TestHouse) -> None:
    publish(house, sender=BO)
    sent = [kept for _ in range(12) for kept in say(house, "withdraw 1")]
    assert [kept.kind for kept in sent] == ["confirm_withdraw", "answers"]
    for _ in range(12):
        house.wait(hours=1, minutes=1)
        sent += say(house, "withdraw 1")
    assert [kept.kind for kept in sent].count("confirm_withdraw") <= 5


def test_what_was_joined_to_another_meanwhile_is_withdrawn_as_what_it_is_now(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (asked,) = say(house, "withdraw 1")
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        found.withdrawn_at = house.now
        ctx.uow.contributions.add(found)
        ctx.uow.commit()
    assert reply(house, asked, "") == ["command"]
    assert house.outbox() == []


def test_a_withdrawn_text_that_has_not_left_yet_is_not_sent(house: TestHouse) -> None:
    house.subscribe(CARO, language="en")
    publish(house, sender=BO)
    (asked,) = say(house, "withdraw 1")
    reply(house, asked, "")
    with house.house.unit() as ctx:
        waiting = {unsent.kind: unsent.waiting for unsent in ctx.uow.outbox.list_waiting()}
    assert waiting.get("contribution", 0) == 0


def test_an_arabic_text_comes_back_without_the_marks_that_its_lines_were_sent_with(arabic: TestHouse) -> None:
    publish(arabic, SEEDS, "sse-ar@forum.example.org", sender=BO, subject="بذور")
    (sent,) = say(arabic, "تعديل 1")
    assert back(arabic, sent, inside(sent, "29", "30")) == ["held"]
    approve(arabic)
    assert current(arabic, "ar")[1].split() == SEEDS.replace("29", "30").split()


def test_a_corrected_text_is_one_over_a_mailbox_without_plus_addresses(house: TestHouse) -> None:
    publish(house, sender=BO, subject="Seeds")
    (sent,) = say(house, "edit 1")
    raw = mail(
        inside(sent, "29 families", "30 families"),
        sender=BO,
        name="",
        to="sse@forum.example.org",
        subject=f"Re: {sent.subject}",
        in_reply_to=sent.header("Message-ID"),
    )
    assert house.post(raw, "sse@forum.example.org") == ["held"]
    approve(house)
    assert "30 families" in current(house, "en")[1]
    with house.house.unit() as ctx:
        assert ctx.uow.contributions.find_by_number(2) is None
