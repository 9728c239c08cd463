"""Plays a scene: people write, the clock moves, the daemon stops and starts; every mail that leaves is kept.

The database, the spool, the worker and the relay's side of the outbox are the real ones. Time is the scene's own:
it goes from one due instant to the next as a daemon's would. A second before each nothing may leave, and a second
look at the same instant may change nothing.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bridge.wiring import make_worker
from handlers.phase import find_next_due
from store.dispatch import Attempt, claim_batches, find_next_attempt, record_results
from store.spool import identify
from store.tables import Delivery
from tests.house import TestHouse
from tests.outgoing import check_outgoing

SECOND = timedelta(seconds=1)

_SECRETS = re.compile(
    r"(?P<kind>\b[a-z_]+)\.(?P<id>[a-z2-7]{28})(?=@)"
    r"|\b(?P<how>m|ok|no|drop|separate)-(?P<token>[a-z2-7]{26})\b"
    r"|\bb-(?P<short>[a-z2-7]{16})-[a-z2-7]{16}(?=@)"
)
_PLACEHOLDER = re.compile(r"(?:(?P<kind>\b[a-z_]+)\.)?\b(?P<name>(?:TOKEN|ID)-\d+)\b")
_SHORT = 16
"""Characters of a Message-ID that its return path carries."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at an instant: a mail is posted, the daemon is down until later, or nothing."""

    at: datetime
    post: str
    mail_from: str
    to: tuple[str, ...]
    outcomes: tuple[str, ...]
    down_until: datetime | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A `scene….toml`; `account` is the deliveries by outcome at the end, `name` what its file's name ends with."""

    folder: Path
    name: str
    forum: str
    starts: datetime
    subscribers: dict[str, list[str]]
    steps: tuple[Step, ...]
    account: dict[str, int]

    @property
    def expected(self) -> Path:
        """The folder of the mails that should leave."""
        return self.folder / f"expected{self.name}"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it left, its tokens and Message-IDs already replaced; `file` says what it is and to whom."""

    file: str
    text: str


RULE = "-" * 70
"""What stands between our words and those of others in a moderator's notice."""
_CHANCE = re.compile(r"\b\d{1,2}(?=[ \u00a0]?%)")


class Placeholders:
    """Calls each secret by the order in which people see it: TOKEN-1, TOKEN-2, ID-1 …; and back."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._secrets: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text with placeholders."""
        return _SECRETS.sub(self._replace, text)

    def fill(self, text: str) -> str:
        """The text with what the placeholders stand for; AssertionError for one that nobody has seen yet."""
        return _PLACEHOLDER.sub(self._get, text)

    def _replace(self, match: re.Match[str]) -> str:
        if match["token"]:
            return f"{match['how']}-{self._name('TOKEN', match['token'], match['token'])}"
        if match["short"]:
            return f"b-{self._name('ID', match['short'], '')}-MAC"
        return f"{match['kind']}.{self._name('ID', match['id'][:_SHORT], match[0])}"

    def _name(self, word: str, key: str, secret: str) -> str:
        if key not in self._names:
            number = sum(name.startswith(word) for name in self._names.values()) + 1
            self._names[key] = f"{word}-{number}"
        if secret:
            self._secrets[self._names[key]] = secret
        return self._names[key]

    def _get(self, match: re.Match[str]) -> str:
        secret = self._secrets.get(match["name"], "")
        assert secret, f"nobody has seen {match['name']} yet"
        assert secret.startswith(f"{match['kind']}.") or match["name"].startswith("TOKEN"), (
            f"{match[0]} is of another kind"
        )
        return secret


def show_mail(
    raw: bytes, recipients: Iterable[str], mail_from: str, sent: str, placeholders: Placeholders
) -> str:
    """A mail as the expected files hold it: a first line with its envelope, encoded words decoded, LF."""
    check_outgoing(raw)
    head, _, body = raw.decode("utf-8").replace("\r\n", "\n").partition("\n\n")
    lines = [f"Delivered-To: {', '.join(recipients)}; from <{mail_from}>{sent}"]
    for line in re.sub(r"\n[ \t]+", " ", head).split("\n"):
        name, _, value = line.partition(": ")
        lines.append(f"{name}: {make_header(decode_header(value))}" if "=?" in value else line)
    return placeholders.hide("\n".join(lines) + "\n\n" + _hide_chances(body))


def _hide_chances(body: str) -> str:
    """What a moderator is shown of a probability differs in its last figure from one processor to another."""
    ours, rule, text = body.partition(RULE)
    return _CHANCE.sub("NN", ours) + rule + text if rule else body


def name_mail(number: int, text: str) -> str:
    """`07-held-moderator-fr.eml`: the kind that the Message-ID begins with, and the local part of To."""
    kind = re.search(r"(?m)^Message-ID: <([a-z_]+)", text)
    to = re.search(r"(?m)^To: ([^@\n]+)@", text)
    assert kind, text
    assert to, text
    return f"{number:02}-{kind[1]}-{to[1]}.eml"


