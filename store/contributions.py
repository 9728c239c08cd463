"""Contributions with their versions, revisions and decisions: found, added, numbered, published."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from store.posts import APPROVED, COMPLETE, HELD, ORIGINAL, PUBLISHED, Post, find_completeness, is_stale
from store.search import Search
from store.sql import id_of, insert_into
from store.tables import Contribution, Counter, Decision, Delivery, Revision, Version

_NUMBER = "contribution"


class Contributions:
    """What people wrote."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find_by_number(self, number: int) -> Contribution | None:
        """A published contribution; one that was merged leads to the one it was merged into."""
        found = self.find_numbered(number)
        while found and found.merged_into_id is not None:
            found = self._session.get(Contribution, found.merged_into_id)
        return found

    def find_numbered(self, number: int) -> Contribution | None:
        """The contribution that was given a number, also where it was merged since."""
        query = select(Contribution).where(col(Contribution.number) == number)
        return self._session.execute(query).scalars().first()

    def find_contribution(self, contribution_id: int | None) -> Contribution | None:
        """A contribution by its id."""
        return self._session.get(Contribution, contribution_id) if contribution_id is not None else None

    def find_version(self, contribution_id: int | None, language: str) -> Version | None:
        """A contribution's version in a language, published or not."""
        query = select(Version).where(
            col(Version.contribution_id) == contribution_id, col(Version.language) == language
        )
        return self._session.execute(query).scalars().first()

    def find_post(self, revision_id: int | None) -> Post | None:
        """A revision with its version and contribution."""
        query = (
            select(Contribution, Version, Revision)
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .where(col(Revision.id) == revision_id)
        )
        row = self._session.execute(query).first()
        return Post(*row) if row else None

    def get_post(self, revision_id: int) -> Post:
        """A revision with what it belongs to now; KeyError where there is none."""
        found = self.find_post(revision_id)
        if found is None:
            raise KeyError(revision_id)
        return found

    def find_post_by_message(self, message_ids: Sequence[str]) -> Post | None:
        """The post whose own mail the first known of these Message-IDs names."""
        query = (
            select(col(Revision.message_id), func.min(col(Revision.id)))
            .where(
                col(Revision.message_id).in_(message_ids),
                col(Revision.state).in_((HELD, APPROVED, PUBLISHED)),
            )
            .group_by(col(Revision.message_id))
        )
        found = {row[0]: row[1] for row in self._session.execute(query)}
        return next((self.find_post(found[named]) for named in message_ids if named in found), None)

    def find_same_text(
        self,
        author_email: str,
        text_hash: str,
        since: datetime,
        *,
        parent_id: int | None,
        contribution_id: int | None,
    ) -> Revision | None:
        """What the same address wrote lately in the same words, in the same place, and what was not replaced since.

        The place is the contribution that it is a version of, or the one that it comments, or none.
        """
        query = (
            select(Revision)
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
            .where(
                col(Revision.author_email) == author_email,
                col(Revision.text_hash) == text_hash,
                col(Revision.received_at) > since,
                col(Revision.state).in_((HELD, APPROVED))
                | (col(Version.current_revision_id) == col(Revision.id)),
            )
            .order_by(col(Revision.id))
            .limit(1)
        )
        if contribution_id is not None:
            query = query.where(col(Contribution.id) == contribution_id)
        else:
            query = query.where(col(Contribution.parent_id).is_not_distinct_from(parent_id))
        return self._session.execute(query).scalars().first()

    def is_elsewhere(self, text_hash: str, contribution_id: int | None, language: str) -> bool:
        """Whether a text is there already in the same words, as another contribution's or in another language."""
        query = (
            select(col(Revision.id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .where(
                col(Revision.text_hash) == text_hash,
                col(Revision.state).in_((HELD, APPROVED, PUBLISHED)),
                (col(Version.contribution_id) != contribution_id) | (col(Version.language) != language),
            )
            .limit(1)
        )
        return self._session.execute(query).first() is not None

    def find_newest_text(self, version: Version) -> Revision | None:
        """The published text of a version, else the newest that waits."""
        waits = col(Revision.state).in_((HELD, APPROVED))
        query = (
            select(Revision)
            .where(
                col(Revision.version_id) == version.id,
                waits | (col(Revision.id) == version.current_revision_id),
            )
            .order_by(waits, col(Revision.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def current_text(self, contribution_id: int, language: str) -> Post | None:
        """The published text of a contribution in a language."""
        version = self.find_version(contribution_id, language)
        return self.find_post(version.current_revision_id) if version else None

    def list_published(self, contribution_id: int) -> list[Post]:
        """The current text of each language, the original first."""
        query = (
            select(Contribution, Version, Revision)
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.id) == col(Version.current_revision_id))
            .where(col(Contribution.id) == contribution_id)
            .order_by(col(Version.role) != ORIGINAL, col(Version.id))
        )
        return [Post(*row) for row in self._session.execute(query)]

    def find_original(self, contribution: Contribution) -> Post | None:
        """The published text that a contribution's translations are of."""
        return self.current_text(id_of(contribution), contribution.language)

    def list_stale(self, contribution: Contribution) -> list[Post]:
        """The published translations whose original has another text than the one that they were made from."""
        original = self.find_original(contribution)
        return [
            post
            for post in self.list_published(id_of(contribution))
            if original is not None and is_stale(post, original)
        ]

    def find_first_published(self, version: Version) -> Revision | None:
        """The text that a version was first published with."""
        query = (
            select(Revision)
            .where(col(Revision.version_id) == version.id, col(Revision.published_at).is_not(None))
            .order_by(col(Revision.id))
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def find_author_name(self, email: str) -> str:
        """The name that somebody last signed with, for themselves; empty where there is none."""
        query = (
            select(col(Revision.author_name))
            .where(
                col(Revision.author_email) == email,
                col(Revision.author_name) != "",
                col(Revision.sent_by) == "",
            )
            .order_by(col(Revision.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none() or ""

    def count_approved(self, email: str) -> int:
        """How many texts of an address were published before; none of nobody's, whose authors are forgotten."""
        if not email:
            return 0
        query = (
            select(func.count())
            .select_from(Revision)
            .where(col(Revision.author_email) == email, col(Revision.state) == PUBLISHED)
        )
        return int(self._session.execute(query).scalar_one())

    def add(self, row: Contribution | Version | Revision | Decision) -> int:
        """Keep a row; its id."""
        self._session.add(row)
        self._session.flush()
        return id_of(row)

    def publish(self, post: Post) -> None:
        """Make a revision the current text of its version; number its contribution if that is its first."""
        contribution, version, revision = post.contribution, post.version, post.revision
        self.give_number(contribution)
        revision.state = PUBLISHED
        revision.published_at = self._now
        was_whole = version.current_revision_id is not None and version.completeness == COMPLETE
        version.completeness = find_completeness(version, revision)
        if version.current_revision_id is None or (version.completeness == COMPLETE and not was_whole):
            # An earlier text claimed the version, but nobody could read it, or not the whole of it.
            version.received_at = revision.received_at
        version.current_revision_id = revision.id
        for row in (contribution, version, revision):
            self._session.add(row)
        self._session.flush()
        Search(self._session, self._now).index(
            post.revision_id, version.language, revision.title, revision.text
        )

    def give_number(self, contribution: Contribution) -> None:
        """Number a contribution that has no number yet."""
        if contribution.number is None:
            contribution.number = self._next_number()
            contribution.published_at = self._now
            self._session.add(contribution)
            self._session.flush()

    def set_state(self, post: Post, state: str) -> None:
        """Move a revision to another state."""
        post.revision.state = state
        self._session.add(post.revision)
        self._session.flush()

    def move_version(self, post: Post, contribution: Contribution) -> None:
        """Give a version to another contribution, as its original."""
        self._session.add(contribution)
        self._session.flush()
        post.version.contribution_id = id_of(contribution)
        post.version.role = ORIGINAL
        post.version.linked_by = ""
        post.revision.source_revision_id = None
        self._session.add(post.version)
        self._session.flush()

    def lock(self, post: Post) -> None:
        """Let nobody else decide about a post, its contribution or what it comments until this unit of work is over.

        Contribution first, in the order of ids, so that two who decide at once do not wait for each other; what
        they are in is read anew.
        """
        ids = sorted({post.contribution_id, post.contribution.parent_id or post.contribution_id})
        query = select(Contribution).where(col(Contribution.id).in_(ids)).order_by(col(Contribution.id))
        self._session.execute(query.with_for_update().execution_options(populate_existing=True)).all()
        self._session.refresh(post.version)
        self._session.refresh(post.revision, with_for_update=True)

    def find_decision(self, revision_id: int) -> Decision | None:
        """The decision that stands about a revision."""
        query = (
            select(Decision)
            .where(col(Decision.revision_id) == revision_id, col(Decision.undone_at).is_(None))
            .order_by(col(Decision.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def undo(self, decision: Decision) -> None:
        """Take a decision back."""
        decision.undone_at = self._now
        self._session.add(decision)

    def is_live(self, revision: Revision) -> bool:
        """Whether people are written to about a revision: not where an archive brought it."""
        delivery = self._session.get(Delivery, revision.delivery_id) if revision.delivery_id else None
        return delivery is None or delivery.live

    def _next_number(self) -> int:
        """One number more, from a row that the transaction locks: none is given twice, none is skipped."""
        insert = insert_into(self._session, Counter).values(name=_NUMBER, value=1)
        add = insert.on_conflict_do_update(
            index_elements=[col(Counter.name)], set_={"value": col(Counter.value) + 1}
        )
        return int(self._session.execute(add.returning(col(Counter.value))).scalar_one())
