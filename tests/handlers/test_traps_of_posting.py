"""Ways in which a post could take another's place, be swallowed, say too much or too much of it."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from tests.handlers.steps import COMMANDS, EN, hold, pick, publish, say
from tests.house import TestHouse, answer, mail


def test_a_code_in_the_subject_on_the_originals_list_is_a_comment(house: TestHouse) -> None:
    publish(house)
    _, sent = hold(house, "I do not agree with this.", sender="bo@example.org", subject="[#1] I disagree")
    assert "A comment waits" in pick(sent, "held").body


def test_a_code_in_the_first_line_on_the_originals_list_is_a_comment(house: TestHouse) -> None:
    publish(house)
    _, sent = hold(house, "[#1]\nI do not agree with this.", sender="bo@example.org", subject="I disagree")
    assert "A comment waits" in pick(sent, "held").body


def test_the_reply_address_is_stronger_than_a_code(house: TestHouse) -> None:
    publish(house)
    to = "sse-fr+c1@forum.example.org"
    _, sent = hold(house, "Je ne suis pas d'accord.", sender="bo@example.org", subject="[#1] Semences", to=to)
    assert "commentaire" in pick(sent, "held").body


def test_a_comment_does_not_pass_on_the_title_of_a_held_text(house: TestHouse) -> None:
    hold(house, message_id="orig", subject="A secret title")
    _, sent = hold(
        house, "I like it.", sender="bo@example.org", subject="Re: x", in_reply_to="<orig@mail.example.org>"
    )
    _, sent = say(house, pick(sent, "held"), "ok")
    assert not [m.kind for m in sent if "secret" in m.body or "None" in m.body]


def test_the_same_words_under_two_contributions_are_two_comments(house: TestHouse) -> None:
    publish(house)
    publish(house, "Another text of mine about water.", subject="Water")
    found = []
    for number in (1, 2):
        to = f"sse-en+c{number}@forum.example.org"
        found.append(hold(house, "I agree.", sender="bo@example.org", to=to, subject=f"Re: {number}")[0])
    assert found == ["held", "held"]


def test_an_author_can_go_back_to_an_earlier_text(house: TestHouse) -> None:
    sent = publish(house, "First version of the text.")
    _, sent = say(house, pick(sent, "receipt_published"), "Second version of the text.")
    _, sent = say(house, pick(sent, "held"), "ok")
    outcome, _ = say(house, pick(sent, "receipt_published"), "First version of the text.")
    assert outcome == "held"


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


def test_a_synthesis_in_one_long_paragraph_leaves_the_list_mail_small(house: TestHouse) -> None:
    to = "sse+s1-en@forum.example.org"
    house.post(mail("Where we are. " * 3000, to=to, sender="organizer@example.org"), to)
    asked = house.one("confirm_synthesis")
    house.post(*answer(asked, "ok", sender="organizer@example.org"))
    assert all(len(m.raw) <= 8_192 for m in house.outbox())


def test_a_letter_with_a_long_subject_is_small(house: TestHouse) -> None:
    to = "postmaster@forum.example.org"
    house.post(mail("x " * 5000, to=to, subject="s " * 3900), to)
    assert all(len(m.raw) <= 8_192 for m in house.outbox())


@pytest.mark.parametrize("text", ["", "x" * 30_000])
def test_spam_is_never_answered(house: TestHouse, text: str) -> None:
    house.post(mail(text, x_spam_flag="YES"), EN)
    assert house.outbox() == []


def test_a_version_counts_from_its_published_text(house: TestHouse) -> None:
    publish(house)
    to = "sse-fr+t1@forum.example.org"
    _, sent = hold(house, "Faux texte.", to=to, sender="x@example.org")
    say(house, pick(sent, "held"), "no")
    house.now = datetime(2013, 7, 28, 23, tzinfo=UTC)
    _, sent = hold(house, "Bon texte.", to=to, sender="y@example.org")
    say(house, pick(sent, "held"), "ok")
    house.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    opening = next(m for m in house.outbox() if m.kind == "opening")
    assert "1 contribution in English only" in " ".join(opening.body.split())


def test_leaving_two_lists_is_confirmed_for_both(house: TestHouse) -> None:
    for language in ("fr", "en"):
        house.subscribe("p@example.org", language=language)
    house.post(mail("leave fr\nleave en", to=COMMANDS, subject="", sender="p@example.org"), COMMANDS)
    assert len([m for m in house.outbox() if m.kind == "confirm_leave"]) == 2


def test_forged_joins_over_a_day_make_one_mail(house: TestHouse) -> None:
    count = 0
    for number in range(24):
        house.wait(minutes=59)
        raw = mail(
            "join", to=COMMANDS, subject=f"join {number}", sender="v@example.org", message_id=f"j{number}"
        )
        house.post(raw, COMMANDS)
        count += sum(m.kind == "confirm_join" for m in house.outbox())
    assert count == 1


def test_a_small_mail_is_not_answered_with_a_huge_one(house: TestHouse) -> None:
    publish(house, "long words here " * 1200)
    lines = "\n".join(
        f"get 1 {language} part {part}" for part in (1, 2, 3, 4) for language in ("en", "es", "fr")
    )
    house.post(mail(lines, to=COMMANDS, subject="", sender="ana@example.org"), COMMANDS)
    assert sum(len(m.raw) for m in house.outbox()) < 30_000


def test_an_archive_asks_nobody_to_join(house: TestHouse) -> None:
    house.post(mail("join fr", to=COMMANDS, subject="", sender="new@example.org"), COMMANDS, live=False)
    assert house.outbox() == []


def test_who_asked_for_help_still_gets_the_first_receipt(house: TestHouse) -> None:
    house.post(mail("help", to=COMMANDS, subject="", sender="new@example.org"), COMMANDS)
    house.outbox()
    _, sent = hold(house, sender="new@example.org")
    assert any(m.kind == "receipt_held" for m in sent)


def test_forged_syntheses_do_not_flood_the_organizer(house: TestHouse) -> None:
    to = "sse+s1-en@forum.example.org"
    for number in range(30):
        house.post(mail(f"Where we are {number}.", to=to, sender="organizer@example.org"), to)
    assert len(house.outbox()) < 30


@pytest.mark.parametrize("prefix", ["RES:", "WG:", "Antw:", "رد:", "Réf. :", "R:"])
def test_a_prefix_is_no_part_of_the_title(house: TestHouse, prefix: str) -> None:
    publish(house)
    _, sent = hold(house, "I do not think so.", subject=f"{prefix} [#1] Seeds", sender="bo@example.org")
    assert pick(sent, "held").subject.startswith("To approve: Seeds")


@pytest.mark.parametrize("text", ["\u200bok", "*ok*", "Ok,", '"ok"', "« ok »", "approuvé"])
def test_an_answer_with_ornaments_is_understood(house: TestHouse, text: str) -> None:
    say(house, pick(hold(house)[1], "held"), text)
    assert house.accounts().get("published") == 1


def test_a_signature_is_no_reason(house: TestHouse) -> None:
    notice = pick(hold(house)[1], "held")
    _, sent = say(house, notice, "no\n\nMary Smith\nThe Association\n12 High Street")
    assert "Mary" not in sent[0].body


def test_thanks_and_a_name_below_a_command_are_no_unknown_command(house: TestHouse) -> None:
    """Seen too: "get 1", a blank line, "Merci", "Jean": the answer holds an error about "Merci" (commands._read_lines)."""
    house.post(
        mail("join fr\n\nThank you!\nBo", to="sse@forum.example.org", subject="hello"),
        "sse@forum.example.org",
    )
    assert [m.kind for m in house.outbox()] == ["confirm_join"]
