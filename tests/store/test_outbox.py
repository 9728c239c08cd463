"""The outbox keeps a mail once, gives each recipient to one relay at a time, and forgets what it must not keep."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, insert, select
from sqlmodel import Session, SQLModel, col

from store.database import Database
from store.dispatch import (
    BATCH,
    LEASE,
    Attempt,
    Batch,
    claim_batches,
    find_next_attempt,
    record_results,
    release_batches,
)
from store.outbox import Draft, Outbox
from store.people import People
from store.tables import Address, Contribution, Outgoing, OutgoingRecipient, Revision, Subscription, Version

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SENT = Attempt("sent", "250 2.0.0 Ok")


def draft(number: int = 1, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "message_id": f"<n{number}@forum.example.org>",
        "kind": "receipt",
        "language": "fr",
        "subject": "Reçu",
        "content": b"Subject: =?utf-8?q?Re=C3=A7u?=\r\n\r\nMerci.\r\n",
        "mail_from": "",
        "send_at": NOW,
    }
    return Draft(**values | changes)


def enqueue(database: Database, recipients: Sequence[str], mail: Draft | None = None) -> int | None:
    with Session(database.engine) as session:
        outgoing_id = Outbox(session, NOW).enqueue(mail or draft(), recipients)
        session.commit()
    return outgoing_id


def recipients_of(database: Database) -> list[OutgoingRecipient]:
    with Session(database.engine) as session:
        query = select(OutgoingRecipient).order_by(col(OutgoingRecipient.id))
        return list(session.execute(query).scalars())


def states(database: Database) -> list[str]:
    return [row.state for row in recipients_of(database)]


def contents(database: Database) -> list[bytes | None]:
    with database.engine.connect() as connection:
        return list(connection.execute(select(col(Outgoing.content)).order_by(col(Outgoing.id))).scalars())


def emails(batches: list[Batch]) -> list[str]:
    return [recipient.email for batch in batches for recipient in batch.recipients]


def results(batch: Batch, attempt: Attempt = SENT) -> dict[str, Attempt]:
    return {recipient.email: attempt for recipient in batch.recipients}


def add_subscribers(database: Database, number: int) -> None:
    tables = SQLModel.metadata.tables
    with database.engine.begin() as connection:
        people = [{"id": key, "name": "", "created_at": NOW} for key in range(1, number + 1)]
        connection.execute(insert(tables["person"]), people)
        addresses = [
            {"id": key, "email": f"p{key}@example.net", "person_id": key} for key in range(1, number + 1)
        ]
        connection.execute(insert(tables[str(Address.__tablename__)]), addresses)
        joined = [
            {"address_id": key, "language": "fr", "state": "active", "joined_at": NOW}
            for key in range(1, number + 1)
        ]
        connection.execute(insert(tables[str(Subscription.__tablename__)]), joined)


def test_a_mail_is_kept_once_however_often_it_is_enqueued(database: Database) -> None:
    assert enqueue(database, ["ana@example.org", "ana@example.org", "bob@example.net"]) == 1
    assert enqueue(database, ["ana@example.org", "zoe@example.net"]) is None
    assert [row.email for row in recipients_of(database)] == ["ana@example.org", "bob@example.net"]


def test_what_is_enqueued_is_gone_with_its_unit_of_work(database: Database) -> None:
    with Session(database.engine) as session:
        assert Outbox(session, NOW).enqueue(draft(), ["ana@example.org"]) == 1
    assert recipients_of(database) == []
    assert find_next_attempt(database.engine) is None


def test_a_mail_to_a_list_goes_to_the_active_subscribers_of_its_language(database: Database) -> None:
    with Session(database.engine) as session:
        people = People(session, NOW)
        for email, language in [("a@example.org", "fr"), ("b@example.org", "fr"), ("c@example.org", "en")]:
            people.subscribe(email, language)
        people.subscribe("a@example.org", "en")
        people.unsubscribe("b@example.org", "fr")
        french = Outbox(session, NOW).enqueue_to_list(draft(1), "fr")
        assert Outbox(session, NOW).enqueue_to_list(draft(1), "fr") is None
        english = Outbox(session, NOW).enqueue_to_list(draft(2), "en")
        assert Outbox(session, NOW).enqueue_to_list(draft(3), "es") is not None
        session.commit()
    found = [(row.outgoing_id, row.email) for row in recipients_of(database)]
    assert found == [(french, "a@example.org"), (english, "a@example.org"), (english, "c@example.org")]


def test_ten_thousand_subscribers_are_one_statement(database: Database) -> None:
    add_subscribers(database, 10_000)
    statements: list[tuple[str, bool]] = []

    def note(_c: Any, _cur: Any, statement: str, _p: Any, _ctx: Any, many: bool) -> None:
        statements.append((statement, many))

    event.listen(database.engine, "before_cursor_execute", note)
    with Session(database.engine) as session:
        Outbox(session, NOW).enqueue_to_list(draft(), "fr")
        session.commit()
    event.remove(database.engine, "before_cursor_execute", note)
    inserts = [(text.split()[2], many) for text, many in statements if text.startswith("INSERT")]
    assert inserts == [("outgoing", False), ("outgoing_recipient", False)]
    assert len(recipients_of(database)) == 10_000


def test_a_batch_has_one_mail_and_at_most_a_hundred_of_its_recipients(database: Database) -> None:
    enqueue(database, [f"p{key}@example.net" for key in range(250)])
    enqueue(database, ["ana@example.org"], draft(2))
    sizes = []
    while batches := claim_batches(database.engine, NOW):
        sizes.append([(batch.outgoing_id, len(batch.recipients)) for batch in batches])
    assert sizes == [[(1, BATCH)], [(1, BATCH)], [(1, 50), (2, 1)]]


def test_nothing_is_claimed_before_its_time(database: Database) -> None:
    enqueue(database, ["ana@example.org"], draft(1, send_at=LATER))
    assert claim_batches(database.engine, LATER - timedelta(microseconds=1)) == []
    assert find_next_attempt(database.engine) == LATER
    (batch,) = claim_batches(database.engine, LATER)
    assert (batch.message_id, batch.kind, batch.mail_from) == ("<n1@forum.example.org>", "receipt", "")
    assert batch.content == draft().content


def test_a_claim_is_nobody_elses_until_its_lease_is_over(database: Database) -> None:
    enqueue(database, ["ana@example.org"])
    (first,) = claim_batches(database.engine, NOW)
    assert claim_batches(database.engine, NOW + LEASE) == []
    over = find_next_attempt(database.engine)
    assert over is not None
    assert over > NOW + LEASE
    (second,) = claim_batches(database.engine, over)
    # The first relay was slow rather than dead: what it could not send is no longer its business.
    record_results(database.engine, first, results(first, Attempt("failed", "550 No")), over)
    assert states(database) == ["sending"]
    # What it did send is.
    record_results(database.engine, first, results(first), over)
    assert states(database) == ["sent"]
    record_results(database.engine, second, results(second, Attempt("waiting", "451", LATER)), over)
    assert states(database) == ["sent"]


def test_two_relays_on_one_database_have_nobody_in_common(database: Database) -> None:
    for number in range(40):
        enqueue(database, [f"p{number}-{key}@example.net" for key in range(5)], draft(number))

    def claim(_: int) -> list[str]:
        return emails(claim_batches(database.engine, NOW, limit=25))

    with ThreadPoolExecutor(2) as pool:
        claimed = [email for found in pool.map(claim, range(10)) for email in found]
    assert len(claimed) == len(set(claimed)) == 200


def test_what_was_put_back_is_as_it_was(database: Database) -> None:
    enqueue(database, ["ana@example.org"])
    before = [row.model_dump() for row in recipients_of(database)]
    release_batches(database.engine, claim_batches(database.engine, NOW))
    assert [row.model_dump() for row in recipients_of(database)] == before


def test_each_recipient_has_a_result_of_its_own(database: Database) -> None:
    people = ["ana@example.org", "bob@example.net", "cleo@example.net", "dan@example.net"]
    enqueue(database, people)
    (batch,) = claim_batches(database.engine, NOW)
    answers = {
        people[0]: Attempt("sent", "250 2.0.0 Ok"),
        people[1]: Attempt("waiting", "451 4.3.0 Later\nplease\0 \udcff" + "!" * 600, LATER),
        people[2]: Attempt("failed", "550 5.1.1 Nobody"),
    }
    record_results(database.engine, batch, answers, NOW)
    rows = recipients_of(database)
    assert [row.state for row in rows] == ["sent", "waiting", "failed", "waiting"]
    assert [row.attempts for row in rows] == [1, 1, 1, 0]
    assert [row.claimed_at for row in rows] == [None] * 4
    assert rows[0].sent_at == NOW
    assert rows[1].next_attempt_at == LATER
    assert rows[1].reply.startswith("451 4.3.0 Later please ?!")
    assert len(rows[1].reply) == 500
    assert emails(claim_batches(database.engine, NOW)) == [people[3]]


def test_a_mail_with_a_secret_is_forgotten_when_nobody_waits_for_it(database: Database) -> None:
    enqueue(database, ["ana@example.org", "bob@example.net", "cleo@example.net"], draft(purge_when_sent=True))
    enqueue(database, ["dan@example.net"], draft(2))
    first, other = claim_batches(database.engine, NOW)
    record_results(
        database.engine,
        first,
        {
            "ana@example.org": SENT,
            "bob@example.net": Attempt("failed", "550 Nobody"),
            "cleo@example.net": Attempt("waiting", "451 Later", LATER),
        },
        NOW,
    )
    record_results(database.engine, other, results(other), NOW)
    assert contents(database) == [draft().content] * 2
    (again,) = claim_batches(database.engine, LATER)
    assert [recipient.attempts for recipient in again.recipients] == [1]
    record_results(database.engine, again, results(again), LATER)
    assert contents(database) == [None, draft().content]
    assert find_next_attempt(database.engine) is None


def test_the_next_attempt_is_the_earliest_of_all(database: Database) -> None:
    enqueue(database, ["ana@example.org"], draft(1, send_at=LATER + timedelta(hours=2)))
    enqueue(database, ["bob@example.net"], draft(2, send_at=LATER))
    assert find_next_attempt(database.engine) == LATER
    enqueue(database, ["cleo@example.net"], draft(3))
    assert find_next_attempt(database.engine) == NOW


def add_revision(session: Session, message_id: str) -> int:
    common: dict[str, Any] = {"author_name": "Ana", "author_email": "ana@example.org", "title": "Seeds"}
    contribution = Contribution(language="fr", received_at=NOW, **common)
    session.add(contribution)
    session.flush()
    version = Version(contribution_id=contribution.id, language="fr", role="original", received_at=NOW)
    session.add(version)
    session.flush()
    revision = Revision(
        version_id=version.id, state="rejected", text="We", text_hash=message_id, received_at=NOW, **common
    )
    session.add(revision)
    session.flush()
    assert revision.id
    return revision.id


def test_a_cancelled_mail_reaches_nobody_who_still_waits(database: Database) -> None:
    with Session(database.engine) as session:
        ours, other = add_revision(session, "1"), add_revision(session, "2")
        outbox = Outbox(session, NOW)
        outbox.enqueue(draft(1, kind="returned", revision_id=ours, purge_when_sent=True), ["a@example.org"])
        outbox.enqueue(draft(2, kind="receipt", revision_id=ours), ["b@example.org"])
        outbox.enqueue(draft(3, kind="returned", revision_id=other), ["c@example.org"])
        assert outbox.cancel(ours, ["returned", "digest"]) == 1
        assert outbox.cancel(ours, ["returned", "digest"]) == 0
        session.commit()
    assert states(database) == ["cancelled", "waiting", "waiting"]
    assert contents(database) == [None, draft().content, draft().content]
    batches = claim_batches(database.engine, NOW)
    assert emails(batches) == ["b@example.org", "c@example.org"]
    with Session(database.engine) as session:
        # What a relay has in hand cannot be called back.
        assert Outbox(session, NOW).cancel(other, ["returned"]) == 0


def test_our_own_mail_is_found_by_the_first_message_id_that_is_ours(database: Database) -> None:
    enqueue(database, ["ana@example.org"], draft(1))
    enqueue(database, ["ana@example.org"], draft(2))
    with Session(database.engine) as session:
        outbox = Outbox(session, NOW)
        strangers = [f"<{number}@example.net>" for number in range(5)]
        found = outbox.find([*strangers, "<n2@forum.example.org>", "<n1@forum.example.org>"])
        assert found is not None
        assert found.id == 2
        assert outbox.find(strangers) is None
        assert outbox.find([]) is None


def test_what_waits_is_listed_with_the_next_attempt_first(database: Database) -> None:
    enqueue(database, ["ana@example.org", "bob@example.net", "cleo@example.net"], draft(1, subject="Later"))
    enqueue(database, ["dan@example.net"], draft(2, subject="Refused"))
    enqueue(database, ["eve@example.net"], draft(3, subject="Sent"))
    enqueue(database, ["fay@example.net"], draft(4, subject="Now"))
    first, second, third, _ = batches = claim_batches(database.engine, NOW)
    refusal = Attempt("failed", "550 5.1.1 Nobody")
    attempts = results(first, Attempt("waiting", "", LATER)) | {"ana@example.org": SENT}
    record_results(database.engine, first, attempts | {"bob@example.net": refusal}, NOW)
    record_results(database.engine, second, results(second, refusal), NOW)
    record_results(database.engine, third, results(third), NOW)
    release_batches(database.engine, batches[3:])
    with Session(database.engine) as session:
        listed = Outbox(session, NOW).list_waiting()
    assert [(mail.subject, mail.waiting, mail.failed, mail.next_attempt_at) for mail in listed] == [
        ("Now", 1, 0, NOW),
        ("Later", 1, 1, LATER),
        ("Refused", 0, 1, None),
    ]
    assert listed[2].reply == "550 5.1.1 Nobody"
