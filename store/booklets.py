"""What a phase's booklet is made of: its contributions and their comments, in one language and in their own."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from store.posts import Post
from store.tables import Contribution, Revision, Version


class Booklets:
    """Published texts as they are printed."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def list_posts(
        self, theme_id: int, phase_id: int, language: str, languages: tuple[str, ...]
    ) -> list[Post]:
        """The current texts of a phase's contributions, and of every comment of the theme, by number.

        Of each at most two: in `language`, and the original where that is in one of the forum's `languages`. What is
        withdrawn, or was merged into another, is left out, as it is of the counts.
        """
        query = (
            select(Contribution, Version, Revision)
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.id) == col(Version.current_revision_id))
            .where(
                col(Contribution.theme_id) == theme_id,
                col(Contribution.parent_id).is_not(None) | (col(Contribution.phase_id) == phase_id),
                col(Contribution.number).is_not(None),
                col(Contribution.genre) == "contribution",
                col(Contribution.withdrawn_at).is_(None),
                col(Contribution.merged_into_id).is_(None),
                (col(Version.language) == language) | (col(Version.language) == col(Contribution.language)),
                col(Version.language).in_(languages),
            )
            .order_by(col(Contribution.number), col(Version.id))
        )
        return [Post(*row) for row in self._session.execute(query)]
