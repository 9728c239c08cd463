"""A forum for tests: a real database and spool, a clock that is moved by hand, tokens that can be foretold.

Mail goes in at the spool and is read out of the outbox, each through the checker over outgoing bytes.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from typing import cast

import structlog
from sqlalchemy import select
from sqlmodel import col

from bridge.encoder import make_matcher
from bridge.wiring import House, make_worker
from config.forum import Settings, load_settings
from store.database import open_database
from store.spool import Envelope, Spool
from store.tables import Delivery, Outgoing, OutgoingRecipient
from tests.outgoing import check_outgoing

FOR_SOME = ("notice", "elsewhere")
"""Kinds of list mail that is for some of its readers only: where there are none, nothing would leave."""

START = datetime(2013, 7, 2, 8, tzinfo=UTC)

FORUM = """\
[server]
smtp = "127.0.0.1:0"
smarthost = "maildir:///nowhere"
max_contribution_size = 20_000

[forum]
name = "sse"
domain = "forum.example.org"
time_zone = "Europe/Paris"
default_language = "en"
moderation = "all"
organizers = ["organizer@example.org"]
title = { en = "The forum", es = "El foro", fr = "Le forum" }

[[lists]]
language = "en"
address = "sse-en@forum.example.org"
moderators = ["moderator-en@example.org"]

[[lists]]
language = "es"
address = "sse-es@forum.example.org"
moderators = ["moderator-es@example.org"]

[[lists]]
language = "fr"
address = "sse-fr@forum.example.org"
moderators = ["moderator-fr@example.org", "second-fr@example.org"]

[[themes]]
number = 2
title = { en = "Territories", es = "Territorios", fr = "Territoires" }

[[themes.questions]]
number = 1
text = { en = "Who gains?", es = "¿Quién gana?", fr = "Qui y gagne ?" }

[[themes.phases]]
number = 1
questions = [1]
opens = 2013-07-01
closes = 2013-07-14

[[themes.phases]]
number = 2
questions = [1]
opens = 2013-07-29
closes = 2013-08-11
reminders = ["3d"]
looks_at = { en = "On question 1.", es = "De la pregunta 1.", fr = "Sur la question 1." }
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail of the outbox."""

    kind: str
    recipients: tuple[str, ...]
    mail_from: str
    raw: bytes
    send_at: datetime

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.raw, policy=policy.default))

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def body(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[2].decode().replace("\r\n", "\n")

    def header(self, name: str) -> str:
        return str(self.message[name] or "")


@cache
def _read_new_database() -> bytes:
    """A database as the migrations make it: they are run once, and copied for each test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "new.db"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