class Stage:
    """A forum in a folder of its own, on which one scene is played."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self._scene = scene
        self._house = TestHouse(folder, scene.forum, scene.starts)
        self._engine = self._house.house.database.engine
        self._placeholders = Placeholders()
        self._delivered: set[str] = set()
        self.sent: list[Mail] = []
        for language, emails in scene.subscribers.items():
            self._house.subscribe(*emails, language=language)

    def close(self) -> None:
        """Give the database back."""
        self._house.close()

    def play(self) -> None:
        """Every step in order of time; AssertionError where a delivery becomes something else than expected."""
        for step in self._scene.steps:
            self._move_to(step.at)
            if step.down_until:
                self._be_down(step.down_until)
            elif step.post:
                self._post(step)
        assert self._house.accounts() == self._scene.account

    def _post(self, step: Step) -> None:
        raw = (self._scene.folder / step.post).read_bytes()
        assert not re.search(rb"(?<!\r)\n", raw), f"{step.post}: a line that does not end with CRLF"
        raw = self._placeholders.fill(raw.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )
        recipients = tuple(map(self._placeholders.fill, step.to))
        self._house.spool(raw, *recipients, mail_from=step.mail_from)
        self._look(step.at)
        outcomes = tuple(
            self._outcome(identify(raw).key(recipient), expected)
            for recipient, expected in zip(recipients, step.outcomes, strict=True)
        )
        assert outcomes == step.outcomes, f"{step.post} at {step.at}"
        self._look(step.at, quiet=True)

    def _outcome(self, key: str, expected: str) -> str:
        """The outcome of a delivery, with its reason where one is expected: "decision: unclear"."""
        if key in self._delivered:
            return "duplicate"
        self._delivered.add(key)
        query = select(col(Delivery.outcome), col(Delivery.reason), col(Delivery.traceback))
        with self._engine.connect() as connection:
            outcome, reason, trace = connection.execute(query.where(col(Delivery.key) == key)).one()
        assert outcome != "shunted", trace
        return f"{outcome}: {reason}" if ":" in expected else str(outcome)

    def _be_down(self, until: datetime) -> None:
        """Nobody looks at anything; then a new daemon does."""
        self._house.now = until
        self._house.worker = make_worker(self._house.house, lambda: None)
        self._look(until)
        self._look(until, quiet=True)

    def _move_to(self, instant: datetime) -> None:
        assert instant >= self._house.now, "a scene goes forward in time"
        while (due := self._next_due()) is not None and due <= instant:
            if due - SECOND > self._house.now:
                self._look(due - SECOND, quiet=True)
            self._look(due)
            self._look(due, quiet=True)
        self._look(instant, quiet=True)

    def _next_due(self) -> datetime | None:
        """What the clock or the relay would wake for."""
        with self._house.house.unit() as ctx:
            announcement = find_next_due(ctx)
        instants = (announcement, find_next_attempt(self._engine))
        return min((instant for instant in instants if instant), default=None)

    def _look(self, now: datetime, quiet: bool = False) -> None:
        """Do and send what is due; nothing may be where it is to be quiet."""
        before = len(self.sent)
        self._house.tick(now)
        while batches := claim_batches(self._engine, now):
            for batch in batches:
                recipients = [recipient.email for recipient in batch.recipients]
                local = now.astimezone(self._house.settings.zone)
                sent = f"; sent {local:%Y-%m-%d %H:%M:%S %z}"
                text = show_mail(batch.content, recipients, batch.mail_from, sent, self._placeholders)
                self.sent.append(Mail(name_mail(len(self.sent) + 1, text), text))
                record_results(self._engine, batch, dict.fromkeys(recipients, Attempt("sent")), now)
        assert not quiet or len(self.sent) == before, f"something left at {now}:\n{self.sent[-1].text}"


def read_scene(path: Path) -> Scene:
    """A scene from its file; see `tests/acceptance/test_acceptance.py` for what may stand in it."""
    document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = tuple(_read_step(item) for item in document["steps"])
    return Scene(
        folder=path.parent,
        name=path.stem.removeprefix("scene"),
        forum=(path.parent / document.get("forum", "forum.toml")).read_text(encoding="utf-8"),
        starts=document["starts"].astimezone(UTC),
        subscribers=document.get("subscribers", {}),
        steps=steps,
        account=document["account"],
    )


def _read_step(item: dict[str, Any]) -> Step:
    known = {"at", "post", "mail_from", "to", "outcomes", "down_until", "says"}
    assert set(item) <= known, f"{set(item) - known} is no part of a step"
    down_until = item.get("down_until")
    return Step(
        at=item["at"].astimezone(UTC),
        post=item.get("post", ""),
        mail_from=item.get("mail_from", ""),
        to=tuple(item.get("to", ())),
        outcomes=tuple(item.get("outcomes", ())),
        down_until=down_until.astimezone(UTC) if down_until else None,
    )
