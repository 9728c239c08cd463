"""Joining and separating texts: what is a translation of what, and what waits, counts and is told."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.decide import Status
from handlers.joining import link, merge, withdraw
from store.links import LINKED, REFUSED
from store.posts import HELD, ORIGINAL, PUBLISHED, TRANSLATION
from store.tables import AuditEvent, Token
from tests.handlers.joining import BY, Joining, at, get_post, write
from tests.handlers.steps import ES, hold, pick, publish, say
from tests.house import TestHouse, answer, mail


@pytest.fixture
def joining(house: TestHouse) -> Joining:
    return Joining(house)


def test_a_text_that_waits_becomes_a_translation_and_keeps_its_tokens(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    sent = write(house, "es", approve=False)
    assert joining.link(2, 1) is Status.DONE
    assert (joining.where(2), joining.state(2)) == ((1, "es", TRANSLATION), HELD)
    assert joining.lines() == (1, {("en",): 1}, 0)
    approved = say(house, pick(sent, "held"), "ok")[1]
    assert pick(approved, "translation").subject.startswith("[#1]")
    assert joining.read_in(1) == ["en", "es"]
    assert joining.lines() == (1, {("en", "es"): 1}, 0)
    assert joining.source(2) == 1


def test_the_number_that_was_not_given_is_given_to_the_next(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    sent = write(house, "es", approve=False)
    joining.link(2, 1)
    say(house, pick(sent, "held"), "ok")
    write(house, "fr")
    assert joining.where(3) == (2, "fr", ORIGINAL)


def test_what_was_suggested_is_kept_with_its_reasons_and_the_others_are_refused(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "en", "Bread, and who bakes it.")
    write(house, "es", approve=False)
    joining.suggest(3, 2, 1)
    joining.suggest(3, 1, 2, probability=0.87, reasons=[("figures", "29")], covers=(1, 6, 9))
    assert joining.link(3, 1) is Status.DONE
    with house.house.unit() as ctx:
        links = ctx.uow.links.list_for(3)
        assert [(each.state, each.made_by) for each in links] == [(REFUSED, BY), (LINKED, BY)]
        linked, post = ctx.uow.links.find_linked(3), get_post(ctx, 3)
        assert linked is not None
        assert (linked.probability, linked.reasons, linked.signal) == (0.87, [["figures", "29"]], "content")
        assert linked.moved_from_id == 3
        assert (post.version.linked_by, post.revision.covers) == ("content", [1, 6, 9])


def test_a_text_that_is_joined_without_a_suggestion_says_that_a_moderator_did_it(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "es", approve=False)
    joining.link(2, 1)
    with house.house.unit() as ctx:
        link = ctx.uow.links.find_linked(2)
        assert link is not None
        assert (link.signal, link.made_by, get_post(ctx, 2).version.linked_by) == (
            "moderator",
            BY,
            "moderator",
        )


def test_what_waited_with_a_text_goes_along_and_is_published_when_it_may(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    held = write(house, "es", approve=False, message_id="spanish")
    comment = hold(
        house, "I agree.", to=ES, sender="eve@example.org", in_reply_to="<spanish@mail.example.org>"
    )
    waits = say(house, pick(comment[1], "held"), "ok")[1]
    assert [each.kind for each in waits] == []
    assert joining.link(2, 1) is Status.DONE
    assert (joining.state(3), joining.parent_of(2)) == (PUBLISHED, 1)
    assert joining.lines() == (1, {("en",): 1}, 1)
    say(house, pick(held, "held"), "ok")
    assert joining.lines() == (1, {("en", "es"): 1}, 1)


@pytest.mark.parametrize("said", ["no: not good", "drop"])
def test_the_place_of_a_text_that_was_returned_is_free(house: TestHouse, joining: Joining, said: str) -> None:
    write(house, "en")
    bad = hold(house, "Una traducción mala.", to="sse+t1-es@forum.example.org", sender="bad@example.org")[1]
    say(house, pick(bad, "held"), said)
    sent = write(house, "es", approve=False)
    assert joining.link(3, 1) is Status.DONE
    say(house, pick(sent, "held"), "ok")
    assert joining.read_in(1) == ["en", "es"]
    assert joining.unlink(3) is Status.DONE
    assert (joining.where(3), joining.where(2)[0]) == ((2, "es", ORIGINAL), 2)
    assert joining.read_in(1) == ["en"]


def test_what_was_taken_for_a_translation_of_another_contribution_is_taken_from_it(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "en", "Bread, and who bakes it.")
    sent = hold(
        house, "Semillas de nuestro pueblo.", to="sse+t2-es@forum.example.org", sender="c@example.org"
    )
    assert joining.where(3) == (2, "es", TRANSLATION)
    assert joining.link(3, 1) is Status.DONE
    assert joining.where(3) == (1, "es", TRANSLATION)
    say(house, pick(sent[1], "held"), "ok")
    assert joining.lines() == (2, {("en", "es"): 1, ("en",): 1}, 0)
    assert joining.link(3, 2) is Status.DONE
    assert joining.lines() == (2, {("en", "es"): 1, ("en",): 1}, 0)
    assert (joining.read_in(1), joining.read_in(2)) == (["en"], ["en", "es"])


def test_there_is_one_text_in_a_language(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    hold(house, "Una traducción.", to="sse+t1-es@forum.example.org", sender="c@example.org")
    write(house, "es", approve=False)
    write(house, "en", "Bread, and who bakes it.", approve=False)
    assert joining.link(3, 1) is Status.HAS_VERSION
    assert joining.link(4, 1) is Status.HAS_VERSION
    assert joining.where(3) == (None, "es", ORIGINAL)


def test_a_comment_a_withdrawn_and_the_same_contribution_are_not_joined(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    publish(house, "I agree.", to="sse+c1-en@forum.example.org", sender="eve@example.org")
    write(house, "es", approve=False)
    hold(house, "Estoy de acuerdo.", to="sse+c1-es@forum.example.org", sender="luz@example.org")
    assert joining.link(3, 2) is Status.IS_COMMENT
    assert joining.link(4, 1) is Status.IS_COMMENT
    assert joining.link(1, 1) is Status.JOINED
    assert joining.merge(1, 2) is Status.IS_COMMENT
    assert joining.unlink(2) is Status.IS_COMMENT
    joining.withdraw(1)
    assert joining.link(3, 1) is Status.IS_WITHDRAWN


def test_what_was_returned_or_deleted_is_neither_joined_nor_separated(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    for said in ("no: too short", "drop"):
        say(house, pick(write(house, "es", said, approve=False), "held"), said)
    for revision_id in (2, 3):
        assert joining.link(revision_id, 1) is Status.STANDS
        assert joining.unlink(revision_id) is Status.STANDS


def test_an_original_is_separated_from_nothing(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    assert joining.unlink(1) is Status.NOT_LINKED
    hold(house, "Una traducción.", to="sse+t1-es@forum.example.org", sender="c@example.org")
    assert joining.unlink(1) is Status.HAS_TRANSLATIONS


def test_what_is_public_is_not_joined_to_what_waits(house: TestHouse, joining: Joining) -> None:
    write(house, "en", approve=False)
    write(house, "es")
    with house.house.unit() as ctx:
        waits = get_post(ctx, 1).contribution
        assert link(ctx, get_post(ctx, 2), waits, by=BY, how="web") is Status.NOT_PUBLISHED
        assert merge(ctx, get_post(ctx, 2).contribution, waits, by=BY, how="web") is Status.NOT_PUBLISHED
        assert withdraw(ctx, waits, by=BY, how="web") is Status.NOT_PUBLISHED


def test_two_that_wait_can_be_joined_and_the_translation_waits_with_its_original(
    house: TestHouse, joining: Joining
) -> None:
    first = write(house, "en", approve=False)
    second = write(house, "es", approve=False)
    with house.house.unit() as ctx:
        assert link(ctx, get_post(ctx, 2), get_post(ctx, 1).contribution, by=BY, how="web") is Status.DONE
        ctx.uow.commit()
    say(house, pick(second, "held"), "ok")
    assert joining.state(2) == "approved"
    say(house, pick(first, "held"), "ok")
    assert joining.read_in(1) == ["en", "es"]


def test_a_translation_that_was_published_becomes_a_contribution_and_its_author_is_told(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    publish(house, "Otro texto.", to="sse+t1-es@forum.example.org", sender="luz@example.org", subject="Pan")
    assert joining.unlink(2) is Status.DONE
    assert joining.where(2) == (2, "es", ORIGINAL)
    assert joining.lines() == (2, {("en",): 1, ("es",): 1}, 0)
    assert (joining.source(2), joining.are_separated(1, 2)) == (None, True)
    told = house.one("receipt_published", "luz@example.org")
    assert told.subject.startswith("[#2]")
    raw, to = answer(told, "Otro texto, corregido.", sender="luz@example.org")
    assert house.post(raw, to) == [HELD]
    assert joining.where(3) == (2, "es", ORIGINAL)


def test_a_title_that_would_write_a_header_writes_none_when_its_author_is_told(
    house: TestHouse, joining: Joining
) -> None:
    """The checker over outgoing bytes looks at every mail of the outbox."""
    write(house, "en")
    nested = "=?utf-8?q?=3D=3Futf-8=3Fq=3FPan=3D0D=3D0ABcc=3A_eve=40example=2Eorg=3F=3D?="
    raw = mail("Otro texto.", sender="luz@example.org", to="sse+t1-es@forum.example.org")
    house.post(raw.replace(b"Subject: Seeds", b"Subject: " + nested.encode()), "sse+t1-es@forum.example.org")
    say(house, pick(house.outbox(), "held"), "ok")
    assert joining.unlink(2) is Status.DONE
    told = house.one("receipt_published", "luz@example.org")
    assert told.message["Bcc"] is None
    assert told.recipients == ("luz@example.org",)


def test_an_answer_of_long_ago_decides_nothing_about_what_was_separated_since(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    held = hold(house, "Otro texto.", to="sse+t1-es@forum.example.org", sender="luz@example.org")[1]
    say(house, pick(held, "held"), "ok")
    joining.unlink(2)
    house.outbox()
    for said in ("ok", "drop", "no: changed my mind"):
        say(house, pick(held, "held"), said)
        assert (joining.where(2), joining.state(2)) == ((2, "es", ORIGINAL), PUBLISHED)


def test_what_is_separated_belongs_to_the_phase_in_which_it_was_received(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    house.wait(days=20)
    house.tick(house.now)
    received = house.now
    publish(house, "Otro texto.", to="sse+t1-es@forum.example.org", sender="luz@example.org")
    house.wait(days=20)
    assert joining.unlink(2) is Status.DONE
    with house.house.unit() as ctx:
        first, second = at(ctx, 1), at(ctx, 2)
        assert first.phase_id is not None
        assert (second.phase_id, second.theme_id) == (None, first.theme_id)
        assert second.received_at == received


def test_a_text_that_waits_is_separated_and_still_waits(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    sent = hold(house, "Otro texto.", to="sse+t1-es@forum.example.org", sender="luz@example.org")[1]
    assert joining.unlink(2) is Status.DONE
    assert (joining.where(2), joining.state(2)) == ((None, "es", ORIGINAL), HELD)
    assert house.outbox() == []
    say(house, pick(sent, "held"), "ok")
    assert joining.where(2) == (2, "es", ORIGINAL)


def test_a_text_that_was_approved_with_its_original_is_published_when_it_is_separated(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en", approve=False)
    sent = write(house, "es", approve=False)
    with house.house.unit() as ctx:
        link(ctx, get_post(ctx, 2), get_post(ctx, 1).contribution, by=BY, how="web")
        ctx.uow.commit()
    say(house, pick(sent, "held"), "ok")
    assert joining.unlink(2) is Status.DONE
    assert (joining.where(2), joining.state(2)) == ((1, "es", ORIGINAL), PUBLISHED)
    assert house.accounts() == {"decision": 1, "held": 1, "published": 1}


def test_of_two_translations_only_the_one_that_is_meant_is_separated(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    publish(house, "Una traducción.", to="sse+t1-es@forum.example.org", sender="luz@example.org")
    hold(house, "Otra cosa.", to="sse+t1-es@forum.example.org", sender="sol@example.org")
    assert joining.where(3) == (1, "es", TRANSLATION)
    assert joining.unlink(3) is Status.DONE
    assert (joining.where(3)[0], joining.where(2)[0]) == (None, 1)
    hold(house, "Otra vez.", to="sse+t1-es@forum.example.org", sender="mar@example.org")
    assert joining.unlink(2) is Status.DONE
    assert (joining.where(2), joining.where(4)) == ((2, "es", ORIGINAL), (1, "es", TRANSLATION))


def test_each_step_is_in_the_journal_and_none_that_was_refused(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    write(house, "es")
    joining.merge(1, 2)
    joining.merge(1, 2)
    joining.unlink(2)
    joining.link(2, 1)
    joining.withdraw(1)
    joining.restore(1)
    with house.house.database.engine.connect() as connection:
        rows = connection.execute(
            select(col(AuditEvent.event), col(AuditEvent.actor), col(AuditEvent.subject))
            .where(col(AuditEvent.actor) == BY, col(AuditEvent.event) != "approve")
            .order_by(col(AuditEvent.id))
        ).all()
    assert [tuple(row) for row in rows] == [
        ("merge", BY, "contribution 2"),
        ("unlink", BY, "revision 2"),
        ("link", BY, "revision 2"),
        ("withdraw", BY, "contribution 1"),
        ("restore", BY, "contribution 1"),
    ]


def test_no_token_is_spent_by_joining(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    write(house, "es", approve=False)
    joining.link(2, 1)
    joining.unlink(2)
    with house.house.database.engine.connect() as connection:
        dead = connection.execute(
            select(col(Token.dead_at), col(Token.used_at)).where(col(Token.revision_id) == 2)
        ).all()
    assert [tuple(row) for row in dead] == [(None, None)]
