"""Who of a list a mail is for: by mode, without its author, and by the budget of the week."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from store.database import Database
from store.digests import Digests
from store.outbox import Draft, Outbox
from store.people import People
from store.posts import Post
from store.readers import DAILY, EVERYBODY, FULL, MODES, NONE, NOTICE, PHASE, WEEKLY, Readers, select_readers
from store.tables import Address, Contribution, Person, Postponed, Revision, Version
from store.wishes import Wishes

NOW = datetime(2013, 9, 11, 7, tzinfo=UTC)
WEEK = datetime(2013, 9, 9, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def add(session: Session, email: str, *languages: str, **wishes: Any) -> int:
    """Somebody on some lists, with what they want; the person's id."""
    people = People(session, NOW)
    for language in languages:
        people.subscribe(email, language)
    person = Wishes(session, NOW).find(email)
    assert person is not None
    assert person.id is not None
    for name, value in wishes.items():
        setattr(person, name, value)
    Wishes(session, NOW).keep(person)
    return person.id


def text(session: Session, author: str = "author@example.org", language: str = "fr") -> Post:
    """A published contribution."""
    contribution = Contribution(
        language=language, title="Seeds", author_name="Ana", author_email=author, received_at=NOW, number=None
    )
    session.add(contribution)
    session.flush()
    version = Version(contribution_id=contribution.id, language=language, role="original", received_at=NOW)
    session.add(version)
    session.flush()
    revision = Revision(
        version_id=version.id, state="published", title="Seeds", text="We keep them.", text_hash="x",
        author_name="Ana", author_email=author, received_at=NOW,
    )  # fmt: skip
    session.add(revision)
    session.flush()
    return Post(contribution, version, revision)


def draft(number: int = 1, size: int = 1_000, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "message_id": f"<n{number}@forum.example.org>",
        "kind": "contribution",
        "language": "fr",
        "subject": "",
        "content": b"x" * size,
        "mail_from": "sse+b-x@forum.example.org",
        "send_at": NOW,
    }
    return Draft(**values | changes)


def names(session: Session, language: str, readers: Readers = EVERYBODY) -> list[str]:
    chosen = select_readers(language, readers).subquery()
    query = select(col(Address.email)).join(chosen, chosen.c.person_id == col(Address.person_id))
    return sorted(email.partition("@")[0] for email in session.execute(query).scalars())


def postponed(session: Session) -> list[tuple[int, int]]:
    query = select(col(Postponed.person_id), col(Postponed.revision_id)).order_by(col(Postponed.person_id))
    return [(row[0], row[1]) for row in session.execute(query)]


def test_each_mode_has_its_readers_and_announcements_go_to_all_but_those_who_want_nothing(
    session: Session,
) -> None:
    for mode in MODES:
        add(session, f"{mode}@example.org", "fr", mode=mode)
    for mode in MODES:
        assert names(session, "fr", Readers((mode,))) == [mode]
    assert names(session, "fr") == sorted(set(MODES) - {NONE})


def test_the_author_is_left_out_with_all_their_addresses(session: Session) -> None:
    add(session, "ana@example.org", "fr")
    add(session, "bo@example.org", "fr")
    People(session, NOW).join_addresses("ana@example.org", "ana@example.net")
    People(session, NOW).subscribe("ana@example.net", "fr")
    assert names(session, "fr", Readers(author="ana@example.net")) == ["bo"]


def test_whoever_has_it_from_another_list_is_left_out(session: Session) -> None:
    add(session, "ana@example.org", "fr", "es")
    add(session, "bo@example.org", "es")
    assert names(session, "es", Readers(not_on=("fr",))) == ["bo"]


def test_a_text_that_a_budget_has_no_room_for_waits_and_is_counted_to_the_byte(session: Session) -> None:
    person = add(session, "ana@example.org", "fr", budget=2_500)
    add(session, "bo@example.org", "fr")
    outbox = Outbox(session, NOW)
    for number in (1, 2, 3):
        post = text(session)
        readers = Readers((FULL, NOTICE), size=1_000, since=WEEK)
        outbox.enqueue_to_list(draft(number, revision_id=post.revision_id), "fr", readers)
    assert postponed(session) == [(person, 3)]
    exact = Readers(size=500, since=WEEK)
    assert names(session, "fr", exact) == ["ana", "bo"]
    assert names(session, "fr", Readers(size=501, since=WEEK)) == ["bo"]


