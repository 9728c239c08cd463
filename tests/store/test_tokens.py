"""Tokens: kept hashed, good once, dead once anybody decided, good again after an undo."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from store.database import Database
from store.posts import HELD
from store.tables import Contribution, Revision, Token, Version
from store.tokens import hash_token
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def revise(uow: UnitOfWork) -> int:
    """A held revision."""
    who = {"author_name": "", "author_email": "ana@example.org", "received_at": NOW}
    contribution = uow.contributions.add(Contribution(language="en", title="", **who))
    version = uow.contributions.add(
        Version(contribution_id=contribution, language="en", role="original", received_at=NOW)
    )
    return uow.contributions.add(
        Revision(version_id=version, state=HELD, title="", text="", text_hash="", **who)
    )


def issue(uow: UnitOfWork, secret: str, revision_id: int | None = None, purpose: str = "approve") -> Token:
    return uow.tokens.issue(secret, purpose, "mod@example.org", "en", DAY, revision_id=revision_id)


def test_a_secret_is_not_in_the_database(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        issue(uow, "s" * 26)
        uow.commit()
    with database.engine.connect() as connection:
        rows = str(list(connection.execute(text("select * from token"))))
    assert "s" * 26 not in rows
    assert hash_token("s" * 26) in rows


def test_a_token_is_found_by_its_secret_whatever_its_case(uow: UnitOfWork) -> None:
    token = issue(uow, "abc")
    assert uow.tokens.find("ABC") is token
    assert uow.tokens.find("abd") is None
    assert uow.tokens.find_by_id(token.id) is token
    assert uow.tokens.find_by_id(None) is None


def test_a_token_is_good_once(uow: UnitOfWork) -> None:
    token = issue(uow, "abc")
    assert [uow.tokens.use(token), uow.tokens.use(token)] == [True, False]


def test_a_decision_ends_the_tokens_of_its_revision_and_no_other(uow: UnitOfWork) -> None:
    first, second = revise(uow), revise(uow)
    mine, colleagues, other = issue(uow, "a", first), issue(uow, "b", first), issue(uow, "c", second)
    assert uow.tokens.use(mine)
    uow.tokens.end_for_revision(first)
    assert not uow.tokens.use(colleagues)
    assert uow.tokens.use(other)


def test_an_undo_makes_them_good_again(uow: UnitOfWork) -> None:
    revision = revise(uow)
    used, dead = issue(uow, "a", revision), issue(uow, "b", revision)
    uow.tokens.use(used)
    uow.tokens.end_for_revision(revision)
    uow.tokens.revive_for_revision(revision, "en")
    assert uow.tokens.use(used)
    assert uow.tokens.use(dead)


def test_a_token_expires_at_its_instant(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        token_id = issue(uow, "abc").id
        uow.commit()
    for now, live in ((NOW + DAY - timedelta(seconds=1), True), (NOW + DAY, False)):
        with UnitOfWork(database, now) as uow:
            token = uow.tokens.find_by_id(token_id)
            assert token is not None
            assert uow.tokens.use(token) is live


def test_a_question_is_unconfirmed_until_its_person_says_yes(uow: UnitOfWork) -> None:
    token, tokens = issue(uow, "abc", purpose="opt-in"), uow.tokens
    emails = ("mod@example.org", "other@example.org")
    assert tokens.list_unconfirmed("opt-in", emails, NOW - DAY) == [token]
    assert tokens.list_unconfirmed("approve", emails, NOW - DAY) == []
    assert tokens.list_unconfirmed("opt-in", emails[1:], NOW - DAY) == []
    assert tokens.list_unconfirmed("opt-in", emails, NOW) == []
    tokens.use(token)
    assert tokens.list_unconfirmed("opt-in", emails, NOW - DAY) == []
    assert tokens.list_used("opt-in", "mod@example.org", NOW - DAY) == [token]


def test_a_no_ends_a_question_and_is_no_yes(uow: UnitOfWork) -> None:
    token, tokens = issue(uow, "abc", purpose="opt-in"), uow.tokens
    assert tokens.end(token)
    assert not tokens.use(token)
    assert not tokens.end(token)
    assert tokens.list_used("opt-in", "mod@example.org", NOW - DAY) == []
    assert tokens.list_unconfirmed("opt-in", ("mod@example.org",), NOW - DAY) == [token]
