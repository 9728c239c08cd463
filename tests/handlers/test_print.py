"""A phase as a booklet: each contribution once, in its reader's language where it can be, and nobody's address."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.flowing import flow
from handlers.booklet import Booklet, arrange, load_booklet, mask_addresses, render_booklet
from store.posts import ORIGINAL, TRANSLATION, Post
from store.tables import Abstract, Contribution, Revision, Version
from tests.handlers.translating import EN, ES, FR, approve, publish
from tests.handlers.translating import say as command
from tests.house import TestHouse, mail

NOW = datetime(2013, 7, 5, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def house(tmp_path: Path) -> TestHouse:
    return TestHouse(tmp_path)


def read(house: TestHouse, language: str) -> Booklet:
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, 1)
        assert phase is not None
        return load_booklet(ctx, phase, language)


def text_of(house: TestHouse, language: str) -> str:
    return render_booklet(read(house, language)).body


def post(
    number: int, language: str = "en", *, parent: int | None = None, phase: int = 1, text: str = "Text."
) -> Post:
    """An original with its number as its id."""
    return Post(
        Contribution(
            id=number,
            number=number,
            parent_id=parent,
            phase_id=None if parent else phase,
            language=language,
            title=f"Title {number}",
            author_name="Ana",
            author_email="ana@example.org",
            received_at=NOW,
        ),
        Version(id=number, contribution_id=number, language=language, role=ORIGINAL, received_at=NOW),
        _revision(number, text),
    )


def translation(of: Post, language: str, text: str) -> Post:
    """Its translation."""
    version = Version(
        id=1_000 + of.contribution_id,
        contribution_id=of.contribution_id,
        language=language,
        role=TRANSLATION,
        received_at=NOW,
    )
    return Post(of.contribution, version, _revision(1_000 + of.contribution_id, text))


def _revision(key: int, text: str) -> Revision:
    return Revision(
        id=key,
        version_id=key,
        state="published",
        title=f"Title {key}",
        text=text,
        text_hash="",
        author_name="Ana",
        author_email="ana@example.org",
        received_at=NOW,
    )


def names(posts: Sequence[Post], language: str = "en") -> list[tuple[int, list[int]]]:
    """Numbers of what is printed, with those of the comments."""
    return [
        (entry.number, [comment.number for comment in entry.comments])
        for entry in arrange(posts, {}, language, 1, PARIS)
    ]


def test_contributions_stand_by_number_and_comments_under_what_they_are_about() -> None:
    posts = [post(4), post(2, "fr"), post(3, parent=2), post(5, parent=3), post(6, parent=4)]
    assert names(posts) == [(2, [3, 5]), (4, [6])]


def test_comments_on_what_another_phase_holds_are_left_out() -> None:
    assert names([post(2), post(3, parent=99), post(4, phase=7), post(5, parent=4)]) == [(2, [])]


def test_a_text_is_printed_in_the_readers_language_else_in_short_else_as_it_was_written() -> None:
    french, other, third = post(1, "fr", text="Des semences."), post(2, "fr"), post(3, "fr")
    abstract = Abstract(
        contribution_id=2,
        language="en",
        state="published",
        origin="translator",
        title="Wells",
        text="On wells.",
        author_name="Bo",
        author_email="bo@example.org",
        received_at=NOW,
    )
    shown = arrange(
        [french, translation(french, "en", "Seeds."), other, third], {2: abstract}, "en", 1, PARIS
    )
    assert [(e.language, e.paragraphs, e.abstract, e.translator_name) for e in shown] == [
        ("en", ("Seeds.",), False, "Ana"),
        ("en", ("On wells.",), True, ""),
        ("fr", ("Text.",), False, ""),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["en", "es", "fr"]), st.integers(0, 8), st.booleans()),
        min_size=1,
        max_size=9,
    )
)
def test_every_contribution_of_the_phase_and_every_comment_on_one_is_there_once(
    drawn: list[tuple[str, int, bool]],
) -> None:
    posts = [
        post(number, language, parent=parent if 0 < parent < number else None)
        for number, (language, parent, _) in enumerate(drawn, 1)
    ]
    translated = [
        translation(one, "en", "Translated.")
        for one, (language, _, too) in zip(posts, drawn, strict=True)
        if too and language != "en"
    ]
    shown = names([*translated, *posts])
    numbers = [number for entry, comments in shown for number in (entry, *comments)]
    assert sorted(numbers) == [one.contribution_id for one in posts]
    assert [entry for entry, _ in shown] == [
        one.contribution_id for one in posts if one.contribution.parent_id is None
    ]


@given(st.text(alphabet="a.@-+ <>\u202e\x0b", max_size=40))
def test_nothing_that_looks_like_an_address_is_left(text: str) -> None:
    masked = mask_addresses(f"Write to {text} ana.b+c@mail.example.org or x@y.zz.", "en")
    assert "@mail.example.org" not in masked
    assert "x@y.zz" not in masked
    assert not set("\u202e\x0b") & set(masked)


def test_lines_that_a_program_broke_are_joined_and_a_poem_is_left_alone() -> None:
    assert flow("a" * 60 + "\nand\t on") == ("a" * 60 + " and on",)
    assert flow("Roses are red\nViolets are blue") == ("Roses are red", "Violets are blue")


def test_the_booklet_counts_what_it_holds(house: TestHouse) -> None:
    publish(house, to=EN)
    publish(house, "Nous écrivons des puits du village, et de l'eau.", FR, subject="Puits")
    booklet = read(house, "es")
    assert booklet.counts.total == len(booklet.entries) == 2
    assert sum(number for _, number in booklet.counts.lines) == 2


def test_the_booklet_in_spanish(house: TestHouse) -> None:
    publish(house, "We keep seeds. Write to me: ana@example.org\n", name="Ana Souza")
    raw = mail(
        "Guardamos semillas.",
        to="sse+t1-es@forum.example.org",
        sender="bo@example.org",
        name="Bo",
        subject="Semillas",
    )
    house.post(raw, "sse+t1-es@forum.example.org")
    approve(house)
    publish(house, "Nous creusons des puits.", FR, subject="Puits", name="Chloé")
    body = text_of(house, "es").replace("\u00a0", " ")
    assert "Territorios" not in body
    assert "Fase 1, del 1 al 14 de julio de 2013" in body
    assert "2 contribuciones en esta fase:" in body
    assert "1 contribución en inglés y español" in body or "1 contribución en español e inglés" in body
    assert "Contribución n.º 1: Semillas\nAna Souza, 2 de julio de 2013\n" in body
    assert "Escrita en inglés, traducida por Bo." in body
    assert "Escrita en francés, sin traducir todavía." in body
    assert "@" not in body


def test_print_by_mail_comes_in_parts_and_whole_to_whoever_is_on_a_list(house: TestHouse) -> None:
    house.subscribe("bo@example.org", language="fr")
    for number in range(5):
        publish(house, f"Puits numéro {number}. " + "Nous creusons des puits dans chaque village. " * 60, FR)
    sent = command(house, "imprimer 1")
    assert [one.kind for one in sent] == ["answers"]
    assert len(sent[0].raw) < 8_000
    assert "partie 2" in sent[0].body.replace("\u00a0", " ")
    sent = command(house, "imprimer 1 partie 3")
    assert "partie 3 sur" in sent[0].body.replace("\u00a0", " ") or "3" in sent[0].body
    whole = command(house, "print 1 fr whole")
    assert [one.kind for one in whole] == ["booklet"]
    assert whole[0].body.count("Contribution n°") == 5
    again = command(house, "print 1 fr whole")
    assert [one.kind for one in again] == ["answers"]


def test_a_stranger_gets_no_booklet_in_one_mail(house: TestHouse) -> None:
    publish(house, "Nous creusons des puits. " * 500, FR)
    sent = command(house, "print 1 fr whole", sender="stranger@example.net")
    assert [one.kind for one in sent] == ["answers"]
    assert len(sent[0].raw) < 8_000
    assert "whole" not in sent[0].body
    assert ES not in sent[0].body


def test_a_phase_that_there_is_not_is_said(house: TestHouse) -> None:
    sent = command(house, "print 7")
    assert "no phase of that number" in sent[0].body
