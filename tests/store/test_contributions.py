"""Contributions, versions and revisions: numbered at their first publication, found by number, text and Message-ID."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.database import Database
from store.posts import APPROVED, HELD, ORIGINAL, PUBLISHED, REJECTED, TRANSLATION, WITHDRAWN, Post
from store.tables import Contribution, Decision, Revision, Version
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
ANA = "ana@example.org"


def contribute(uow: UnitOfWork, parent_id: int | None = None) -> Contribution:
    row = Contribution(
        language="en", title="Seeds", author_name="", author_email=ANA, received_at=NOW, parent_id=parent_id
    )
    uow.contributions.add(row)
    return row


def write(
    uow: UnitOfWork, to: Contribution, language: str = "en", text: str = "A text", state: str = HELD
) -> Post:
    """A revision, in the version of a language, which is added where there is none."""
    version = uow.contributions.find_version(to.id, language)
    if version is None:
        role = ORIGINAL if language == to.language else TRANSLATION
        version = Version(contribution_id=to.id or 0, language=language, role=role, received_at=NOW)
        uow.contributions.add(version)
    revision = Revision(
        version_id=version.id or 0,
        message_id=f"<{text}@example.org>",
        state=state,
        title="Seeds",
        text=text,
        text_hash=text,
        author_name="",
        author_email=ANA,
        received_at=NOW,
    )
    uow.contributions.add(revision)
    return Post(to, version, revision)


def decision(post: Post, verdict: str, takes_effect_at: datetime = NOW) -> Decision:
    return Decision(
        revision_id=post.revision_id,
        moderator="m@example.org",
        verdict=verdict,
        how="reply",
        decided_at=NOW,
        takes_effect_at=takes_effect_at,
    )


def test_a_number_is_given_at_the_first_publication_and_kept(uow: UnitOfWork) -> None:
    first, second = write(uow, contribute(uow)), write(uow, contribute(uow))
    uow.contributions.publish(second)
    uow.contributions.publish(first)
    uow.contributions.publish(write(uow, second.contribution, "fr", "Un texte"))
    uow.contributions.publish(write(uow, second.contribution, text="A corrected text"))
    assert (second.contribution.number, first.contribution.number) == (1, 2)
    assert uow.contributions.find_by_number(1) is second.contribution
    assert uow.contributions.find_by_number(3) is None


def test_a_number_that_is_rolled_back_is_given_again(database: Database) -> None:
    for commit in (False, True, True):
        with UnitOfWork(database, NOW) as uow:
            post = write(uow, contribute(uow))
            uow.contributions.publish(post)
            number = post.contribution.number
            if commit:
                uow.commit()
    assert number == 2


def test_a_merged_contribution_leads_to_the_one_it_was_merged_into(uow: UnitOfWork) -> None:
    posts = [write(uow, contribute(uow)) for _ in range(3)]
    for post in posts:
        uow.contributions.publish(post)
    posts[0].contribution.merged_into_id = posts[1].contribution_id
    posts[1].contribution.merged_into_id = posts[2].contribution_id
    uow.flush()
    assert uow.contributions.find_by_number(1) is posts[2].contribution


def test_a_contribution_has_one_version_in_a_language(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    again = Version(contribution_id=post.contribution_id, language="en", role=TRANSLATION, received_at=NOW)
    with pytest.raises(IntegrityError):
        uow.contributions.add(again)


def test_the_current_text_is_the_last_published_and_the_first_stays_known(uow: UnitOfWork) -> None:
    first = write(uow, contribute(uow), text="First")
    assert uow.contributions.current_text(first.contribution_id, "en") is None
    uow.contributions.publish(first)
    second = write(uow, first.contribution, text="Second")
    assert second.is_correction
    assert not first.is_correction
    uow.contributions.publish(second)
    current = uow.contributions.current_text(first.contribution_id, "en")
    assert current is not None
    assert current.revision.text == "Second"
    assert uow.contributions.find_first_published(first.version) is first.revision


def test_published_texts_are_listed_with_the_original_first(uow: UnitOfWork) -> None:
    contribution = contribute(uow)
    early = write(uow, contribution, "fr", "Un texte")
    for post in (write(uow, contribution), early):
        uow.contributions.publish(post)
    write(uow, contribution, "es", "Un texto")
    listed = uow.contributions.list_published(contribution.id or 0)
    assert [post.version.language for post in listed] == ["en", "fr"]


def test_waiting_texts_are_listed_by_state_and_counted(uow: UnitOfWork) -> None:
    posts = [write(uow, contribute(uow), text=f"{n}") for n in range(4)]
    uow.contributions.set_state(posts[1], APPROVED)
    uow.contributions.set_state(posts[2], WITHDRAWN)
    assert [post.revision.text for post in uow.waiting.list_posts((HELD,))] == ["0", "3"]
    assert len(uow.waiting.list_posts((HELD, APPROVED), posts[1].contribution_id)) == 1


def test_a_post_is_found_by_the_first_known_message_id_unless_it_was_returned(uow: UnitOfWork) -> None:
    first, second = write(uow, contribute(uow), text="1"), write(uow, contribute(uow), text="2")
    find = uow.contributions.find_post_by_message
    found = find(["<0@example.org>", "<2@example.org>", "<1@example.org>"])
    assert found is not None
    assert found.revision is second.revision
    uow.contributions.set_state(first, REJECTED)
    assert find(["<1@example.org>"]) is None
    assert find([]) is None


def test_the_same_text_is_of_the_same_author_lately_and_in_the_same_place(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    comment = write(uow, contribute(uow, parent_id=post.contribution_id))

    def find(
        email: str = ANA,
        text: str = "A text",
        days: int = 1,
        parent: int | None = None,
        of: int | None = None,
    ) -> Revision | None:
        since = NOW - timedelta(days=days)
        return uow.contributions.find_same_text(email, text, since, parent_id=parent, contribution_id=of)

    assert find() is post.revision
    assert find(parent=post.contribution_id) is comment.revision
    assert find(of=comment.contribution_id) is comment.revision
    assert find(email="bo@example.org") is None
    assert find(text="Another") is None
    assert find(days=0) is None
    assert find(parent=99) is None
    uow.contributions.publish(post)
    assert find() is post.revision
    uow.contributions.publish(write(uow, post.contribution, text="Second"))
    assert find() is None


def test_what_depends_on_a_contribution_is_its_versions_and_its_comments(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    translation = write(uow, post.contribution, "fr", "Un texte")
    comment = write(uow, contribute(uow, parent_id=post.contribution_id), text="A comment")
    write(uow, contribute(uow), text="Another")
    found = uow.waiting.list_depending((HELD,), post.contribution_id)
    assert [kept.revision for kept in found] == [post.revision, translation.revision, comment.revision]


@pytest.mark.parametrize("depends", ["fr", "comment"])
def test_an_orphan_is_what_others_wait_for_and_nobody_will_publish(uow: UnitOfWork, depends: str) -> None:
    post = write(uow, contribute(uow))
    if depends == "fr":
        write(uow, post.contribution, "fr", "Un texte", APPROVED)
    else:
        write(uow, contribute(uow, parent_id=post.contribution_id))
    assert uow.waiting.list_orphans() == []
    uow.contributions.set_state(post, REJECTED)
    assert uow.waiting.list_orphans() == [post.contribution]
    uow.contributions.add(decision(post, "reject", NOW + timedelta(minutes=30)))
    assert uow.waiting.list_orphans() == []


def test_approved_texts_of_an_address_are_counted(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    assert uow.contributions.count_approved(ANA) == 0
    uow.contributions.publish(post)
    assert uow.contributions.count_approved(ANA) == 1
    assert uow.contributions.count_approved("bo@example.org") == 0


def test_the_decision_that_stands_is_the_last_that_was_not_undone(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    assert uow.contributions.find_decision(post.revision_id) is None
    made = [decision(post, verdict) for verdict in ("reject", "approve")]
    uow.contributions.add(made[0])
    uow.contributions.undo(made[0])
    assert uow.contributions.find_decision(post.revision_id) is None
    uow.contributions.add(made[1])
    assert uow.contributions.find_decision(post.revision_id) is made[1]


def test_a_version_that_moves_becomes_an_original(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow), "fr", "Un texte")
    contribution = contribute(uow)
    uow.contributions.move_version(post, contribution)
    moved = uow.contributions.find_post(post.revision_id)
    assert moved is not None
    assert (moved.contribution_id, moved.version.role) == (contribution.id, ORIGINAL)


def test_what_is_not_there_is_none(uow: UnitOfWork) -> None:
    assert uow.contributions.find_post(None) is None
    assert uow.contributions.find_post(7) is None
    assert uow.contributions.find_contribution(None) is None
    assert uow.contributions.find_version(None, "en") is None


def test_publishing_keeps_the_instant_of_each_text(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        post = write(uow, contribute(uow))
        uow.contributions.publish(post)
        uow.commit()
    with UnitOfWork(database, NOW + timedelta(days=1)) as uow:
        found = uow.contributions.find_by_number(1)
        assert found is not None
        correction = write(uow, found, text="Second")
        uow.contributions.publish(correction)
        assert found.published_at == NOW
        assert (correction.revision.state, correction.revision.published_at) == (
            PUBLISHED,
            NOW + timedelta(days=1),
        )
