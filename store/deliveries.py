"""Spooled mail on its way to an outcome, and the account of all outcomes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from store.spool import ACCEPTED
from store.tables import Counter, Delivery, Message

SHUNTED = "shunted"
WAITING = "waiting"
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Account:
    """Every accepted delivery by outcome; `difference` is 0 unless something was lost."""

    accepted: int
    outcomes: dict[str, int]

    @property
    def difference(self) -> int:
        """What was accepted and has no row."""
        return self.accepted - sum(self.outcomes.values())


class Deliveries:
    """Takes waiting mail oldest first, and keeps what became of each."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find_waiting(self, before: datetime | None = None) -> tuple[Delivery, bytes] | None:
        """The oldest delivery without an outcome (received before an instant), locked for this unit of work, and its raw bytes."""
        query = (
            select(Delivery, Message)
            .join(Message, col(Message.id) == col(Delivery.message))
            .where(col(Delivery.outcome).is_(None))
            .order_by(col(Delivery.received_at), col(Delivery.id))
            .limit(1)
            # The message too: its deliveries to other lists are one text, and are handled one after the other.
            .with_for_update(skip_locked=True, of=(Delivery, Message))
        )
        if before is not None:
            query = query.where(col(Delivery.received_at) < before)
        row = self._session.execute(query).first()
        return (row[0], row[1].raw) if row else None

    def get(self, delivery_id: int) -> Delivery:
        """A delivery by its id; KeyError where there is none."""
        if found := self._session.get(Delivery, delivery_id):
            return found
        raise KeyError(delivery_id)

    def get_raw(self, delivery: Delivery) -> bytes:
        """The mail as it came."""
        query = select(col(Message.raw)).where(col(Message.id) == delivery.message)
        return bytes(self._session.execute(query).scalar_one())

    def find_outcome(self, key: str) -> str | None:
        """The outcome of the delivery with a key; None where it waits, or where there is none."""
        query = select(col(Delivery.outcome)).where(col(Delivery.key) == key)
        return self._session.execute(query).scalar_one_or_none()

    def finish(
        self,
        delivery: Delivery,
        outcome: str,
        *,
        kind: str,
        reason: str = "",
        contribution_id: int | None = None,
        revision_id: int | None = None,
    ) -> None:
        """Give a delivery its outcome."""
        delivery.outcome = outcome
        delivery.kind = kind
        delivery.reason = reason
        delivery.contribution_id = contribution_id
        delivery.revision_id = revision_id
        delivery.traceback = ""
        delivery.handled_at = self._now
        self._session.add(delivery)

    def change_outcome(self, delivery_id: int | None, outcome: str) -> None:
        """What was held is decided; None is a text that no delivery brought."""
        if delivery_id is None:
            return
        self._session.execute(
            update(Delivery)
            .where(col(Delivery.id) == delivery_id)
            .values(outcome=outcome, handled_at=self._now)
        )

    def shunt(self, delivery_id: int, traceback: str) -> None:
        """Set a delivery aside with what went wrong."""
        self._session.execute(
            update(Delivery)
            .where(col(Delivery.id) == delivery_id)
            .values(outcome=SHUNTED, traceback=traceback, handled_at=self._now)
        )

    def list_shunted(self) -> list[Delivery]:
        """What was set aside, oldest first."""
        query = select(Delivery).where(col(Delivery.outcome) == SHUNTED).order_by(col(Delivery.id))
        return list(self._session.execute(query).scalars())

    def retry(self, delivery_id: int) -> bool:
        """Let a shunted delivery be handled again; False where it is not shunted."""
        changed = self._session.execute(
            update(Delivery)
            .where(col(Delivery.id) == delivery_id, col(Delivery.outcome) == SHUNTED)
            .values(outcome=None, traceback="", handled_at=None)
            .returning(col(Delivery.id))
        )
        return changed.first() is not None

    def find_same_message(self, delivery: Delivery) -> Delivery | None:
        """An earlier delivery of the same message that became a contribution: a post to several lists."""
        query = (
            select(Delivery)
            .where(
                col(Delivery.message) == delivery.message,
                col(Delivery.id) != delivery.id,
                col(Delivery.revision_id).is_not(None),
            )
            .order_by(col(Delivery.id))
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def has_waiting(self, before: datetime) -> bool:
        """Whether mail received before an instant has no outcome yet, also where another worker has it in hand."""
        query = select(col(Delivery.id)).where(
            col(Delivery.outcome).is_(None), col(Delivery.received_at) < before
        )
        return self._session.execute(query.limit(1)).first() is not None

    def count_waiting(self) -> int:
        """How many wait to be handled."""
        query = select(func.count()).select_from(Delivery).where(col(Delivery.outcome).is_(None))
        return int(self._session.execute(query).scalar_one())

    def account(self) -> Account:
        """Every accepted delivery by outcome. A copy of a known delivery is a duplicate."""
        accepted = self._session.execute(
            select(col(Counter.value)).where(col(Counter.name) == ACCEPTED)
        ).scalar_one_or_none()
        outcomes: dict[str, int] = {}
        query = select(col(Delivery.outcome), func.count(), func.sum(col(Delivery.copies) - 1)).group_by(
            col(Delivery.outcome)
        )
        for outcome, number, copies in self._session.execute(query):
            name = outcome or WAITING
            outcomes[name] = outcomes.get(name, 0) + int(number)
            if copies:
                outcomes[DUPLICATE] = outcomes.get(DUPLICATE, 0) + int(copies)
        return Account(int(accepted or 0), dict(sorted(outcomes.items())))
