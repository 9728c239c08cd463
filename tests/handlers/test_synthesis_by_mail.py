"""A synthesis by mail stands once its organizer has confirmed it, and shows in the next announcement."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.house import Sent, TestHouse, answer, mail

ORGANIZER = "organizer@example.org"
OPENING_2 = datetime(2013, 7, 29, 8, tzinfo=UTC)
TEXT = "We have learned a lot.\n\nThere is more to say.\n\nhttps://example.org/s1\n\nThe whole text."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    for language in ("en", "es", "fr"):
        house.subscribe(f"reader-{language}@example.org", language=language)
    yield house
    house.close()


def submit(house: TestHouse, text: str = TEXT, language: str = "en", sender: str = ORGANIZER) -> list[Sent]:
    to = f"sse+s1-{language}@forum.example.org"
    house.post(mail(text, to=to, sender=sender, subject="Synthesis"), to)
    return house.outbox()


def confirm(house: TestHouse, asked: Sent, text: str = "") -> list[Sent]:
    house.post(*answer(asked, text, sender=ORGANIZER))
    return house.outbox()


def openings(house: TestHouse) -> dict[str, str]:
    house.tick(OPENING_2)
    sent = [mail for mail in house.outbox() if mail.kind == "opening"]
    return {str(mail.message["Content-Language"]): mail.body for mail in sent}


def ask(house: TestHouse, command: str = "synthesis 1", language: str = "en") -> str:
    to = "sse@forum.example.org"
    house.post(mail(command, to=to, sender=f"reader-{language}@example.org", subject=""), to)
    return house.outbox()[0].body


def test_a_confirmed_synthesis_goes_to_its_list_and_into_the_next_opening(house: TestHouse) -> None:
    (asked,) = submit(house)
    assert (asked.kind, asked.recipients) == ("confirm_synthesis", (ORGANIZER,))
    (told,) = confirm(house, asked)
    assert (told.kind, told.recipients) == ("synthesis_published", ("reader-en@example.org",))
    body = openings(house)["en"]
    assert "We have learned a lot." in body
    assert "https://example.org/s1" in body
    assert "The whole text." not in body


def test_an_unconfirmed_synthesis_shows_nowhere(house: TestHouse) -> None:
    submit(house)
    assert "We have learned" not in ask(house)
    assert "We have learned" not in openings(house)["en"]


def test_a_forged_synthesis_shows_nowhere(house: TestHouse) -> None:
    (asked,) = submit(house, "A forged text.")
    house.post(*answer(asked, "ok", sender="evil@example.org"))
    assert house.outbox() == []
    assert "forged" not in openings(house)["en"]


def test_a_synthesis_of_somebody_else_goes_to_the_organizers_as_a_letter(house: TestHouse) -> None:
    (letter,) = submit(house, sender="ana@example.org")
    assert (letter.kind, letter.recipients) == ("postmaster", (ORGANIZER,))


def test_a_no_publishes_nothing_and_spends_the_question(house: TestHouse) -> None:
    (asked,) = submit(house)
    assert confirm(house, asked, "no") == []
    assert confirm(house, asked, "ok") == []


def test_an_organizers_second_thought_publishes_nothing(house: TestHouse) -> None:
    (asked,) = submit(house)
    told = confirm(house, asked, "No, wait: there is a mistake in it.")
    assert "synthesis_published" not in [kept.kind for kept in told]
    assert "We have learned" not in openings(house)["en"]


def test_one_endless_paragraph_is_cut_for_the_lists(house: TestHouse) -> None:
    (asked,) = submit(house, "Hemos aprendido mucho. ¡Ñandú! " * 1_000)
    sent = [asked, *confirm(house, asked)]
    house.tick(OPENING_2)
    assert all(len(kept.raw) <= 8_192 for kept in sent + house.outbox())


def test_forged_ones_do_not_flood_the_organizer(house: TestHouse) -> None:
    assert sum(len(submit(house, f"Forged {number}.")) for number in range(24)) == 20


def test_a_repeated_confirmation_announces_once(house: TestHouse) -> None:
    (asked,) = submit(house)
    assert len(confirm(house, asked)) == 1
    assert confirm(house, asked, "yes") == []


def test_the_last_one_received_wins_whatever_the_order_of_confirming(house: TestHouse) -> None:
    (first,) = submit(house, "The first text.")
    house.wait(hours=1)
    (second,) = submit(house, "The second text.")
    house.wait(hours=1)
    submit(house, "The third text, never confirmed.")
    confirm(house, second)
    assert confirm(house, first) == []
    assert "The second text." in openings(house)["en"]


def test_a_language_without_a_synthesis_shows_the_forums_default(house: TestHouse) -> None:
    confirm(house, submit(house, "En français.", "fr")[0])
    confirm(house, submit(house, "In English.", "en")[0])
    bodies = openings(house)
    assert ["En français." in bodies["fr"], "In English." in bodies["en"], "In English." in bodies["es"]] == [
        True
    ] * 3
    assert "In English." in ask(house, "síntesis 1", "es")


def test_where_the_default_has_none_any_language_is_shown(house: TestHouse) -> None:
    confirm(house, submit(house, "En français.", "fr")[0])
    assert "En français." in openings(house)["en"]


def test_the_command_gives_the_whole_text_in_the_readers_language(house: TestHouse) -> None:
    confirm(house, submit(house)[0])
    confirm(house, submit(house, "Hemos aprendido.", "es")[0])
    assert "The whole text." in ask(house)
    assert "Hemos aprendido." in ask(house, "síntesis 1", "es")
    assert "The whole text." in ask(house, "synthèse 1 en", "fr")


@pytest.mark.parametrize(("address", "text"), [("sse+s9-en", TEXT), ("sse+s3.1-en", TEXT), ("sse+s1-en", "")])
def test_what_cannot_be_a_synthesis_is_refused_with_the_reason(
    house: TestHouse, address: str, text: str
) -> None:
    to = f"{address}@forum.example.org"
    house.post(mail(text, to=to, sender=ORGANIZER), to)
    (told,) = house.outbox()
    assert (told.kind, told.recipients) == ("synthesis_refused", (ORGANIZER,))


def test_a_theme_may_be_named_with_its_phase(house: TestHouse) -> None:
    to = "sse+s2.1-en@forum.example.org"
    house.post(mail(TEXT, to=to, sender=ORGANIZER), to)
    assert house.one("confirm_synthesis").recipients == (ORGANIZER,)


def test_one_without_a_link_is_fetched_by_mail(house: TestHouse) -> None:
    confirm(house, submit(house, "No link here.")[0])
    assert '"synthesis 1"' in openings(house)["en"]


def test_one_from_an_archive_stands_without_a_word(house: TestHouse) -> None:
    to = "sse+s1-en@forum.example.org"
    house.post(mail(TEXT, to=to, sender=ORGANIZER), to, live=False)
    assert house.outbox() == []
    assert "We have learned" in openings(house)["en"]