def test_what_was_asked_for_what_was_cancelled_and_last_week_do_not_count(session: Session) -> None:
    add(session, "ana@example.org", "fr", budget=1_000)
    outbox = Outbox(session, NOW)
    outbox.enqueue(draft(1, mail_from=""), ("ana@example.org",))
    post = text(session)
    outbox.enqueue(draft(2, revision_id=post.revision_id), ("ana@example.org",))
    outbox.cancel(post.revision_id, ("contribution",))
    Outbox(session, WEEK - timedelta(seconds=1)).enqueue(draft(3), ("ana@example.org",))
    assert names(session, "fr", Readers(size=1_000, since=WEEK)) == ["ana"]
    outbox.enqueue(draft(4, size=1), ("ana@example.org",))
    assert names(session, "fr", Readers(size=1_000, since=WEEK)) == []


def test_a_text_waits_for_those_who_read_by_digest_and_not_for_its_author(session: Session) -> None:
    daily = add(session, "ana@example.org", "fr", mode=DAILY)
    weekly = add(session, "bo@example.org", "es", "en", mode=WEEKLY)
    add(session, "author@example.org", "fr", mode=DAILY)
    add(session, "full@example.org", "fr", mode=FULL)
    digests = Digests(session, NOW)
    first, second = text(session), text(session)
    digests.add(first, everywhere=False)
    digests.add(second, everywhere=True)
    digests.add(second, everywhere=True)
    assert postponed(session) == [
        (daily, first.revision_id), (daily, second.revision_id), (weekly, second.revision_id),
    ]  # fmt: skip


def test_a_digest_is_claimed_once_for_an_instant_and_told_texts_wait_no_longer(session: Session) -> None:
    person = add(session, "ana@example.org", "fr", "es", mode=DAILY, digest_hour=7, time_zone="Africa/Bamako")
    digests, post = Digests(session, NOW), text(session)
    digests.add(post, everywhere=False)
    (slot,) = digests.list_slots()
    assert (slot.weekly, slot.hour, slot.time_zone) == (False, 7, "Africa/Bamako")
    assert digests.claim(slot, NOW - timedelta(seconds=1)) == []
    later = Digests(session, NOW + timedelta(hours=1))
    (reader,) = later.claim(slot, NOW + timedelta(minutes=1))
    assert (reader.person_id, reader.languages, reader.email) == (person, ("fr", "es"), "ana@example.org")
    assert list(reader.waiting) == [post.revision_id]
    assert later.claim(slot, NOW + timedelta(minutes=1)) == []
    assert digests.count_waiting(person) == 1
    digests.mark_told([person], [post.revision_id])
    assert (digests.count_waiting(person), digests.list_slots()) == (0, [])


def test_whoever_has_left_every_list_has_no_digest(session: Session) -> None:
    add(session, "ana@example.org", "fr", mode=DAILY)
    digests = Digests(session, NOW)
    digests.add(text(session), everywhere=False)
    People(session, NOW).unsubscribe("ana@example.org")
    (slot,) = digests.list_slots()
    assert digests.claim(slot, NOW) == []


def test_a_mode_for_a_time_goes_back_by_itself(session: Session) -> None:
    for name, until in (("over", NOW), ("lasts", NOW + timedelta(seconds=1)), ("for-good", None)):
        add(session, f"{name}@example.org", "fr", mode=NONE, mode_until=until, mode_after=NOTICE)
    session.commit()
    assert Wishes(session, NOW).end_modes() == 1
    assert names(session, "fr", Readers((NOTICE,))) == ["over"]
    assert Wishes(session, NOW).end_modes() == 0


@pytest.mark.parametrize("mode", [PHASE, NONE])
def test_whoever_wants_no_texts_any_more_is_told_of_none(session: Session, mode: str) -> None:
    person = add(session, "ana@example.org", "fr", mode=DAILY)
    Digests(session, NOW).add(text(session), everywhere=False)
    add(session, "ana@example.org", mode=mode)
    assert Digests(session, NOW).count_waiting(person) == 0
    session.execute(update(Person).values(mode=FULL))
