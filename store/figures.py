"""What an administrator watches, counted in a few statements: nothing here names a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlmodel import col

from store.deliveries import WAITING
from store.posts import HELD
from store.spool import ACCEPTED
from store.tables import Counter, Delivery, OutgoingRecipient, Revision, Subscription


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at one instant; `oldest_waiting_at` is when the mail that waits longest was received."""

    accepted: int
    deliveries: dict[str, int]
    oldest_waiting_at: datetime | None
    held: int
    outgoing: dict[str, int]
    subscriptions: dict[tuple[str, str], int]
    """By language and state."""


def read_figures(engine: Engine) -> Figures:
    """Read them in one transaction. SQLAlchemyError where the database is away."""
    waiting = col(Delivery.outcome).is_(None)
    with engine.connect() as connection:
        accepted = connection.execute(select(col(Counter.value)).where(col(Counter.name) == ACCEPTED))
        outcomes = connection.execute(
            select(col(Delivery.outcome), func.count()).group_by(col(Delivery.outcome))
        )
        outgoing = connection.execute(
            select(col(OutgoingRecipient.state), func.count()).group_by(col(OutgoingRecipient.state))
        )
        subscriptions = connection.execute(
            select(col(Subscription.language), col(Subscription.state), func.count()).group_by(
                col(Subscription.language), col(Subscription.state)
            )
        )
        held = select(func.count()).select_from(Revision).where(col(Revision.state) == HELD)
        return Figures(
            accepted=int(accepted.scalar_one_or_none() or 0),
            deliveries={outcome or WAITING: int(count) for outcome, count in outcomes},
            oldest_waiting_at=connection.execute(
                select(func.min(col(Delivery.received_at))).where(waiting)
            ).scalar_one(),
            held=int(connection.execute(held).scalar_one()),
            outgoing={state: int(count) for state, count in outgoing},
            subscriptions={(language, state): int(count) for language, state, count in subscriptions},
        )
