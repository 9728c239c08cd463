"""What authors' domains ask of mail in their name, as it was last looked up; handlers read it, nobody waits for DNS."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from store.sql import insert_into
from store.tables import DomainPolicy, Revision

FRESH = timedelta(days=7)
"""How long an answer holds; a policy is changed by years, not by days."""
UNKNOWN_FRESH = timedelta(hours=1)
"""How soon a domain that could not be asked is asked again."""
UNKNOWN = "unknown"
LATELY = timedelta(days=60)


class Policies:
    """By domain: "none", "quarantine" or "reject" (RFC 7489 §6.3), "absent" where it publishes nothing."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find(self, domain: str) -> str | None:
        """The policy of a domain; None where it is not known, or was too long ago."""
        found = self._session.get(DomainPolicy, domain)
        if found is None or found.policy == UNKNOWN or found.checked_at < self._now - FRESH:
            return None
        return found.policy

    def record(self, domain: str, policy: str) -> None:
        """Keep an answer, or that there was none."""
        row = {"domain": domain, "policy": policy, "checked_at": self._now}
        add = insert_into(self._session, DomainPolicy).values(row)
        self._session.execute(
            add.on_conflict_do_update(
                index_elements=[col(DomainPolicy.domain)],
                set_={"policy": policy, "checked_at": self._now},
            )
        )

    def list_wanted(self) -> list[str]:
        """The domains of those who wrote lately that are not known, or not any more."""
        query = (
            select(col(Revision.author_email))
            .where(col(Revision.received_at) > self._now - LATELY)
            .distinct()
            .order_by(col(Revision.author_email))
        )
        emails = self._session.execute(query).scalars()
        domains = sorted({email.rpartition("@")[2] for email in emails} - {""})
        policy, checked_at = col(DomainPolicy.policy), col(DomainPolicy.checked_at)
        known = select(col(DomainPolicy.domain)).where(
            col(DomainPolicy.domain).in_(domains),
            or_(
                and_(policy == UNKNOWN, checked_at >= self._now - UNKNOWN_FRESH),
                and_(policy != UNKNOWN, checked_at >= self._now - FRESH / 2),
            ),
        )
        fresh = set(self._session.execute(known).scalars())
        return [domain for domain in domains if domain not in fresh]
