"""What the people of the demo find in their mailboxes, and how they answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as somebody received it."""

    to: str
    message: EmailMessage

    @property
    def kind(self) -> str:
        """The kind of notice, which its Message-ID begins with."""
        return self.message_id[1:].partition(".")[0]

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    @property
    def answer_to(self) -> str:
        """Where a reply goes."""
        return str(self.message["Reply-To"] or self.message["From"]).rpartition("<")[2].rstrip(">")

    @property
    def text(self) -> str:
        """Its body."""
        return str(self.message.get_content())

    @property
    def shown(self) -> str:
        """What a reader sees: subject, then text."""
        return f"Subject: {self.message['Subject']}\n\n{self.text}"


class Mailbox:
    """The Maildir that everybody's mail is delivered to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[Received] = []
        self._seen: set[str] = set()

    def look(self) -> list[Received]:
        """What came since the last look."""
        new = self.folder / "new"
        names = sorted(path.name for path in new.iterdir()) if new.is_dir() else []
        fresh = []
        for name in names:
            if name not in self._seen:
                self._seen.add(name)
                message = message_from_bytes((new / name).read_bytes(), policy=policy.default)
                fresh.append(Received(str(message["Delivered-To"]), message))
        self.all.extend(fresh)
        return fresh

    def find(self, kind: str, *, to: str = "", language: str = "") -> Received | None:
        """The newest mail of a kind, for an address or in a language."""
        for mail in reversed(self.all):
            spoken = str(mail.message["Content-Language"])
            if mail.kind == kind and to in ("", mail.to) and language in ("", spoken):
                return mail
        return None


def write_answer(received: Received, text: str, at: datetime) -> tuple[bytes, str]:
    """A reply as a mail program writes it, and the address it goes to.

    "@approve" and the like are an empty mail to the address in the notice.
    """
    address = received.answer_to
    if text.startswith("@"):
        prefix = {"@approve": "ok", "@reject": "no", "@discard": "drop"}[text]
        found = re.search(rf"\S+\+{prefix}-\S+", received.text)
        return _write(received, found[0] if found else address, "", at), found[0] if found else address
    quoted = "".join(f"> {line}\r\n" for line in received.text.splitlines())
    return _write(received, address, f"{text}\r\n\r\n{quoted}", at), address


def add_header(raw: bytes, name: str, value: str) -> bytes:
    """A mail with one more header on top."""
    return f"{name}: {value}\r\n".encode() + raw


def _write(received: Received, address: str, body: str, at: datetime) -> bytes:
    number = f"{at:%Y%m%d%H%M%S}.{abs(hash((received.message_id, body))) % 10**8}"
    head = (
        f"From: {received.to}\r\n"
        f"To: {address}\r\n"
        "Subject: Re: your message\r\n"
        f"Date: {format_datetime(at)}\r\n"
        f"Message-ID: <{number}@mail.example.org>\r\n"
        f"In-Reply-To: {received.message_id}\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
    )
    return f"{head}\r\n{body}".encode()
