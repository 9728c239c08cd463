"""Searching: what is found, on SQLite and (tests/peers/test_store_on_postgresql.py) on PostgreSQL, and what is not."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config.folding import fold_text
from store.database import Database
from store.posts import HELD, ORIGINAL, TRANSLATION, WITHDRAWN, Post
from store.tables import Contribution, Revision, Version
from store.terms import Term
from store.unit import UnitOfWork
from tests.store.conftest import NOW

_names: Iterator[int] = count()


def write(
    uow: UnitOfWork, body: str, language: str = "en", *, title: str = "", to: Contribution | None = None
) -> Post:
    """A text that waits: of a contribution of its own, or a translation of another."""
    row = to or Contribution(
        language=language, title=title, author_name="Ana", author_email="ana@example.org", received_at=NOW
    )
    uow.contributions.add(row)
    role = TRANSLATION if to else ORIGINAL
    version = uow.contributions.find_version(row.id, language) or Version(
        contribution_id=row.id or 0, language=language, role=role, received_at=NOW
    )
    uow.contributions.add(version)
    revision = Revision(
        version_id=version.id or 0,
        state=HELD,
        title=title,
        text=body,
        text_hash=f"{next(_names)}",
        author_name="Ana",
        author_email="ana@example.org",
        received_at=NOW,
    )
    uow.contributions.add(revision)
    return Post(row, version, revision)


def publish(uow: UnitOfWork, body: str, language: str = "en", **how: str) -> Post:
    post = write(uow, body, language, title=how.get("title", ""))
    uow.contributions.publish(post)
    return post


def look(uow: UnitOfWork, *words: str, reader: str = "en") -> list[int]:
    """The numbers found for words: "a phrase" in one string, "-word" for what must not be there."""
    terms = [Term(tuple(fold_text(word.lstrip("-")).split()), word.startswith("-")) for word in words]
    hits = uow.search.find(terms, reader, 100).hits
    found = [uow.contributions.find_contribution(hit.contribution_id) for hit in hits]
    return [row.number or 0 for row in found if row]


@pytest.mark.parametrize(
    ("language", "body", "asked"),
    [
        ("es", "La educación de los niños en la montaña", "EDUCACION"),
        ("es", "La educacion de los ninos en la montana", "montaña"),
        ("es", "Guardamos la semilla criolla", "semillas"),
        ("es", "Guardamos las semillas criollas", "semilla"),
        ("es", "Guardamos las semillas criollas", "criollo"),
        ("es", "Las comunidades del valle", "comunidad"),
        ("es", "La agroecología campesina", "agroeco"),
        ("fr", "Nous gardons l'eau de la forêt", "eau"),
        ("fr", "Nous gardons l’eau de la forêt", "FORET"),
        ("fr", "Le cœur du village", "coeur"),
        ("fr", "Les journaux du canton", "journal"),
        ("fr", "Le château", "chateaux"),
        ("en", "The communities keep seeds", "community"),
        ("en", "The community keeps a seed", "communities"),
        ("en", "Cows in the meadow", "cow"),
        ("en", "A cow in the meadow", "cows"),
        ("en", "Women have it in CO2 and in 2013", "co2"),
        ("pt", "As organizações do bairro", "organização"),
        ("pt", "A organização do bairro", "organizacoes"),
        ("pt", "As ações", "acao"),
        ("ar", "نحفظ البذور في القرية", "بذور"),
        ("ar", "نحفظ البذور في القرية", "قرية"),
        ("ar", "نحفظ البذور في القرية", "القريه"),
        ("ar", "الأرض لمن يزرعها", "ارض"),
        ("ar", "كتبنا مـــاء العيون", "ماء"),
        ("ar", "مَدْرَسَة الحيّ", "مدرسة"),
        ("ar", "في عام ٢٠١٣", "2013"),
        ("sw", "Tunahifadhi mbegu kijijini", "mbegu"),
    ],
)
def test_a_word_is_found_without_its_accents_and_in_its_other_forms(
    uow: UnitOfWork, language: str, body: str, asked: str
) -> None:
    publish(uow, "Something else altogether.")
    wanted = publish(uow, body, language)
    assert look(uow, asked) == [wanted.contribution.number]


def test_a_short_word_does_not_find_every_word_that_begins_with_it(uow: UnitOfWork) -> None:
    publish(uow, "The waterfall and the cowards")
    assert (look(uow, "cow"), look(uow, "fall"), look(uow, "wat")) == ([], [], [])


def test_every_word_must_be_there_in_the_title_or_the_text(uow: UnitOfWork) -> None:
    both = publish(uow, "They keep seeds.", title="Water")
    publish(uow, "They keep water.")
    assert look(uow, "seeds", "water") == [both.contribution.number]
    assert look(uow, "seeds", "water", "fire") == []


def test_words_in_quotes_stand_together_and_an_excluded_one_nowhere(uow: UnitOfWork) -> None:
    one, two = publish(uow, "Clean water for the village"), publish(uow, "Water that is clean, in town")
    assert look(uow, "clean water") == [one.contribution.number]
    assert look(uow, "water", "-village") == [two.contribution.number]
    assert look(uow, "water", "-clean water") == [two.contribution.number]
    assert look(uow, "-village") == []


def test_what_fits_best_comes_first_and_of_equals_the_newest(uow: UnitOfWork) -> None:
    filler = " ".join(f"word{n}" for n in range(200))
    aside = publish(uow, f"{filler} seeds {filler}")
    titled = publish(uow, f"They keep them. {filler}", title="Seeds")
    twins = [publish(uow, f"{filler} orchards") for _ in range(3)]
    assert look(uow, "seeds") == [titled.contribution.number, aside.contribution.number]
    assert look(uow, "orchards") == [post.contribution.number for post in reversed(twins)]


def test_all_languages_are_searched_and_a_contribution_is_found_once_in_the_readers_if_it_can(
    uow: UnitOfWork,
) -> None:
    post = publish(uow, "Mr Maïga keeps seeds.")
    translation = write(uow, "M. Maïga garde des semences.", "fr", to=post.contribution)
    uow.contributions.publish(translation)
    for reader, revision in (("en", post), ("fr", translation)):
        found = uow.search.find([Term(("maiga",))], reader, 100)
        assert [(hit.revision_id, hit.language) for hit in found.hits] == [(revision.revision_id, reader)]
        assert found.total == 1
    assert look(uow, "semences", reader="en") == [post.contribution.number]


def test_only_the_current_text_of_what_is_there_is_found(uow: UnitOfWork) -> None:
    write(uow, "Waiting beans")
    corrected = publish(uow, "Old beans")
    newer = write(uow, "New peas", to=corrected.contribution)
    uow.contributions.publish(newer)
    gone, merged = publish(uow, "Withdrawn beans"), publish(uow, "Merged beans")
    gone.contribution.withdrawn_at = NOW
    merged.contribution.merged_into_id = corrected.contribution.id
    uow.flush()
    assert look(uow, "beans") == []
    assert look(uow, "peas") == [corrected.contribution.number]
    gone.contribution.withdrawn_at = None
    uow.flush()
    assert look(uow, "beans") == [gone.contribution.number]
    uow.contributions.set_state(newer, WITHDRAWN)
    corrected.version.current_revision_id = corrected.revision_id
    uow.flush()
    assert look(uow, "beans") == [gone.contribution.number, corrected.contribution.number]


def test_a_text_that_is_published_again_is_found_once(uow: UnitOfWork) -> None:
    post = publish(uow, "Beans")
    uow.contributions.publish(post)
    assert look(uow, "beans") == [post.contribution.number]


def test_texts_from_before_there_was_an_index_are_caught_up_with(uow: UnitOfWork, database: Database) -> None:
    posts = [publish(uow, f"Beans of year {n}") for n in range(3)]
    write(uow, "Waiting beans")
    uow.commit()
    with database.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        emptied = "INSERT INTO search_index(search_index) VALUES ('delete-all')"
        connection.execute(text(emptied if sqlite else "DELETE FROM search_index"))
    with UnitOfWork(database, NOW) as later:
        assert look(later, "beans") == []
        assert [later.search.index_missing(2) for _ in range(3)] == [2, 1, 0]
        assert sorted(look(later, "beans")) == [post.contribution.number for post in posts]


def test_more_than_are_wanted_are_counted_all_the_same(uow: UnitOfWork) -> None:
    for _ in range(5):
        publish(uow, "Beans")
    found = uow.search.find([Term(("beans",))], "en", 2)
    assert (len(found.hits), found.total) == (2, 5)


@pytest.mark.parametrize(
    "body",
    ["", "\x01\x02", "x" * 900_000, " ".join(f"w{n}" for n in range(200_000)), "؟،؛ \u200f\u0640" * 99],
)
def test_whatever_is_published_can_be_indexed(uow: UnitOfWork, body: str) -> None:
    post = publish(uow, body, title="Marker")
    assert look(uow, "marker") == [post.contribution.number]


@pytest.mark.parametrize("word", ["and", "near", "not", "or", "title", "rowid", "rank", "null", "or 1"])
def test_words_of_the_index_itself_are_words(uow: UnitOfWork, word: str) -> None:
    post = publish(uow, f"Zebra {word} zebra")
    publish(uow, "Something else altogether.")
    assert look(uow, "zebra", word) == [post.contribution.number]


@given(st.lists(st.tuples(st.text(max_size=40), st.booleans()), max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_is_asked_for_breaks_the_index(uow: UnitOfWork, asked: list[tuple[str, bool]]) -> None:
    terms = [Term(words, excluded) for word, excluded in asked if (words := tuple(fold_text(word).split()))]
    assert uow.search.find(terms, "en", 10).total >= 0
