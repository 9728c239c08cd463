"""Commands by mail: by subject, body or address alone, in every language; what changes something is confirmed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.mail.parts import split_parts
from tests.house import Sent, TestHouse, answer, mail

EN, COMMANDS = "sse-en@forum.example.org", "sse@forum.example.org"
BO = "bo@example.org"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def command(
    house: TestHouse, text: str = "", to: str = COMMANDS, subject: str = "", **headers: str
) -> list[Sent]:
    assert house.post(mail(text, to=to, subject=subject, **({"sender": BO} | headers)), to) == ["command"]
    return house.outbox()


def lists(house: TestHouse, email: str = BO) -> tuple[str, ...]:
    with house.house.unit() as ctx:
        return ctx.uow.people.languages(email)


def publish(house: TestHouse, text: str, to: str = EN, **headers: str) -> None:
    house.post(mail(text, to=to, **headers), to)
    notice = next(sent for sent in house.outbox() if sent.kind == "held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    house.outbox()


@pytest.mark.parametrize(
    ("text", "subject", "to"),
    [
        ("", "join fr", COMMANDS),
        ("join fr", "", COMMANDS),
        ("Join français", "hello", COMMANDS),
        ("INSCRIPTION", "Bonjour", COMMANDS),
        ("alta francés", "", COMMANDS),
        ("", "RE : rejoindre", COMMANDS),
        ("", "", "sse-fr+join@forum.example.org"),
        ("leave me alone\nhelp", "leave", "sse-fr+join@forum.example.org"),
    ],
)
def test_a_join_is_asked_back_and_an_answer_joins(house: TestHouse, text: str, subject: str, to: str) -> None:
    (asked,) = command(house, text, to, subject)
    assert (asked.kind, asked.recipients, lists(house)) == ("confirm_join", (BO,), ())
    house.post(*answer(asked, "", sender=BO))
    assert ([sent.kind for sent in house.outbox()], lists(house)) == (["joined"], ("fr",))


def test_a_confirmation_works_without_a_plus_address(house: TestHouse) -> None:
    (asked,) = command(house, "join fr")
    raw = mail("", sender=BO, to=COMMANDS, subject=f"Re: {asked.subject}")
    house.post(raw, COMMANDS)
    assert lists(house) == ("fr",)


def test_a_confirmation_is_good_once_and_from_its_own_address(house: TestHouse) -> None:
    (asked,) = command(house, "join fr")
    for sender in ("evil@example.org", "bo@example.net"):
        house.post(*answer(asked, "ok", sender=sender))
    assert (lists(house), house.outbox()) == ((), [])
    house.post(*answer(asked, "ok", sender=BO))
    with house.house.unit() as ctx:
        ctx.uow.people.unsubscribe(BO)
        ctx.uow.commit()
    house.outbox()
    house.post(*answer(asked, "yes", sender=BO))
    assert (lists(house), house.outbox()) == ((), [])


@pytest.mark.parametrize("word", ["no", "No.", "non", "No: it was not me"])
def test_a_no_does_not_join_and_spends_the_question(house: TestHouse, word: str) -> None:
    (asked,) = command(house, "join fr")
    house.post(*answer(asked, word, sender=BO))
    house.post(*answer(asked, "ok", sender=BO))
    assert (lists(house), house.outbox()) == ((), [])


def test_a_confirmation_is_too_late_after_three_days(house: TestHouse) -> None:
    (asked,) = command(house, "join fr")
    house.wait(days=3)
    house.post(*answer(asked, "ok", sender=BO))
    assert lists(house) == ()


@pytest.mark.parametrize("text", ["No, I did not ask for this. Stop!", "Who are you?", "Not me\n\nok"])
def test_an_answer_that_says_anything_else_does_not_join(house: TestHouse, text: str) -> None:
    (asked,) = command(house, "join fr")
    house.post(*answer(asked, text, sender=BO))
    assert lists(house) == ()
    house.post(*answer(asked, "yes", sender=BO))
    assert lists(house) == ("fr",)


def test_an_automatic_answer_does_not_confirm(house: TestHouse) -> None:
    (asked,) = command(house, "join fr")
    raw, to = answer(asked, "I am away.", sender=BO)
    house.post(raw.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:", 1), to)
    assert lists(house) == ()


def test_many_joins_for_one_victim_make_one_mail(house: TestHouse) -> None:
    for number in range(60):
        raw = mail("join", sender=BO, to=COMMANDS, subject=f"join {number}", message_id=f"join{number}")
        house.spool(raw, COMMANDS, mail_from=f"evil{number}@example.net")
    house.worker.run_once()
    assert [sent.kind for sent in house.outbox()] == ["confirm_join"]


def test_forged_joins_over_a_day_make_one_mail(house: TestHouse) -> None:
    sent = []
    for number in range(0, 22, 3):
        house.wait(hours=3)
        sent += command(house, "join", message_id=f"join{number}")
    assert [kept.kind for kept in sent] == ["confirm_join"]


def test_who_joined_the_wrong_list_can_join_the_right_one_at_once(house: TestHouse) -> None:
    for number, language in enumerate(("fr", "en", "fr")):
        (asked,) = command(house, f"join {language}", message_id=f"join{number}")
        house.post(*answer(asked, "", sender=BO))
        (told,) = house.outbox()
        assert told.kind == "joined"
        with house.house.unit() as ctx:
            ctx.uow.people.unsubscribe(BO)
            ctx.uow.commit()
        house.wait(minutes=5)


def test_leaving_two_lists_in_one_mail_is_asked_for_both_at_once(house: TestHouse) -> None:
    for language in ("fr", "en"):
        house.subscribe(BO, language=language)
    (asked,) = command(house, "leave fr\nleave en")
    assert asked.kind == "confirm_leave"
    house.post(*answer(asked, "", sender=BO))
    assert lists(house) == ()


def test_leaving_is_confirmed_too(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    house.subscribe(BO, language="en")
    (asked,) = command(house, to="sse-fr+leave@forum.example.org")
    assert lists(house) == ("fr", "en")
    house.post(*answer(asked, "", sender=BO))
    assert lists(house) == ("en",)


def test_who_is_not_on_the_list_is_told_so_once_a_day(house: TestHouse) -> None:
    assert [sent.kind for sent in command(house, "leave fr")] == ["answers"]
    assert command(house, "leave fr", subject="again") == []
    house.wait(days=1)
    assert len(command(house, "leave fr", subject="and again")) == 1


def test_who_is_on_the_list_already_is_told_so(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    (told,) = command(house, "join fr")
    assert "already on the list in French" in told.body


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("help", "How to take part"),
        ("aide", "Comment participer"),
        ("ayuda", "Cómo participar"),
        ("", "How to"),
    ],
)
def test_help_comes_in_the_language_of_the_word(house: TestHouse, text: str, says: str) -> None:
    (told,) = command(house, text)
    assert says in told.body
    assert told.header("Auto-Submitted") == "auto-replied"


def test_an_unknown_word_is_answered_with_the_nearest_that_we_know(house: TestHouse) -> None:
    (told,) = command(house, "jion")
    assert "jion" in told.body
    assert "join" in told.body.replace("jion", "")


def test_a_letter_to_the_wrong_address_gets_one_answer(house: TestHouse) -> None:
    letter = (
        "Dear friends,\nwe met last year.\nSince then we have moved.\nNow we live in town.\nBest wishes\nBo"
    )
    assert len(command(house, letter, subject="Our letter")) == 1
    assert command(house, letter + "!", subject="Our second letter") == []


def test_several_commands_get_one_answer_in_their_order(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "About water.", subject="Water")
    (told,) = command(house, "get 1\nhelp\nget 99\nsynthesis 7")
    places = [told.body.index(words) for words in ("About water.", "How to take part", "no published")]
    assert places == sorted(places)


def test_get_sends_only_what_is_published(house: TestHouse) -> None:
    house.post(mail("A held text.", subject="Held"), EN)
    house.outbox()
    (told,) = command(house, "get 1")
    assert "held text" not in told.body.lower()


def test_get_gives_the_language_asked_for_else_the_readers_else_the_original(house: TestHouse) -> None:
    house.subscribe(BO, language="es")
    publish(house, "Nous gardons des semences.", "sse-fr@forum.example.org")
    publish(house, "We keep seeds.", "sse-en+t1@forum.example.org")
    assert "We keep" in command(house, "get 1 en")[0].body
    assert "semences" in command(house, "get 1 fr", subject="x")[0].body
    assert "We keep" in command(house, "get #1")[0].body
    assert "semences" in command(house, "enviar 1")[0].body


def test_twenty_texts_a_day_are_sent_to_an_address(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "About water.", subject="Water")
    sent = [kept for number in range(22) for kept in command(house, "get 1", message_id=f"get{number}")]
    assert len(sent) == 20


def test_a_small_mail_is_not_answered_with_a_huge_one(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "long words here " * 1_200)
    lines = [f"get 1 {language} part {part}" for part in (1, 2, 3, 4) for language in ("en", "es", "fr")]
    (told,) = command(house, "\n".join(lines))
    assert len(told.raw) < 30_000


def test_thanks_and_a_name_below_a_command_are_no_unknown_command(house: TestHouse) -> None:
    for subject in ("", "hello"):
        (asked,) = command(house, "join fr\n\nThank you!\nBo", subject=subject)
        assert asked.kind == "confirm_join"
        house.wait(days=1)


def test_an_archive_asks_and_tells_nobody(house: TestHouse) -> None:
    for text in ("join fr", "help", "jion"):
        house.post(mail(text, to=COMMANDS, subject="", sender=BO), COMMANDS, live=False)
    assert house.outbox() == []


def test_who_asked_for_help_still_gets_a_receipt(house: TestHouse) -> None:
    command(house, "help")
    house.post(mail("A text.", sender=BO), EN)
    assert [sent.kind for sent in house.outbox()] == ["held", "receipt_held"]


def test_mail_without_one_author_is_no_command(house: TestHouse) -> None:
    for author in (b"From: a@example.org, b@example.org\r\n", b""):
        house.post(author + b"Subject: join fr\r\nMessage-ID: <x@y>\r\n\r\n\r\n", COMMANDS)
    assert house.outbox() == []


def test_our_own_answer_sent_back_to_us_is_not_answered(house: TestHouse) -> None:
    (told,) = command(house, "help", sender=COMMANDS)
    assert house.post(told.raw, COMMANDS, mail_from="") == ["loop"]
    assert house.outbox() == []


def test_a_long_text_goes_out_in_its_first_part_and_all_parts_hold_every_word(house: TestHouse) -> None:
    text = "\n\n".join(" ".join(f"word{p}x{n}" for n in range(90)) for p in range(20))
    house.post(mail(text), EN)
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    passed_on = house.one("contribution")
    found = passed_on.body
    assert len(passed_on.raw) <= 8_192
    for part in range(2, len(split_parts(text)) + 1):
        to = "sse@forum.example.org"
        raw = mail(f"get 1 part {part}", sender=f"r{part}@example.org", to=to, subject="")
        house.post(raw, to)
        (got,) = house.outbox()
        assert len(got.raw) <= 8_192
        found += got.body
    assert set(text.split()) <= set(found.split())
