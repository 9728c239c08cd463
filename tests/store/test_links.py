"""Links of texts to contributions, and pairs that somebody separated."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.links import LINKED, REFUSED, SUGGESTED
from store.posts import HELD, PUBLISHED
from store.tables import Claim, Contribution
from store.unit import UnitOfWork
from tests.store.test_contributions import NOW, contribute, write

BY = "moderator@example.org"


def ids(uow: UnitOfWork, number: int) -> list[int]:
    return [contribute(uow).id or 0 for _ in range(number)]


def test_a_link_is_kept_once_for_a_text_and_a_contribution_and_replaced(uow: UnitOfWork) -> None:
    post, other = write(uow, contribute(uow)), contribute(uow)
    first = uow.links.keep(
        post.revision_id,
        other.id or 0,
        state=SUGGESTED,
        signal="content",
        probability=0.87,
        reasons=[("figures", "29", "2013")],
        covers=(1, 6, 9),
        choice=2,
    )
    assert (first.reasons, first.covers, first.made_by) == ([["figures", "29", "2013"]], [1, 6, 9], "")
    uow.links.undo(first, BY)
    assert uow.links.list_for(post.revision_id) == []
    again = uow.links.keep(post.revision_id, other.id or 0, state=LINKED, signal="moderator", made_by=BY)
    assert again.id == first.id
    assert (again.state, again.probability, again.reasons, again.undone_at) == (LINKED, None, [], None)


def test_suggestions_are_listed_in_the_order_of_their_choices(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    one, two, three = ids(uow, 3)
    for choice, contribution_id in ((3, one), (1, two), (2, three)):
        uow.links.keep(post.revision_id, contribution_id, state=SUGGESTED, signal="content", choice=choice)
    listed = uow.links.list_for(post.revision_id)
    assert [link.contribution_id for link in listed] == [two, three, one]


def test_what_is_left_of_the_suggestions_is_refused_and_what_is_linked_stays(uow: UnitOfWork) -> None:
    post = write(uow, contribute(uow))
    one, two, three = ids(uow, 3)
    for contribution_id in (one, two, three):
        uow.links.keep(post.revision_id, contribution_id, state=SUGGESTED, signal="content")
    uow.links.accept(uow.links.list_for(post.revision_id)[1], BY)
    uow.links.refuse(post.revision_id, BY)
    found = uow.links.list_for(post.revision_id)
    assert [(link.state, link.made_by) for link in found] == [(REFUSED, BY), (LINKED, BY), (REFUSED, BY)]


def test_a_text_is_linked_to_the_contribution_that_it_is_a_version_of_now(uow: UnitOfWork) -> None:
    contribution, other = contribute(uow), contribute(uow)
    post = write(uow, contribution, "fr")
    here = uow.links.keep(post.revision_id, contribution.id or 0, state=LINKED, signal="content")
    uow.links.keep(post.revision_id, other.id or 0, state=LINKED, signal="content")
    assert uow.links.find_linked(post.revision_id) is here
    uow.links.undo(here, BY)
    assert uow.links.find_linked(post.revision_id) is None
    assert (here.undone_by, here.undone_at) == (BY, NOW)
    assert uow.links.find_linked(99) is None


def test_links_of_a_contribution_are_those_to_it_from_it_and_of_its_texts(uow: UnitOfWork) -> None:
    one, two, three = (contribute(uow) for _ in range(3))
    first, second = write(uow, one, "fr"), write(uow, two, "es", state=PUBLISHED)
    to_one = uow.links.keep(first.revision_id, one.id or 0, state=LINKED, signal="address")
    to_three = uow.links.keep(
        second.revision_id, three.id or 0, state=LINKED, signal="moderator", moved_from_id=one.id
    )

    def listed(contribution: Contribution | None = None, *states: str) -> list[int | None]:
        found = uow.links.list_links(contribution.id if contribution else None, states=states)
        return [link.id for link, _ in found]

    assert listed() == [to_one.id, to_three.id]
    assert listed(one) == [to_one.id, to_three.id]
    assert listed(two) == [to_three.id]
    assert listed(three) == [to_three.id]
    assert listed(None, HELD) == [to_one.id]


def test_a_separation_holds_both_ways_and_is_written_once(uow: UnitOfWork) -> None:
    one, two, three = ids(uow, 3)
    uow.links.separate(two, one, BY)
    uow.links.separate(one, two, BY)
    uow.links.separate(three, one, BY)
    assert uow.links.are_separated(one, two)
    assert uow.links.are_separated(two, one)
    assert not uow.links.are_separated(two, three)
    assert (uow.links.list_separated(one), uow.links.list_separated(two)) == ({two, three}, {one})
    with pytest.raises(ValueError, match="itself"):
        uow.links.separate(one, one, BY)


def test_a_link_between_two_that_are_separated_stands_no_longer(uow: UnitOfWork) -> None:
    one, two, three = (contribute(uow) for _ in range(3))
    post = write(uow, one)
    between = uow.links.keep(post.revision_id, two.id or 0, state=LINKED, signal="content")
    other = uow.links.keep(post.revision_id, three.id or 0, state=LINKED, signal="content")
    uow.links.separate(two.id or 0, one.id or 0, BY)
    assert (between.undone_by, other.undone_by) == (BY, "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(parents=st.lists(st.integers(0, 9), min_size=1, max_size=10))
def test_every_contribution_leads_to_one_whose_family_it_is_in(uow: UnitOfWork, parents: list[int]) -> None:
    """Each is merged into an earlier one, or into none; the examples share a database, and nothing else."""
    rows = [contribute(uow) for _ in parents]
    for place, parent in enumerate(parents):
        if parent < place:
            rows[place].merged_into_id = rows[parent].id
    uow.flush()
    kept = [row for row in rows if row.merged_into_id is None]
    families = {row.id: uow.merges.list_family(row) for row in kept}
    assert sorted(each for family in families.values() for each in family) == [row.id for row in rows]
    for row in rows:
        assert row.id in families[uow.merges.find_kept(row).id]
        assert [each.id for each in uow.merges.list_way(row)][-1:] == (
            [uow.merges.find_kept(row).id] if row.merged_into_id else []
        )


def test_a_version_that_moves_takes_the_place_of_one_that_came_to_nothing(uow: UnitOfWork) -> None:
    kept, gone = contribute(uow), contribute(uow)
    returned = write(uow, kept, "fr", "Returned", "rejected")
    post = write(uow, gone, "fr", "Un texte")
    uow.merges.move_version(post.version, kept, "translation", "moderator")
    found = uow.contributions.find_version(kept.id, "fr")
    assert found is post.version
    assert {text.text for text in uow.merges.list_revisions(found)} == {"Returned", "Un texte"}
    assert uow.merges.list_versions(gone.id or 0) == []
    assert returned.revision.version_id == post.version.id


def test_comments_move_along_and_only_those_go_back(uow: UnitOfWork) -> None:
    first, second, third = (contribute(uow) for _ in range(3))
    on_second, on_third = contribute(uow, second.id), contribute(uow, third.id)
    uow.merges.move_comments(third, second)
    third.merged_into_id = second.id
    uow.merges.move_comments(second, first)
    second.merged_into_id = first.id
    later = contribute(uow, first.id)
    uow.flush()
    assert {on_second.parent_id, on_third.parent_id, later.parent_id} == {first.id}
    uow.merges.return_comments([first.id or 0], uow.merges.list_family(second), second)
    second.merged_into_id = None
    assert (on_second.parent_id, on_second.first_parent_id) == (second.id, None)
    assert (on_third.parent_id, on_third.first_parent_id) == (second.id, third.id)
    assert later.parent_id == first.id
    uow.merges.return_comments([second.id or 0], uow.merges.list_family(third), third)
    assert (on_third.parent_id, on_third.first_parent_id) == (third.id, None)


def test_an_open_claim_moves_along_unless_that_is_taken(uow: UnitOfWork) -> None:
    kept, gone = contribute(uow), contribute(uow)

    def claim(contribution: Contribution, language: str) -> Claim:
        row = Claim(
            contribution_id=contribution.id, language=language, email=BY, claimed_at=NOW, expires_at=NOW
        )
        uow.contributions.add(row)  # type: ignore[arg-type]
        return row

    held, free, taken = claim(kept, "fr"), claim(gone, "es"), claim(gone, "fr")
    uow.merges.move_claims(gone, kept)
    uow.contributions._session.expire_all()
    assert (held.contribution_id, held.ended_at) == (kept.id, None)
    assert (free.contribution_id, free.ended_at) == (kept.id, None)
    assert (taken.contribution_id, taken.outcome) == (gone.id, "merged")


def test_a_version_is_found_by_the_newest_link_to_where_it_is(uow: UnitOfWork) -> None:
    contribution, other = contribute(uow), contribute(uow)
    post = write(uow, contribution, "fr")
    assert uow.merges.find_link(post.version) is None
    uow.links.keep(post.revision_id, other.id or 0, state=LINKED, signal="content")
    here = uow.links.keep(post.revision_id, contribution.id or 0, state=LINKED, signal="content")
    assert uow.merges.find_link(post.version) is here
