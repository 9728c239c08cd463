"""Who translates what until when, and who wants to hear each week what lacks a language."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from store.sql import insert_into
from store.tables import Claim, Contribution, Phase, Watch

DONE = "done"
EXPIRED = "expired"
RELEASED = "released"


class Claims:
    """Claims of contributions, and of phases' syntheses; one is open until it ends or its time is over."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def lock(self, *, contribution_id: int | None = None, phase_id: int | None = None) -> None:
        """Let nobody else claim it until this unit of work is over: of two at once, one comes first."""
        table, row_id = (Contribution, contribution_id) if phase_id is None else (Phase, phase_id)
        query = select(col(table.id)).where(col(table.id) == row_id).with_for_update()
        self._session.execute(query).all()

    def find_open(
        self, language: str, *, contribution_id: int | None = None, phase_id: int | None = None
    ) -> Claim | None:
        """The claim that stands now."""
        about = self._about(language, contribution_id, phase_id)
        query = select(Claim).where(*about, *self._open()).order_by(col(Claim.id)).limit(1)
        return self._session.execute(query).scalars().first()

    def list_open(self, language: str) -> list[Claim]:
        """What somebody translates into a language now."""
        query = select(Claim).where(col(Claim.language) == language, *self._open()).order_by(col(Claim.id))
        return list(self._session.execute(query).scalars())

    def list_own(self, emails: Sequence[str]) -> list[Claim]:
        """The open claims of a person, by all their addresses."""
        query = select(Claim).where(col(Claim.email).in_(emails), *self._open()).order_by(col(Claim.id))
        return list(self._session.execute(query).scalars())

    def find_language(self, email: str, contribution_id: int | None) -> str | None:
        """Into which language an address said last that it translates a contribution, also where its time is over."""
        query = (
            select(col(Claim.language))
            .where(col(Claim.email) == email, col(Claim.contribution_id) == contribution_id)
            .order_by(col(Claim.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def take(
        self,
        email: str,
        language: str,
        until: datetime,
        *,
        contribution_id: int | None = None,
        phase_id: int | None = None,
    ) -> Claim:
        """Write a claim down; whoever calls has locked what it is about and seen that nobody else has it."""
        claim = Claim(
            contribution_id=contribution_id,
            phase_id=phase_id,
            language=language,
            email=email,
            claimed_at=self._now,
            expires_at=until,
        )
        self._session.add(claim)
        self._session.flush()
        return claim

    def extend(self, claim: Claim, until: datetime) -> None:
        """Extend a claim; it is never shortened."""
        claim.expires_at = max(claim.expires_at, until)
        self._session.add(claim)
        self._session.flush()

    def release(self, claim: Claim) -> None:
        """Its owner gives it back."""
        claim.ended_at, claim.outcome = self._now, RELEASED
        self._session.add(claim)
        self._session.flush()

    def finish(
        self, language: str, *, contribution_id: int | None = None, phase_id: int | None = None
    ) -> None:
        """It can be read in that language now, whoever translated it."""
        about = self._about(language, contribution_id, phase_id)
        self._session.execute(
            update(Claim).where(*about, *self._open()).values(ended_at=self._now, outcome=DONE)
        )

    def end_expired(self) -> None:
        """What ran out stands no longer."""
        ended = update(Claim).where(col(Claim.ended_at).is_(None), col(Claim.expires_at) <= self._now)
        self._session.execute(ended.values(ended_at=col(Claim.expires_at), outcome=EXPIRED))

    def list_ending(self, before: datetime) -> list[Claim]:
        """Open claims that run out before an instant, the first to end first."""
        query = (
            select(Claim)
            .where(*self._open(), col(Claim.expires_at) <= before)
            .order_by(col(Claim.expires_at), col(Claim.id))
        )
        return list(self._session.execute(query).scalars())

    # Watches.

    def watch(self, email: str, language: str) -> None:
        """Somebody wants to hear each week what lacks a language."""
        row = {"email": email, "language": language, "since": self._now}
        self._session.execute(insert_into(self._session, Watch).values(row).on_conflict_do_nothing())

    def unwatch(self, emails: Sequence[str], language: str | None = None) -> None:
        """No longer, for one language or for all."""
        query = select(Watch).where(col(Watch.email).in_(emails))
        for watch in self._session.execute(query).scalars().all():
            if language in (None, watch.language):
                self._session.delete(watch)
        self._session.flush()

    def list_watches(self, before: datetime) -> list[Watch]:
        """Who asked for it before an instant."""
        query = (
            select(Watch)
            .where(col(Watch.since) < before)
            .order_by(col(Watch.language), col(Watch.since), col(Watch.email))
        )
        return list(self._session.execute(query).scalars())

    def _open(self) -> tuple[ColumnElement[bool], ...]:
        return (col(Claim.ended_at).is_(None), col(Claim.expires_at) > self._now)

    def _about(
        self, language: str, contribution_id: int | None, phase_id: int | None
    ) -> tuple[ColumnElement[bool], ...]:
        return (
            col(Claim.language) == language,
            col(Claim.contribution_id).is_not_distinct_from(contribution_id),
            col(Claim.phase_id).is_not_distinct_from(phase_id),
        )
