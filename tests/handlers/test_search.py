"""Searching by mail: what comes back, in which language, how much of it, and what nobody can make us do with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st

from handlers.search import MAX_TERMS, parse_search
from store.database import MIGRATIONS, make_engine, upgrade_database
from store.tables import Abstract
from tests.handlers.steps import publish
from tests.house import Sent, TestHouse, mail

COMMANDS, EN, FR = "sse@forum.example.org", "sse-en@forum.example.org", "sse-fr@forum.example.org"
BO = "bo@example.org"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def search(house: TestHouse, line: str, sender: str = BO) -> list[Sent]:
    raw = mail("", to=COMMANDS, subject=line, sender=sender, message_id=f"s{abs(hash((line, sender)))}")
    assert house.post(raw, COMMANDS) == ["command"]
    return house.outbox()


def find(house: TestHouse, line: str, sender: str = BO) -> Sent:
    (told,) = search(house, line, sender)
    return told


def test_what_is_found_says_number_title_author_languages_and_the_words_around(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "Nous gardons les semences au village, et la forêt nous garde.", to=FR, subject="Semences")
    publish(house, "We keep the seeds at home, and the forest keeps us.", to="sse-en+t1@forum.example.org")
    publish(house, "Water first.", to=EN, subject="Water")
    told = find(house, "search FORET")
    assert told.subject == "Search: FORET"
    assert "1 contribution has these words: FORET" in told.body
    assert "- get 1 · Seeds · Ana Souza · English, French\n" in told.body
    assert "  Nous gardons les semences au village, et la forêt nous garde.\n" in told.body
    assert "Water" not in told.body
    assert len(told.raw) < 1_500


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("buscar semences", "es"),
        ("Chercher: semences", "fr"),
        ("RE: recherche «semences»", "fr"),
        ("find semences", "en"),
    ],
)
def test_it_is_asked_in_every_language_and_answered_in_it(house: TestHouse, line: str, language: str) -> None:
    publish(house, "Nous gardons les semences.", to=FR, subject="Chez nous")
    told = find(house, line)
    assert told.header("Content-Language") == language
    assert {"es": "enviar 1 ·", "fr": "recevoir 1 ·", "en": "get 1 ·"}[language] in told.body


def test_what_is_found_in_another_language_has_the_title_of_the_readers(house: TestHouse) -> None:
    publish(house, "Nous gardons les semences.", to=FR, subject="Chez nous")
    publish(house, "We keep them.", to="sse-en+t1@forum.example.org", subject="At home")
    assert "get 1 · At home ·" in find(house, "search semences").body
    assert "recevoir 1 · Chez nous ·" in find(house, "chercher keep").body


def test_what_is_not_in_the_readers_language_has_the_title_of_its_abstract(house: TestHouse) -> None:
    publish(house, "Nous gardons les semences.", to=FR, subject="Chez nous")
    with house.house.unit() as ctx:
        contribution = ctx.uow.contributions.find_by_number(1)
        abstract = Abstract(
            contribution_id=contribution.id if contribution else 0,
            language="es",
            state="published",
            origin="translator",
            title="En nuestra casa",
            text="Guardan semillas.",
            author_name="Eva",
            author_email="eva@example.org",
            received_at=house.now,
        )
        ctx.uow.abstracts.add(abstract)
        ctx.uow.commit()
    assert "enviar 1 · En nuestra casa · Ana Souza · francés\n" in find(house, "buscar semences").body


def test_phrases_exclusions_and_small_words(house: TestHouse) -> None:
    for text in ("Clean water of a village, for us", "Water that is clean, in town", "Sun and wind"):
        publish(house, text, to=EN, subject="A title")
    for line, numbers in {
        'search "clean water"': [1],
        "search “clean water”": [1],
        "search water -village": [2],
        'search water -"clean water"': [2],
        "search water of it": [1, 2],
        "search clean-water": [1],
        "search it's water": [1, 2],
        "search villages": [1],
    }.items():
        body = find(house, line).body
        assert [n for n in (1, 2, 3) if f"get {n} ·" in body] == numbers, line


def test_nothing_found_says_so_and_what_to_try(house: TestHouse) -> None:
    publish(house, "Water.", to=EN)
    assert "Please try another word" in find(house, "search fire").body
    assert "Please try fewer words" in find(house, "search water fire").body


@pytest.mark.parametrize("line", ["search", "search ...", "search -water", 'search "" ""', "search \u200b"])
def test_a_search_for_nothing_is_told_how_once_a_day(house: TestHouse, line: str) -> None:
    assert "How to search" in find(house, line).subject
    assert search(house, line, sender=BO.upper()) == []


def test_many_come_in_parts_of_ten_and_the_rest_is_asked_for(house: TestHouse) -> None:
    for number in range(12):
        publish(house, f"Seeds of village {number}, our own", to=EN, subject=f"Village {number}")
    first = find(house, 'search seeds "our own"')
    assert "12 contributions have these words" in first.body
    assert first.body.count("- get ") == 10
    assert '"search seeds "our own" part 2"' in " ".join(first.body.split())
    rest = find(house, 'search seeds "our own" part 2')
    assert [n for n in range(1, 13) if f"get {n} ·" in rest.body] == [1, 2]
    assert len(first.raw) < 4_000
    assert "12 contributions" in find(house, 'search seeds "our own"', sender="al@example.org").body
    following = find(house, "next", sender="al@example.org")
    assert following.body.count("- get ") == 2


def test_a_withdrawn_contribution_is_not_found(house: TestHouse) -> None:
    publish(house, "Seeds.", to=EN)
    with house.house.unit() as ctx:
        contribution = ctx.uow.contributions.find_by_number(1)
        assert contribution
        contribution.withdrawn_at = house.now
        ctx.uow.contributions.add(contribution)
        ctx.uow.commit()
    assert "No contribution has these words" in find(house, "search seeds").body


def test_addresses_of_authors_are_neither_shown_nor_searched(house: TestHouse) -> None:
    publish(house, "Seeds.", to=EN, sender="ana@example.org", name="")
    assert "@" not in find(house, "search seeds").body.replace(COMMANDS, "")
    assert "No contribution" in find(house, "search ana").body


def test_twenty_searches_of_a_member_are_answered_in_a_day(house: TestHouse) -> None:
    publish(house, "Seeds.", to=EN)
    house.subscribe(BO, language="en")
    house.outbox()
    assert sum(len(search(house, f"search seed{n}")) for n in range(22)) == 20


def test_what_was_published_before_an_upgrade_is_found_after_it(house: TestHouse, tmp_path: Path) -> None:
    publish(house, "Seeds.", to=EN)
    url = house.settings.database_url
    house.close()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    engine.dispose()
    upgrade_database(url)
    upgraded = TestHouse(tmp_path)
    assert "get 1 ·" in find(upgraded, "search seeds").body
    upgraded.close()


HOSTILE = [
    'seeds" OR title:x',
    "seeds* NEAR(a b)",
    "title:seeds",
    "seeds AND NOT (",
    "'; DROP TABLE revision; --",
    "seeds & | ! <-> :*",
    '"' * 41,
    "^seeds {title}: + seeds",
    "seeds\x00seeds",
    "\\ % _ seeds",
    "seeds " * 11,
    "x" * 10_000,
    "=?utf-8?q?seeds=0D=0ABcc:_evil@example.net?=",
    "\u202eseeds\u2066",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_is_written_to_break_the_index_is_words(house: TestHouse, words: str) -> None:
    publish(house, "Seeds.", to=EN)
    text = f"search {words}"
    raw = mail("XXX\n", to=COMMANDS, subject="", sender=BO).replace(b"XXX", text.encode("utf-8"))
    assert house.post(raw, COMMANDS) == ["command"]
    assert len(house.outbox()) == 1
    assert "get 1 ·" in find(house, "search seeds").body


def test_a_forged_sender_is_not_sent_an_advertisement(house: TestHouse) -> None:
    told = find(house, 'search "buy at http://evil.example.net/x?y=1" a@evil.example.net')
    assert not any(mark in told.body.replace(COMMANDS, "") for mark in ("http:", "//", "@", ".net", "?y"))


@given(st.text(max_size=120) | st.from_regex(r"(-?\"[a-z' ]{0,9}\"|-?[a-zé'-]{1,5}| )*", fullmatch=True))
def test_what_is_taken_from_a_line_is_written_so_that_it_is_read_again_as_the_same(text: str) -> None:
    asked = parse_search(text)
    assert len(asked) <= MAX_TERMS
    again = parse_search(" ".join(one.written for one in asked))
    assert [one.term for one in again] == [one.term for one in asked]
