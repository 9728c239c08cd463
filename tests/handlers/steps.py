"""Short steps that stories about posts and decisions are told in."""

from sqlalchemy import select, update
from sqlmodel import col

from store.tables import Outgoing, Revision, Version
from tests.house import Sent, TestHouse, answer, mail

EN, ES, FR, COMMANDS = (f"sse{x}@forum.example.org" for x in ("-en", "-es", "-fr", ""))
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


def revisions(house: TestHouse) -> list[tuple[int, str, str, int | None]]:
    """(id, state, text, id of the version's current revision) of every revision."""
    with house.house.database.engine.connect() as connection:
        query = select(
            col(Revision.id), col(Revision.state), col(Revision.text), col(Version.current_revision_id)
        ).join(Version, col(Version.id) == col(Revision.version_id))
        return [(int(row[0]), row[1], row[2], row[3]) for row in connection.execute(query)]