class TestHouse:
    """A forum in a folder; everything that would be sent is in `outbox`."""

    __test__ = False

    def __init__(self, folder: Path, forum: str = FORUM, now: datetime = START) -> None:
        path = folder / "forum.toml"
        path.write_text(forum, encoding="utf-8")
        self.settings: Settings = load_settings(path)
        scheme, _, file = self.settings.database_url.partition("sqlite:///")
        if not scheme and not Path(file).exists():
            Path(file).write_bytes(_read_new_database())
        self.now = now
        self._tokens = 0
        self._seen = 0
        self.house = House(
            settings=self.settings,
            database=open_database(self.settings.database_url),
            secret=b"a secret that tests know",
            now=lambda: self.now,
            new_token=self._next_token,
            log=structlog.get_logger(),
            open_matcher=cache(partial(make_matcher, self.settings)),
        )
        with self.house.unit() as ctx:
            ctx.uow.phases.keep_in_step(self.settings)
            ctx.uow.commit()
        self.worker = make_worker(self.house, lambda: None)
        # What fell due before the test begins is none of its business.
        self.worker.run_once()
        self.outbox()

    def close(self) -> None:
        self.house.close()

    def post(
        self,
        raw: bytes,
        *rcpt_tos: str,
        mail_from: str = "somebody@example.org",
        live: bool = True,
        edge: str = "test",
    ) -> list[str]:
        """Spool a mail at the forum's now, handle it, and say what became of each delivery."""
        self.spool(raw, *rcpt_tos, mail_from=mail_from, live=live, edge=edge)
        self.worker.run_once()
        return self.outcomes(*rcpt_tos)

    def spool(
        self,
        raw: bytes,
        *rcpt_tos: str,
        mail_from: str = "somebody@example.org",
        live: bool = True,
        edge: str = "test",
    ) -> None:
        spool = Spool(self.house.database, lambda: None)
        spool.start()
        future = spool.submit(Envelope(mail_from, rcpt_tos, raw, self.now, edge, live))
        spool.stop()
        future.result()

    def outcomes(self, *rcpt_tos: str) -> list[str]:
        """The outcome of the newest delivery at each address."""
        with self.house.database.engine.connect() as connection:
            query = select(col(Delivery.recipient), col(Delivery.outcome), col(Delivery.traceback)).order_by(
                col(Delivery.id)
            )
            rows = list(connection.execute(query))
        for _, outcome, trace in rows:
            assert outcome != "shunted", trace
        newest = {recipient: outcome for recipient, outcome, _ in rows}
        return [newest[recipient] for recipient in rcpt_tos]

    def accounts(self) -> dict[str, int]:
        """Deliveries by outcome."""
        with self.house.unit() as ctx:
            account = ctx.uow.deliveries.account()
        assert account.difference == 0
        return account.outcomes

    def tick(self, now: datetime) -> None:
        """Move the clock and do what is due."""
        self.now = now
        self.worker.run_once()

    def wait(self, **time: float) -> None:
        """Let time pass; nothing is done in it."""
        self.now += timedelta(**time)

    def subscribe(self, *emails: str, language: str) -> None:
        with self.house.unit() as ctx:
            for email in emails:
                ctx.uow.people.subscribe(email, language)
            ctx.uow.commit()

    def outbox(self) -> list[Sent]:
        """The mail that was enqueued since the last call, as it would leave."""
        with self.house.database.engine.connect() as connection:
            rows = list(
                connection.execute(
                    select(Outgoing.__table__)  # type: ignore[attr-defined]
                    .where(col(Outgoing.id) > self._seen)
                    .order_by(col(Outgoing.id))
                )
            )
            found = []
            for row in rows:
                recipients = connection.execute(
                    select(col(OutgoingRecipient.email))
                    .where(col(OutgoingRecipient.outgoing_id) == row.id)
                    .order_by(col(OutgoingRecipient.id))
                ).scalars()
                sent = Sent(row.kind, tuple(recipients), row.mail_from, row.content, row.send_at)
                if sent.recipients or sent.kind not in FOR_SOME:
                    found.append(sent)
        for mail in found:
            check_outgoing(mail.raw)
        self._seen = max([self._seen, *(row.id for row in rows)])
        return found

    def one(self, kind: str, to: str | None = None) -> Sent:
        """The one new mail of a kind (and recipient)."""
        found = [
            mail for mail in self.outbox() if mail.kind == kind and (to is None or to in mail.recipients)
        ]
        assert len(found) == 1, [mail.subject for mail in found]
        return found[0]

    def _next_token(self) -> str:
        self._tokens += 1
        digest = hashlib.sha256(str(self._tokens).encode()).hexdigest()
        return "".join(
            "abcdefghijklmnopqrstuvwxyz234567"[int(digest[i : i + 2], 16) % 32] for i in range(0, 52, 2)
        )


def mail(
    text: str = "We keep seeds in our village, and share them each spring.\n",
    *,
    sender: str = "ana@example.org",
    name: str = "Ana Souza",
    to: str = "sse-en@forum.example.org",
    subject: str = "Seeds",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """A mail as a person would send it; `in_reply_to="…"` and the like are further headers."""
    identifier = (
        message_id or hashlib.sha256(f"{sender}{to}{subject}{text}{headers}".encode()).hexdigest()[:12]
    )
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f'"{name}" <{sender}>' if name else sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = identifier if identifier.startswith("<") else f"<{identifier}@mail.example.org>"
    for key, value in headers.items():
        message[key.replace("_", "-").title()] = value
    message.set_content(text)
    return message.as_bytes()


def answer(to: Sent, text: str, *, sender: str, quote: bool = True) -> tuple[bytes, str]:
    """A reply to one of our mails, as a mail program writes it, and the address it goes to."""
    address = to.header("Reply-To") or to.header("From").rpartition("<")[2].rstrip(">")
    quoted = "".join(f"> {line}\n" for line in to.body.splitlines()) if quote else ""
    raw = mail(
        f"{text}\n\nOn Tue, 2 Jul 2013, the forum wrote:\n{quoted}" if quote else text,
        sender=sender,
        name="",
        to=address,
        subject=f"Re: {to.subject}",
        in_reply_to=to.header("Message-ID"),
    )
    return raw, address
