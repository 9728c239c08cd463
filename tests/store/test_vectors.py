"""Sentence vectors: kept once a text, and the texts that one in another language may be a version of."""

from datetime import UTC, datetime, timedelta

import pytest

from store.posts import HELD, ORIGINAL, PUBLISHED, REJECTED, TRANSLATION, Post
from store.tables import Contribution, Revision, Version
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
MODEL, ANA = "a model 1", "ana@example.org"


def write(
    uow: UnitOfWork,
    language: str = "en",
    text: str = "A text",
    *,
    to: Contribution | None = None,
    state: str = PUBLISHED,
    kept: bool = True,
    author: str = ANA,
) -> Post:
    """A text with vectors, of a contribution of its own or as a version of another."""
    row = to or Contribution(
        language=language, title="Seeds", author_name="", author_email=author, received_at=NOW
    )
    uow.contributions.add(row)
    role = TRANSLATION if to else ORIGINAL
    version = Version(contribution_id=row.id or 0, language=language, role=role, received_at=NOW)
    uow.contributions.add(version)
    revision = Revision(
        version_id=version.id or 0,
        state=state,
        title="Seeds",
        text=text,
        text_hash=text,
        author_name="",
        author_email=author,
        received_at=NOW,
    )
    uow.contributions.add(revision)
    if state == PUBLISHED:
        version.current_revision_id = revision.id
        uow.contributions.add(version)
    if kept:
        uow.vectors.keep(revision.id or 0, MODEL, text, text.encode())
    return Post(row, version, revision)


def find(uow: UnitOfWork, *posts: Post, language: str = "fr") -> list[int]:
    ids = [post.revision_id for post in posts]
    return [one.revision_id for one in uow.vectors.list_candidates(MODEL, ids, language)]


def test_the_vectors_of_a_text_are_kept_once_and_those_of_another_model_give_way(uow: UnitOfWork) -> None:
    post = write(uow)
    assert uow.vectors.find(post.revision_id, MODEL) == b"A text"
    uow.vectors.keep(post.revision_id, "a model 2", "A text", b"others")
    assert uow.vectors.find(post.revision_id, MODEL) is None
    assert uow.vectors.find(post.revision_id, "a model 2") == b"others"
    assert (uow.vectors.count(MODEL), uow.vectors.count("a model 2")) == (0, 1)


def test_candidates_are_in_the_order_asked_for(uow: UnitOfWork) -> None:
    first, french, last = write(uow), write(uow, "fr"), write(uow, "es")
    asked = [last.revision_id, french.revision_id, first.revision_id]
    assert find(uow, last, french, first) == asked


@pytest.mark.parametrize("state", [PUBLISHED, HELD])
def test_a_contribution_that_has_a_text_in_the_language_is_taken(uow: UnitOfWork, state: str) -> None:
    post = write(uow)
    write(uow, "fr", "Un texte", to=post.contribution, state=state)
    (found,) = uow.vectors.list_candidates(MODEL, [post.revision_id], "fr")
    assert found.taken
    (found,) = uow.vectors.list_candidates(MODEL, [post.revision_id], "pt")
    assert not found.taken


def test_a_translation_that_was_returned_takes_no_place(uow: UnitOfWork) -> None:
    post = write(uow)
    write(uow, "fr", "Un texte", to=post.contribution, state=REJECTED)
    (found,) = uow.vectors.list_candidates(MODEL, [post.revision_id], "fr")
    assert not found.taken


def test_what_is_withdrawn_merged_returned_or_a_comment_is_no_candidate(uow: UnitOfWork) -> None:
    kept, withdrawn, merged, comment, returned = (write(uow, text=str(place)) for place in range(5))
    withdrawn.contribution.withdrawn_at = NOW
    merged.contribution.merged_into_id = kept.contribution.id
    comment.contribution.parent_id = kept.contribution.id
    uow.contributions.set_state(returned, REJECTED)
    for post in (withdrawn, merged, comment):
        uow.contributions.add(post.contribution)
    assert find(uow, withdrawn, merged, comment, returned, kept) == [kept.revision_id]


def test_an_earlier_text_stands_for_its_contribution(uow: UnitOfWork) -> None:
    post = write(uow)
    post.version.current_revision_id = None
    uow.contributions.add(post.version)
    assert find(uow, post) == [post.revision_id]


def test_the_index_is_loaded_in_the_order_of_ids_from_where_it_ended(uow: UnitOfWork) -> None:
    posts = [write(uow, text=str(place)) for place in range(4)]
    after = posts[1].revision_id
    loaded = [one.revision_id for one in uow.vectors.list_after(MODEL, after)]
    assert loaded == [posts[2].revision_id, posts[3].revision_id]
    assert [one.contribution_id for one in uow.vectors.list_after(MODEL, after)] == [
        posts[2].contribution_id,
        posts[3].contribution_id,
    ]


def test_texts_without_vectors_are_found_the_newest_first_and_only_in_languages_that_are_known(
    uow: UnitOfWork,
) -> None:
    old, _french, new = (
        write(uow, kept=False),
        write(uow, "fr", kept=False),
        write(uow, "en", "B", kept=False),
    )
    write(uow)
    missing = uow.vectors.list_missing(MODEL, ("en",), 5)
    assert [(one[0], one[2]) for one in missing] == [(new.revision_id, "en"), (old.revision_id, "en")]
    assert len(uow.vectors.list_missing(MODEL, ("en", "fr"), 2)) == 2


def test_the_last_texts_of_an_address_come_before_those_of_its_list(uow: UnitOfWork) -> None:
    for place in range(3):
        write(uow, text=f"by Ana {place}")
        write(uow, text=f"by Ben {place}", author="ben@example.org")
        write(uow, "es", text=f"por Eva {place}", author="eva@example.org")
    earlier = uow.vectors.list_earlier("en", ANA, 2)
    assert earlier == ["by Ana 2", "by Ana 1", "by Ben 2"]
    assert uow.vectors.list_earlier("en", "", 1) == ["by Ben 2"]


def test_an_authors_own_texts_are_those_that_stand_or_wait(uow: UnitOfWork) -> None:
    stands, waits = write(uow, text="stands"), write(uow, text="waits", state=HELD)
    write(uow, text="returned", state=REJECTED)
    write(uow, text="another's", author="ben@example.org")
    own = [(revision, text) for revision, _, text in uow.vectors.list_own("en", ANA, 9)]
    assert own == [(waits.revision_id, "waits"), (stands.revision_id, "stands")]


def test_what_was_separated_from_a_text_is_known_when_the_same_words_come_again(uow: UnitOfWork) -> None:
    original, translation = write(uow), write(uow, "fr", "Un texte")
    write(uow, "es", "Otro")
    uow.links.separate(original.contribution_id, translation.contribution_id, "moderator@example.org")
    assert original.contribution_id in uow.vectors.list_separated("Un texte")
    assert uow.vectors.list_separated("Otro") == set()


def test_received_times_are_aware(uow: UnitOfWork) -> None:
    write(uow)
    (one,) = uow.vectors.list_after(MODEL, 0)
    assert one.received_at == NOW
    assert one.received_at.utcoffset() == timedelta()
