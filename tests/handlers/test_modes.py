"""How somebody wants the forum's texts: asked for by mail, told with how to undo it, and what then comes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.tables import Person
from tests.handlers.reading import COMMANDS, about, ask, reader, write
from tests.handlers.steps import EN, pick, say
from tests.house import FORUM, TestHouse, answer, mail

BO = "bo@example.org"


def person(house: TestHouse, email: str = BO) -> Person:
    with house.house.unit() as ctx:
        found = ctx.uow.wishes.find(email)
        assert found is not None
        return Person(**found.model_dump())


def test_mode_alone_says_what_is_set_and_every_possibility_in_a_line_each(house: TestHouse) -> None:
    reader(house, "bo")
    (told,) = ask(house, "mode")
    assert "You get: each text in full." in told.body
    for word in ("full", "notice", "daily", "weekly", "phase", "none"):
        assert f"\n  mode {word} " in told.body
    assert len(told.raw) < 1_500


@pytest.mark.parametrize(
    ("said", "mode", "told", "undo"),
    [
        ("mode notice", "notice", "a few lines for each text.", "mode full"),
        ("mode weekly", "weekly", "one message a week, on Monday at 9:00 (Paris).", "mode full"),
        ("mode daily 7 Bamako", "daily", "one message a day, at 7:00 (Bamako).", "mode full 9 Europe/Paris"),
        (
            "mode none until 2013-07-31",
            "none",
            "until 31 July 2013: nothing at all. After that: each text in full.",
            "mode full",
        ),
    ],
)
def test_a_change_is_told_with_how_to_undo_it_and_undoing_works(
    house: TestHouse, said: str, mode: str, told: str, undo: str
) -> None:
    reader(house, "bo")
    (answered,) = ask(house, said)
    words = " ".join(answered.body.split())
    assert told in words
    assert f'To undo it: send "{undo}" to sse@forum.example.org' in words
    assert person(house).mode == mode
    ask(house, undo)
    assert (person(house).mode, person(house).mode_until) == ("full", None)


@pytest.mark.parametrize("said", ["modo semanal", "mode hebdomadaire", "نمط أسبوعي", "Modo: SEMANAL!"])
def test_a_wish_is_understood_in_every_language(house: TestHouse, said: str) -> None:
    reader(house, "bo")
    ask(house, said)
    assert person(house).mode == "weekly"


def test_the_answer_is_in_the_language_of_the_reader_and_fits_an_old_phone(house: TestHouse) -> None:
    reader(house, "eva", language="es")
    (told,) = ask(house, "modo diario 7 Bamako", "eva@example.org")
    assert "un mensaje al día, a las 7:00 (Bamako)" in told.body
    assert "«modo completo 9 Europe/Paris»" in " ".join(told.body.split())
    assert len(told.raw) < 1_000


def test_what_is_not_understood_is_named_and_changes_nothing(house: TestHouse) -> None:
    reader(house, "bo", "mode daily 7 Bamako")
    (told,) = ask(house, "mode weekly until yesterday")
    assert 'We did not understand "yesterday". Nothing has been changed.' in told.body
    kept = person(house)
    assert (kept.mode, kept.digest_hour, kept.time_zone) == ("daily", 7, "Africa/Bamako")


def test_who_is_on_no_list_is_told_to_join_first(house: TestHouse) -> None:
    (told,) = ask(house, "mode daily")
    assert 'send "join"' in told.body
    assert ask(house, "mode weekly") == []


def test_a_forged_flood_changes_a_mode_five_times_a_day_and_each_is_told(house: TestHouse) -> None:
    reader(house, "bo")
    told = []
    for number in range(20):
        told += ask(house, f"mode {('daily', 'weekly')[number % 2]}\n")
        house.wait(minutes=1)
    assert len(told) == 5
    assert person(house).mode == "daily"


def test_whoever_answers_what_they_were_told_of_a_forged_flood_can_undo_it_all_the_same(
    house: TestHouse,
) -> None:
    reader(house, "bo")
    told = [sent for mode in ("daily", "weekly", "none") * 3 for sent in ask(house, f"mode {mode}")]
    ask(house, "mode full")
    assert person(house).mode == "weekly"
    # The name of a mail to somebody else proves nothing.
    reader(house, "eva")
    (other,) = ask(house, "mode", "eva@example.org")
    house.post(*answer(other, "mode none", sender=BO))
    assert person(house).mode == "weekly"
    house.outbox()
    house.post(*answer(told[0], "mode full", sender=BO))
    assert person(house).mode == "full"
    assert "each text in full" in house.one("answers", to=BO).body


def test_one_wish_is_that_of_all_addresses_of_a_person(house: TestHouse) -> None:
    reader(house, "bo")
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(BO, "bo@example.net")
        ctx.uow.commit()
    (told,) = ask(house, "mode notice", "bo@example.net")
    assert (told.recipients, person(house).mode) == (("bo@example.net",), "notice")


def test_a_mode_for_a_time_ends_at_midnight_where_its_reader_is(house: TestHouse) -> None:
    reader(house, "bo", "mode notice", "mode none until 4 July\nmode 7 Lima")
    sent = write(house, "Seeds")
    assert about(sent, "notice") == []
    house.tick(datetime(2013, 7, 4, 22, 30, tzinfo=UTC))  # midnight in Paris, as it was set
    assert (person(house).mode, person(house).mode_until) == ("notice", None)


def test_a_pause_in_a_pause_ends_in_what_was_before_both(house: TestHouse) -> None:
    reader(house, "bo", "mode daily", "mode none until 4 July", "mode phase until 6 July")
    kept = person(house)
    assert (kept.mode, kept.mode_after) == ("phase", "daily")
    ask(house, "mode daily until 6 July")
    assert (person(house).mode, person(house).mode_until) == ("daily", None)


def test_a_mode_that_has_ended_has_ended_for_the_text_that_is_published_before_the_clock_looks(
    house: TestHouse,
) -> None:
    reader(house, "bo", "mode none until 2 July")
    house.now = datetime(2013, 7, 3, 8, tzinfo=UTC)
    assert about(write(house, "Seeds"), "contribution")[0].recipients == (BO,)


def test_each_has_a_text_as_they_want_it_and_its_author_has_a_receipt(house: TestHouse) -> None:
    for mode in ("full", "notice", "daily", "weekly", "phase", "none"):
        reader(house, mode, f"mode {mode}")
    reader(house, "ana")
    sent = write(house, "Seeds")
    whole, short = pick(sent, "contribution"), pick(sent, "notice")
    assert (whole.recipients, short.recipients) == (("full@example.org",), ("notice@example.org",))
    assert [mail.kind for mail in sent if "ana@example.org" in mail.recipients] == ["receipt_published"]


def test_announcements_go_to_all_but_those_who_want_nothing(house: TestHouse) -> None:
    for mode in ("full", "phase", "none"):
        reader(house, mode, f"mode {mode}")
    house.outbox()
    house.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    opening = next(
        mail for mail in house.outbox() if mail.kind == "opening" and "sse-en" in mail.header("To")
    )
    assert opening.recipients == ("full@example.org", "phase@example.org")


def test_a_notice_says_what_there_is_and_how_to_get_it_in_less_than_a_kilobyte(house: TestHouse) -> None:
    reader(house, "bo", "mode notice")
    notice = pick(write(house, "Seeds", "word " * 590), "notice")
    assert notice.subject == "[#1] Seeds"
    assert "Ana Souza, 2 July" in notice.body
    assert "3 kB, en" in notice.body
    assert '"get 1" to sse@forum.example.org' in " ".join(notice.body.split())
    assert len(notice.raw) < 1_000
    assert notice.body.count("word") < 41


@pytest.mark.parametrize(
    ("language", "wish", "most"),
    [
        ("en", "mode notice", 900),
        ("es", "modo aviso", 950),
        ("fr", "mode avis", 1_000),
        ("pt", "modo aviso", 1_000),
        ("ar", "نمط إشعار", 1_000),
    ],
)
def test_a_notice_is_as_short_in_every_language(tmp_path: Path, language: str, wish: str, most: int) -> None:
    forum = FORUM.replace(
        'language = "fr"\naddress = "sse-fr@', f'language = "{language}"\naddress = "sse-fr@'
    )
    if language in ("en", "es"):
        forum = FORUM
    house = TestHouse(tmp_path, forum.replace('moderation = "all"', 'moderation = "none"'))
    to = "sse-fr@forum.example.org" if forum is not FORUM else f"sse-{language}@forum.example.org"
    house.subscribe("bo@example.org", language=language)
    assert ask(house, wish)
    house.post(mail("12345 " * 20, to=to, subject="Tambo 2009"), to)
    (notice,) = about(house.outbox(), "notice")
    assert len(notice.raw) < most
    house.close()


@pytest.mark.parametrize("said", ["get", "Get 1", "get 1 en"])
def test_an_answer_of_one_word_to_a_notice_brings_the_text(house: TestHouse, said: str) -> None:
    reader(house, "bo", "mode notice")
    notice = pick(write(house, "Seeds"), "notice")
    outcome, (told,) = say(house, notice, said)
    assert outcome == "command"
    assert "We keep seeds" in told.body
    assert told.recipients == (BO,)


def test_an_answer_to_a_notice_that_lost_its_address_brings_the_text_too(house: TestHouse) -> None:
    reader(house, "bo", "mode notice")
    notice = pick(write(house, "Seeds"), "notice")
    raw = mail(
        "get", sender=BO, to=COMMANDS, subject="Re: [#1] Seeds", in_reply_to=notice.header("Message-ID")
    )
    assert house.post(raw, COMMANDS) == ["command"]
    assert "We keep seeds" in house.one("answers").body


def test_an_answer_with_a_text_to_a_notice_is_a_comment_and_its_readers_see_one_thread(
    house: TestHouse,
) -> None:
    reader(house, "bo", "mode notice")
    reader(house, "cy")
    sent = write(house, "Seeds")
    notice, whole = pick(sent, "notice"), pick(sent, "contribution")
    _, held = say(house, notice, "We do the same with beans, in clay pots with ash.", "di@example.org")
    _, sent = say(house, pick(held, "held"), "ok")
    with house.house.unit() as ctx:
        comment = ctx.uow.contributions.find_by_number(2)
        assert comment is not None
        assert comment.parent_id is not None
    assert pick(sent, "notice").header("In-Reply-To") == notice.header("Message-ID")
    assert pick(sent, "comment").header("In-Reply-To") == whole.header("Message-ID")
    assert "A comment on no. 1" in pick(sent, "notice").body


def test_a_correction_comes_as_a_notice_too(house: TestHouse) -> None:
    reader(house, "bo", "mode notice")
    receipt = pick(write(house, "Seeds"), "receipt_published")
    raw, to = answer(
        receipt,
        "Seeds.\n\nWe keep seeds and tools, and share them in spring and autumn.",
        sender="ana@example.org",
    )
    house.post(raw, to)
    _, sent = say(house, pick(house.outbox(), "held"), "ok")
    assert "Corrected text" in pick(sent, "notice").body


def test_an_answer_with_a_wish_to_what_came_from_a_list_is_a_command(house: TestHouse) -> None:
    reader(house, "bo")
    whole = pick(write(house, "Seeds"), "contribution")
    outcome, _ = say(house, whole, "mode daily 7 Bamako")
    assert (outcome, person(house).mode) == ("command", "daily")
    outcome, _ = say(house, whole, "Budget for whom?")
    assert outcome == "held"


def test_nobody_else_learns_an_address_from_a_notice_or_an_answer(house: TestHouse) -> None:
    reader(house, "bo", "mode notice")
    sent = write(house, "Seeds")
    assert b"ana@example.org" not in pick(sent, "notice").raw
    assert EN.encode() in pick(sent, "notice").raw
