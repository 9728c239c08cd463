"""`forget me`: confirmed, done in one transaction, told in a last mail; what was published stays under nobody's name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Float, Integer, select
from sqlmodel import SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from store.dispatch import Attempt, claim_batches, record_results
from store.erasing import KEPT, may_hold
from store.tables import Contribution, Message, Outgoing, OutgoingRecipient, Revision
from tests.handlers.steps import hold, pick
from tests.handlers.test_subscribing import confirm, say
from tests.house import FORUM, Sent, TestHouse, answer, mail

ANA, NAME = "ana@example.org", "Ana Souza"
EN, FR = "sse-en@forum.example.org", "sse-fr@forum.example.org"
OWN_FROM = FORUM.replace("[forum]\n", 'from_rewrite = "never"\n\n[forum]\n', 1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, OWN_FROM)
    house.subscribe("luz@example.org", "bo@example.org", language="en")
    yield house
    house.close()


def relay(house: TestHouse) -> list[str]:
    """Everything that is due is sent; to whom."""
    engine = house.house.database.engine
    sent = []
    while batches := claim_batches(engine, house.now):
        for batch in batches:
            people = [one.email for one in batch.recipients]
            sent += people
            record_results(engine, batch, dict.fromkeys(people, Attempt("sent")), house.now)
    return sent


def take_part(house: TestHouse) -> None:
    """Ana joins, writes, corrects, is answered and quoted, translates, claims, asks; Bo and Luz go on."""
    (asked,) = say(house, "join en\njoin fr", sender=ANA, name=NAME)
    confirm(house, asked)
    text = (
        f"We keep seeds in our village, and share them each spring.\n\nSee you,\n{NAME}\n-- \n{NAME}\n{ANA}\n"
    )
    _, sent = hold(house, text, sender=ANA, name=NAME)
    held = pick(sent, "held")
    house.post(*answer(held, "ok", sender=held.recipients[0]))
    passed_on = house.one("contribution")
    comment = f"I agree with this.\n\nOn 2 July 2013, {NAME} <Ana@Example.org> wrote:\n> We keep seeds.\n"
    raw = mail(
        comment,
        sender="luz@example.org",
        name="Luz",
        to=passed_on.header("Reply-To"),
        subject=f"Re: {passed_on.subject}",
        in_reply_to=passed_on.header("Message-ID"),
    )
    house.post(raw, passed_on.header("Reply-To"))
    held = house.one("held")
    house.post(*answer(held, "ok", sender=held.recipients[0]))
    house.outbox()
    hold(house, "A second text, which still waits.", sender=ANA, name=NAME)
    hold(house, "Nous gardons des semences.", to=FR, sender="bo@example.org", name="Bo", subject="Graines")
    say(house, "translate 1 es\nwanted fr weekly\nmode notice\nget 1\nlanguage en", sender=ANA, name=NAME)
    relay(house)


def forget(house: TestHouse, sender: str = ANA) -> Sent:
    (asked,) = say(house, "forget me", sender=sender, name=NAME)
    assert asked.kind == "confirm_forget"
    relay(house)
    (last,) = confirm(house, asked)
    assert (last.kind, last.recipients) == ("forgotten", (sender,))
    return last


def find_traces(house: TestHouse, *words: str) -> list[tuple[str, str]]:
    """Every column of every table that holds one of the words, in any case."""
    found = []
    with house.house.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if any(word.lower() in shown.lower() for word in words):
                        found.append((table.name, str(name)))
    return found


def grep(house: TestHouse, word: str) -> bool:
    """Whether the file of the database holds a word, once its log is written back."""
    with house.house.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    raw = b"".join(path.read_bytes() for path in house.settings.path.parent.glob("forum.db*"))
    return word.lower().encode() in raw.lower()


def test_nothing_is_left_of_a_person_but_the_last_mail_and_then_nothing(house: TestHouse) -> None:
    take_part(house)
    assert len(set(find_traces(house, ANA, NAME))) > 15
    assert grep(house, ANA)
    last = forget(house)
    assert set(find_traces(house, ANA, NAME)) == {("outgoing", "content"), ("outgoing_recipient", "email")}
    assert relay(house) == [ANA]
    assert find_traces(house, ANA, NAME) == []
    assert not grep(house, ANA)
    assert not grep(house, NAME)
    assert len(last.raw) < 3_000
    assert house.accounts()


def test_the_last_mail_says_exactly_what_was_done(house: TestHouse) -> None:
    take_part(house)
    body = forget(house).body.replace("\n  ", " ")
    for words in (
        "(addresses: 1)",
        "no longer on the lists in: English and French",
        "texts 1, abstracts 0, syntheses 0",
        "not published are deleted: 1",
        "free again: 1. Weekly lists to you are ended: 1",
        "What we cannot do",
    ):
        assert words in body, words


def test_published_texts_stay_and_are_shown_as_a_participants(house: TestHouse) -> None:
    take_part(house)
    forget(house)
    (told,) = say(house, "get 1", sender="luz@example.org")
    assert "We keep seeds in our village" in told.body
    assert "a participant" in told.body
    assert NAME not in told.body
    with house.house.unit() as ctx:
        counts = ctx.uow.contributions.find_by_number(1)
        assert counts is not None
        assert counts.withdrawn_at is None
        rows = [post.revision.text for post in ctx.uow.waiting.list_posts(("held",))]
    assert rows == ["Nous gardons des semences."]


def test_a_text_that_waited_can_no_longer_be_approved(house: TestHouse) -> None:
    take_part(house)
    _, sent = hold(house, "A third text, which waits too.", sender=ANA, name=NAME)
    held = pick(sent, "held")
    forget(house)
    house.post(*answer(held, "ok", sender=held.recipients[0], quote=False))
    assert [one.kind for one in house.outbox()] == ["decision"]
    assert house.accounts()["withdrawn"] >= 2


def test_readers_still_answer_and_a_correction_by_nobody_is_not_hers(house: TestHouse) -> None:
    take_part(house)
    with house.house.database.engine.connect() as connection:
        query = select(Outgoing.__table__).where(col(Outgoing.kind) == "contribution")  # type: ignore[attr-defined]
        row = connection.execute(query).first()
    assert row is not None
    forget(house)
    quoted = "\n".join(f"> {line}" for line in row.content.partition(b"\r\n\r\n")[2].decode().splitlines())
    raw = mail(
        f"So do we.\n\n{NAME} wrote:\n{quoted}\n",
        sender="bo@example.org",
        to="sse+c1-en@forum.example.org",
        subject="Re: [#1] Seeds",
        in_reply_to=row.message_id,
    )
    assert house.post(raw, "sse+c1-en@forum.example.org") == ["held"]
    held = house.one("held", "moderator-en@example.org")
    assert "So do we." in held.body
    raw = raw.replace(b"bo@example.org", b"", 1).replace(b'"Ana Souza" <>', b"", 1)
    house.post(raw + b"\r\nagain", EN)
    for sent in house.outbox():
        assert "Nothing from this address has been published before" in sent.body


def test_whoever_was_forgotten_is_a_stranger_and_may_come_back(house: TestHouse) -> None:
    take_part(house)
    forget(house)
    relay(house)
    with house.house.unit() as ctx:
        assert not ctx.uow.known.is_known((ANA,))
    (asked,) = say(house, "join en", sender=ANA, name=NAME)
    assert [one.kind for one in confirm(house, asked)] == ["joined"]
    with house.house.unit() as ctx:
        assert ctx.uow.people.languages(ANA) == ("en",)


def test_a_person_is_forgotten_with_all_their_addresses(house: TestHouse) -> None:
    take_part(house)
    other = "a.souza@example.net"
    with house.house.unit() as ctx:
        ctx.uow.people.join_addresses(ANA, other)
        ctx.uow.commit()
    hold(house, "By the other address.", sender=other, name="A. Souza")
    assert "(addresses: 2)" in forget(house, other).body.replace("\n  ", " ")
    relay(house)
    assert find_traces(house, ANA, other, NAME, "A. Souza") == []


def test_a_forged_wish_to_be_forgotten_asks_once_and_does_nothing(house: TestHouse) -> None:
    take_part(house)
    sent = []
    for _ in range(10):
        sent += say(house, "forget me", sender=ANA, mail_from="evil@example.net")
        house.wait(hours=2)
    assert [one.kind for one in sent] == ["confirm_forget"]
    for text, sender in (("no", ANA), ("yes", "evil@example.net"), ("yes", ANA)):
        confirm(house, sent[0], text, sender)
    with house.house.unit() as ctx:
        assert ctx.uow.people.languages(ANA) == ("en", "fr")


def test_a_stranger_has_nothing_to_be_forgotten(house: TestHouse) -> None:
    (told,) = say(house, "forget me", sender="eve@example.org")
    assert told.kind == "answers"
    assert "stored nothing" in told.body


def test_a_moderators_decisions_stay_without_their_address(house: TestHouse) -> None:
    take_part(house)
    moderator = "moderator-en@example.org"
    body = forget(house, moderator).body.replace("\n", " ")
    assert "without your address: 2." in body
    assert "still name your address" in body
    relay(house)
    assert find_traces(house, moderator) == []
    with house.house.unit() as ctx:
        decision = ctx.uow.contributions.find_decision(1)
        assert decision is not None
        assert (decision.verdict, decision.moderator) == ("approve", "forgotten")


def test_what_still_waits_for_others_goes_out_from_the_list_and_without_the_name(house: TestHouse) -> None:
    _, sent = hold(house, sender=ANA, name=NAME)
    held = pick(sent, "held")
    house.post(*answer(held, "ok", sender=held.recipients[0]))
    passed_on = house.one("contribution")
    assert ANA in passed_on.header("From")
    with house.house.unit() as ctx:
        ctx.uow.privacy.forget((ANA,))
        ctx.uow.commit()
    with house.house.database.engine.connect() as connection:
        query = select(col(Outgoing.content)).where(col(Outgoing.kind) == "contribution")
        content = connection.execute(query).scalar_one()
    assert b"From: sse-en@forum.example.org\r\n" in content
    assert b"a participant, 2 July 2013" in content
    sent_to = relay(house)
    assert ANA not in sent_to
    assert {"luz@example.org", "bo@example.org"} <= set(sent_to)


def test_what_they_sent_for_somebody_else_keeps_that_ones_name(house: TestHouse) -> None:
    text = "by: Rosa Lima, Recife\n\nIn our street we plant trees along the school."
    relayed = "organizer@example.org"
    _, sent = hold(house, text, sender=relayed, name="Olga Organizer")
    held = pick(sent, "held")
    house.post(*answer(held, "ok", sender=held.recipients[0]))
    house.outbox()
    with house.house.unit() as ctx:
        ctx.uow.privacy.forget((relayed,))
        ctx.uow.commit()
    with house.house.database.engine.connect() as connection:
        names = connection.execute(select(col(Contribution.author_name))).scalars().all()
        rows = connection.execute(select(col(Revision.place), col(Revision.sent_by))).all()
    assert (list(names), [tuple(row) for row in rows]) == (["Rosa Lima"], [("Recife", "")])
    assert find_traces(house, relayed, "Olga Organizer") == []


def test_mail_that_waits_to_be_handled_is_left_for_later(house: TestHouse) -> None:
    house.spool(mail("A text that comes just then.", sender=ANA, name=NAME), EN, mail_from=ANA)
    with house.house.unit() as ctx:
        ctx.uow.privacy.forget((ANA,))
        ctx.uow.commit()
    house.worker.run_once()
    assert pick(house.outbox(), "held").kind == "held"
    with house.house.database.engine.connect() as connection:
        assert len(connection.execute(select(col(Message.raw))).scalar_one()) > 100


def test_every_column_of_the_database_is_looked_through() -> None:
    """What is not is a number, an instant or yes and no; or bytes that hold no address as it is written."""
    columns = {
        (table.name, column.name): column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
    }
    others = [column for column in columns.values() if not may_hold(column)]
    assert all(isinstance(column.type, (Integer, Float, Boolean, UTCDateTime)) for column in others)
    assert set(columns) >= KEPT
    assert {("attachment", "content"), ("sentence_vectors", "vectors"), ("token", "hash")} == KEPT


def test_the_rows_of_what_was_sent_stay_and_name_nobody(house: TestHouse) -> None:
    take_part(house)
    with house.house.database.engine.connect() as connection:
        before = len(connection.execute(select(col(OutgoingRecipient.id))).all())
    forget(house)
    relay(house)
    with house.house.database.engine.connect() as connection:
        emails = connection.execute(select(col(OutgoingRecipient.email))).scalars().all()
    assert len(emails) == before + 2
    assert len({email for email in emails if email.endswith("@forgotten.invalid")}) > 5


def test_texts_are_still_compared_and_those_that_are_gone_are_not(house: TestHouse) -> None:
    take_part(house)
    with house.house.unit() as ctx:
        for revision_id in (1, 3):
            ctx.uow.vectors.keep(revision_id, "tests", f"We keep seeds.\n{NAME}\n", b"\0" * 8)
        ctx.uow.commit()
    forget(house)
    with house.house.unit() as ctx:
        kept = [(one.revision_id, one.compared) for one in ctx.uow.vectors.list_after("tests", 0)]
        candidates = ctx.uow.vectors.list_candidates("tests", (1, 3), "fr")
    assert kept == [(1, "We keep seeds.\n")]
    assert [one.revision_id for one in candidates] == [1]
    assert find_traces(house, NAME) == []
