"""The audit trail: who did what, when."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from store.tables import AuditEvent


class Journal:
    """Writes audit events into the unit of work."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def write(self, event: str, actor: str, subject: str, **details: object) -> None:
        """`subject` names what it was done to: "revision 7", "phase 2.3", "subscription fr"."""
        values: Mapping[str, object] = details
        self._session.add(
            AuditEvent(at=self._now, event=event, actor=actor, subject=subject, details=dict(values))
        )
