"""The lines partition the total, whatever is in the database."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlmodel import Session

from store.contributions import Contributions
from store.counts import MAX_LINES, count_comments, count_lacking, count_sets, count_stale, partition
from store.database import make_engine, open_database
from store.posts import HELD, ORIGINAL, TRANSLATION, Post
from store.tables import Contribution, Revision, Theme, Version

LANGUAGES = ("en", "es", "fr")
OPENS = datetime(2013, 9, 8, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Given:
    """A contribution as a test says it; `versions` maps a language to (hours before opening, state, completeness)."""

    versions: dict[str, tuple[int, str, str]]
    comment: bool = False
    withdrawn: bool = False
    genre: str = "contribution"

    def expected(self) -> tuple[str, ...]:
        """Its line, by the words of the design; empty where it does not count."""
        first = next(iter(self.versions.values()))
        if self.comment or self.withdrawn or self.genre != "contribution" or first[0] <= 0:
            return ()
        counted = [
            language
            for language, (hours, state, completeness) in self.versions.items()
            if hours > 0 and state == "published" and completeness == "complete"
        ]
        return tuple(language for language in LANGUAGES if language in counted)


VERSION = st.tuples(
    st.integers(-3, 48),
    st.sampled_from(["published", "published", "published", "held", "rejected"]),
    st.sampled_from(["complete", "complete", "partial", "machine"]),
)
GIVEN = st.builds(
    Given,
    versions=st.dictionaries(st.sampled_from(LANGUAGES), VERSION, min_size=1),
    comment=st.booleans(),
    withdrawn=st.booleans(),
    genre=st.sampled_from(["contribution", "contribution", "document", "note"]),
)


@pytest.fixture
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    url = f"sqlite:///{tmp_path_factory.mktemp('counts')}/forum.db"
    open_database(url).close()
    engine = make_engine(url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def save(connection: Connection, contributions: list[Given]) -> int:
    session = Session(connection)
    theme = Theme(number=2, title={"en": "Territories"})
    session.add(theme)
    session.flush()
    parent: int | None = None
    for number, given_one in enumerate(contributions, 1):
        first = next(iter(given_one.versions))
        contribution = Contribution(
            number=number,
            parent_id=parent if given_one.comment else None,
            genre=given_one.genre,
            theme_id=theme.id,
            language=first,
            title="Seeds",
            author_name="Ana",
            author_email="ana@example.org",
            received_at=OPENS - timedelta(hours=given_one.versions[first][0]),
            withdrawn_at=OPENS if given_one.withdrawn else None,
        )
        session.add(contribution)
        session.flush()
        assert contribution.id
        parent = parent or contribution.id
        for language, (hours, state, completeness) in given_one.versions.items():
            save_version(
                session, contribution.id, language, OPENS - timedelta(hours=hours), state, completeness
            )
    assert theme.id
    return theme.id


def save_version(
    session: Session, contribution: int, language: str, received_at: datetime, state: str, completeness: str
) -> None:
    version = Version(
        contribution_id=contribution,
        language=language,
        role="original",
        received_at=received_at,
        completeness=completeness,
    )
    session.add(version)
    session.flush()
    revision = Revision(
        version_id=version.id or 0,
        state=state,
        title="Seeds",
        text="…",
        text_hash="",
        author_name="Ana",
        author_email="ana@example.org",
        received_at=received_at,
    )
    session.add(revision)
    session.flush()
    version.current_revision_id = revision.id
    session.flush()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contributions=st.lists(GIVEN, max_size=12))
def test_the_lines_partition_the_total(connection: Connection, contributions: list[Given]) -> None:
    # The first one cannot be a comment: there is nothing to answer yet.
    contributions = [
        Given(c.versions, c.comment and n > 0, c.withdrawn, c.genre) for n, c in enumerate(contributions)
    ]
    theme = save(connection, contributions)
    counts = partition(LANGUAGES, count_sets(connection, LANGUAGES, theme_id=theme, before=OPENS).theme)
    comments = count_comments(connection, theme_id=theme, before=OPENS)
    connection.rollback()
    wanted = Counter(line for c in contributions if (line := c.expected()))
    assert dict(counts.lines) == wanted
    assert counts.total == sum(number for _, number in counts.lines) == wanted.total()
    assert comments == sum(
        c.comment and not c.withdrawn and next(iter(c.versions.values()))[0] > 0 for c in contributions
    )


@given(st.dictionaries(st.frozensets(st.sampled_from("abcdefg"), min_size=1), st.integers(0, 99)))
def test_folding_keeps_the_sum(sets: dict[frozenset[str], int]) -> None:
    counts = partition("abcdefg", [(tuple(sorted(members)), number) for members, number in sets.items()])
    assert (
        sum(n for _, n in counts.lines) + sum(n for _, n in counts.folded)
        == counts.total
        == sum(sets.values())
    )
    assert len(counts.lines) + len(counts.folded) <= MAX_LINES


def test_largest_sets_come_first_then_the_more_numerous_then_the_order_of_the_lists() -> None:
    lines = [(("es",), 1), (("es", "fr"), 4), (("en",), 5), (("en", "fr"), 4), (("fr",), 8), (LANGUAGES, 7)]
    counts = partition(LANGUAGES, lines)
    assert counts.total == 29
    assert counts.lines == (
        (LANGUAGES, 7),
        (("en", "fr"), 4),
        (("es", "fr"), 4),
        (("fr",), 8),
        (("en",), 5),
        (("es",), 1),
    )
    assert count_lacking(counts.lines, LANGUAGES) == {"en": 13, "es": 17, "fr": 6}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(LANGUAGES),
        st.sampled_from(["complete", "partial", "machine", "machine and partial", "still right"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_language_counts_while_its_text_is_whole_and_read_by_a_person(
    connection: Connection, steps: list[tuple[str, str]]
) -> None:
    """Texts of one contribution whose original is in English, in any order; an out-of-date translation counts."""
    session = Session(connection)
    theme = Theme(number=2, title={"en": "Territories"})
    session.add(theme)
    session.flush()
    assert theme.id
    contributions = Contributions(session, OPENS)
    contribution = Contribution(
        theme_id=theme.id,
        language="en",
        title="Seeds",
        author_name="Ana",
        author_email="ana@example.org",
        received_at=OPENS - timedelta(hours=2),
    )
    contributions.add(contribution)
    posts: dict[str, Post] = {}
    counted: dict[str, bool] = {}
    for language, what in [("en", "complete"), *steps]:
        if what == "still right":
            if language in posts and language != "en":
                posts[language].revision.source_revision_id = posts["en"].revision_id
                session.flush()
        else:
            posts[language] = publish_text(contributions, contribution, posts, language, what)
            counted[language] = language == "en" or what == "complete"
        sets = count_sets(connection, LANGUAGES, theme_id=theme.id, before=OPENS).theme
        assert sets == ((tuple(one for one in LANGUAGES if counted.get(one)), 1),)
        assert partition(LANGUAGES, sets).total == 1
        stale = {
            other
            for other, post in posts.items()
            if other != "en" and post.revision.source_revision_id != posts["en"].revision_id
        }
        assert count_stale(connection, theme_id=theme.id, before=OPENS) == len(stale)
        assert {post.version.language for post in contributions.list_stale(contribution)} == stale
    session.rollback()
    session.close()


def publish_text(
    contributions: Contributions,
    contribution: Contribution,
    posts: dict[str, Post],
    language: str,
    what: str,
) -> Post:
    """One more text of a version, which takes the place of the one that it has."""
    received_at = OPENS - timedelta(hours=1)
    version = contributions.find_version(contribution.id, language)
    if version is None:
        version = Version(
            contribution_id=contribution.id or 0,
            language=language,
            role=ORIGINAL if language == "en" else TRANSLATION,
            received_at=received_at,
        )
        contributions.add(version)
    revision = Revision(
        version_id=version.id or 0,
        source_revision_id=posts["en"].revision_id if language != "en" else None,
        state=HELD,
        title="Seeds",
        text="…",
        text_hash="",
        author_name="Ana",
        author_email="ana@example.org",
        machine="machine" in what,
        covers=[1, 6, 9] if "partial" in what else [],
        received_at=received_at,
    )
    contributions.add(revision)
    post = Post(contribution, version, revision)
    contributions.publish(post)
    return post
