"""Short steps that stories about posts and decisions are told in."""

from sqlalchemy import update
from sqlmodel import col

from store.tables import Outgoing
from tests.house import Sent, TestHouse, answer, mail

EN, ES = "sse-en@forum.example.org", "sse-es@forum.example.org"
MODERATOR = "moderator-en@example.org"


def purge(house: TestHouse) -> None:
    """As the relay does once a mail with a token is sent."""
    with house.house.database.engine.begin() as connection:
        connection.execute(update(Outgoing).where(col(Outgoing.purge_when_sent)).values(content=None))


def hold(
    house: TestHouse,
    text: str = "We keep seeds in our village, and share them each spring.",
    to: str = EN,
    **headers: str,
) -> tuple[str, list[Sent]]:
    """Post a text; its outcome, and the mail that it led to."""
    outcome = house.post(mail(text, to=to, **headers), to)[0]
    return outcome, house.outbox()


def pick(sent: list[Sent], kind: str, to: str | None = None) -> Sent:
    """The first mail of a kind (and recipient)."""
    return next(m for m in sent if m.kind == kind and (to is None or to in m.recipients))


def say(
    house: TestHouse, notice: Sent, text: str, sender: str | None = None, *, quote: bool = True
) -> tuple[str, list[Sent]]:
    """Answer a mail; the outcome, and the mail that it led to."""
    raw, address = answer(notice, text, sender=sender or notice.recipients[0], quote=quote)
    return house.post(raw, address)[0], house.outbox()


def publish(
    house: TestHouse,
    text: str = "We keep seeds in our village, and share them each spring.",
    **headers: str,
) -> list[Sent]:
    """Post a text and approve it; the mail that this led to."""
    _, sent = hold(house, text, **headers)
    return say(house, pick(sent, "held"), "ok")[1]
