"""What is a command and what is a comment, in answer to a mail of ours: also where a telephone answers the list."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from handlers.requests import is_command_alone
from tests.house import FORUM, Sent, TestHouse, answer, mail

EN, COMMANDS = "sse-en@forum.example.org", "sse@forum.example.org"
BO = "bo@example.org"


def published(house: TestHouse, text: str = "We keep seeds in our village.", number: int = 1) -> Sent:
    """The mail in which a contribution goes to its list."""
    house.post(mail(text, subject="Seeds"), EN)
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    return house.one("contribution", EN if number < 0 else BO)


@pytest.mark.parametrize(
    "text",
    [
        "get", "Get 1", "get 1 fr", "get part 2", "get 1 both", "translate 1 fr", "translate fr", "traduire 1 en espagnol",
        "leave", "Leave!", "help", "aide", "ajuda", "مساعدة", "enviar 1", "synthesis 2", "wanted fr",
    ],
)  # fmt: skip
def test_a_known_command_of_a_few_words_stands_alone(house: TestHouse, text: str) -> None:
    with house.house.unit() as ctx:
        assert is_command_alone(text, ctx)


@pytest.mark.parametrize(
    "text",
    [
        "", "yes", "Help is needed here", "get up early", "Leave the seeds alone", "get 1\nThank you", "help\nhelp",
        "get 1 and the others too", "more water please", "translate 1 fr en es pt",
    ],
)  # fmt: skip
def test_whatever_holds_another_word_is_something_to_say(house: TestHouse, text: str) -> None:
    with house.house.unit() as ctx:
        assert not is_command_alone(text, ctx)


@pytest.mark.parametrize("to", ["", EN, COMMANDS])
@pytest.mark.parametrize("text", ["get", "get 1", "GET #1.", "enviar"])
def test_a_command_in_answer_to_a_contribution_is_answered_and_is_no_comment(
    house: TestHouse, text: str, to: str
) -> None:
    """Whether it goes where our mail says, to the list, or to the forum's address."""
    house.subscribe(BO, language="en")
    sent = published(house)
    raw, address = answer(sent, text, sender=BO)
    assert house.post(raw, to or address) == ["command"]
    (told,) = house.outbox()
    assert (told.kind, told.recipients) == ("answers", (BO,))
    assert "We keep seeds" in told.body


def test_leave_in_answer_to_a_list_mail_is_confirmed_and_never_published(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = published(house)
    assert house.post(answer(sent, "unsubscribe", sender=BO)[0], EN) == ["command"]
    assert [told.kind for told in house.outbox()] == ["confirm_leave"]


def test_what_is_said_in_answer_to_a_contribution_stays_a_comment(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = published(house)
    for place, text in enumerate(
        ("Help is needed here, too.", "Get 1, then 2.", "get up early\nand join us")
    ):
        raw, address = answer(sent, text, sender=BO)
        assert house.post(raw, (address, EN, COMMANDS)[place]) == ["held"]


def test_a_word_that_answers_nothing_of_ours_is_no_command(house: TestHouse) -> None:
    assert house.post(mail("help", subject="Water", sender=BO), EN) == ["held"]


def test_a_picture_under_a_word_is_no_command(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = published(house)
    message = message_from_bytes(answer(sent, "more", sender=BO)[0], policy=policy.SMTP)
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="a.gif")  # type: ignore[attr-defined]
    assert house.post(message.as_bytes(), EN) == ["held"]


def test_help_in_answer_to_a_receipt_corrects_nothing(house: TestHouse) -> None:
    house.post(mail("We keep seeds.", sender=BO, subject="Seeds"), EN)
    receipt = house.one("receipt_held")
    assert house.post(*answer(receipt, "help", sender=BO)) == ["command"]


def test_several_commands_reach_the_forums_address_in_answer_to_a_list_mail(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = published(house)
    assert house.post(answer(sent, "help\nget 1", sender=BO)[0], COMMANDS) == ["command"]
    (told,) = house.outbox()
    assert told.body.index("How to take part") < told.body.index("We keep seeds")


def test_a_subject_of_ours_in_an_answer_is_no_command(house: TestHouse) -> None:
    """A contribution may be called "Help"."""
    house.subscribe(BO, language="en")
    house.post(mail("We keep seeds.", subject="Help"), EN)
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    sent = house.one("contribution", BO)
    assert house.post(answer(sent, "get 1", sender=BO)[0], COMMANDS) == ["command"]
    (told,) = house.outbox()
    assert "How to take part" not in told.body


def test_a_mail_that_an_archive_brought_asks_for_nothing(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = published(house)
    house.post(answer(sent, "get 1", sender=BO)[0], EN, live=False)
    assert house.outbox() == []


@pytest.mark.parametrize("to", ["", EN, COMMANDS])
def test_get_in_answer_to_a_few_lines_about_a_text_brings_the_text(house: TestHouse, to: str) -> None:
    """The number is known from the mail that is answered."""
    house.subscribe(BO, language="en")
    house.post(mail("mode notice", sender=BO, to=COMMANDS, subject=""), COMMANDS)
    house.post(mail("We keep seeds.\n\n" + "They are old. " * 60, subject="Seeds"), EN)
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    told = house.one("notice", BO)
    raw, address = answer(told, "Get!", sender=BO)
    assert house.post(raw, to or address) == ["command"]
    (got,) = house.outbox()
    assert got.body.count("They are old.") == 60


def test_next_in_answer_to_a_part_brings_the_next(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    text = "\n\n".join(" ".join(f"word{p}x{n}" for n in range(90)) for p in range(20))
    house.post(mail(text, subject="Words"), EN)
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    part = house.one("contribution", BO)
    for number in (2, 3):
        raw, address = answer(part, "next", sender=BO)
        assert house.post(raw, address if number == 3 else EN) == ["command"]
        (part,) = house.outbox()
        assert f"part {number} of" in part.body


def test_what_is_asked_in_the_name_of_a_list_is_not_answered_to_its_readers(tmp_path: Path) -> None:
    forum = FORUM.replace(
        'address = "sse-es@forum.example.org"', 'address = "foro@lists.example.net"\nhosted = false'
    )
    house = TestHouse(tmp_path, forum)
    for sender in ("foro@lists.example.net", EN):
        for text in ("help", "get 1", "join fr", "xyz"):
            assert house.post(mail(text, sender=sender, to=COMMANDS, subject=""), COMMANDS) == ["command"]
    assert house.outbox() == []
    house.close()
