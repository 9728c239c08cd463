"""Short steps that stories about readers, their modes and their digests are told in."""

from datetime import datetime
from itertools import count

from tests.handlers.steps import publish
from tests.house import Sent, TestHouse, mail

_NUMBERS = count()
COMMANDS = "sse@forum.example.org"
WORDS = "We keep seeds in our village, and share them each spring."


def ask(house: TestHouse, text: str, sender: str = "bo@example.org") -> list[Sent]:
    """Send commands; the mail that they led to."""
    raw = mail(text, sender=sender, to=COMMANDS, subject="", message_id=f"ask{next(_NUMBERS)}")
    assert house.post(raw, COMMANDS) == ["command"]
    return house.outbox()


def reader(house: TestHouse, name: str, *wishes: str, language: str = "en") -> str:
    """Somebody on a list who wants it so; their address."""
    email = f"{name}@example.org"
    house.subscribe(email, language=language)
    for wish in wishes:
        assert ask(house, wish, email), wish
    return email


def write(
    house: TestHouse, title: str, text: str = WORDS, language: str = "en", **headers: str
) -> list[Sent]:
    """A published contribution, for whose text nobody knows another like it; the mail that it led to."""
    sender = headers.pop("sender", "ana@example.org")
    to = f"sse-{language}@forum.example.org"
    return publish(house, f"{title}.\n\n{text}", to=to, subject=title, sender=sender, **headers)


def about(sent: list[Sent], kind: str) -> list[Sent]:
    """The mails of a kind that anybody gets."""
    return [mail for mail in sent if mail.kind == kind and mail.recipients]


def digests(house: TestHouse, now: datetime) -> list[Sent]:
    """Move the clock; the digests that this leads to."""
    house.tick(now)
    return about(house.outbox(), "digest")
