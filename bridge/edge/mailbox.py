"""One mailbox of an IMAP server (RFC 3501): opened, read, marked, and waited at (IDLE, RFC 2177).

imapclient 4.1 with what it lacks: each failure is one clear line, a dead connection is one too, and a wait can be
cut short from outside. A mailbox belongs to one thread; only `interrupt` may be called by another.
"""

import re
import selectors
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from imapclient import DELETED, FLAGGED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from config.forum import ImapAccount
from config.loading import ConfigError

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""For each piece of an answer; a whole mail may take longer."""
MAX_REASON = 200

_URL = re.compile(r"(imaps?)://([^/]+)@(\[[^\]]+\]|[^/:@]+)(?::(\d+))?/(.+)", re.DOTALL)
_PORTS = {"imap": 143, "imaps": 993}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1", re.IGNORECASE)
_BYTES = re.compile(r"b(['\"])(.*?)\1")


class MailboxError(Exception):
    """The mailbox cannot be used now; the text is one clear line."""


class LoginRefusedError(MailboxError):
    """The server does not take the login: it would be no use to try again soon."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is and how to get in; `url` names it in the store and holds no password."""

    url: str
    scheme: str
    user: str
    password: str
    host: str
    port: int
    folder: str
    poll_seconds: int
    move_to: str | None

    @property
    def label(self) -> str:
        """What the log calls it: no whole address."""
        return f"{self.user.partition('@')[0]}@{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a mailbox says of a message before it is fetched; `size` in bytes, `received_at` its INTERNALDATE."""

    uid: int
    size: int
    received_at: datetime


def parse_account(account: ImapAccount, environ: Mapping[str, str]) -> Account:
    """A mailbox of forum.toml with its password. ConfigError, in one line, for what cannot be right."""
    match = _URL.fullmatch(account.url)
    if match is None:
        raise ConfigError([f'server.imap: "{account.url}" is not a mailbox'])
    scheme, user, host, port, folder = match.groups()
    user, folder, host = unquote(user), unquote(folder), host.strip("[]")
    number = int(port or _PORTS[scheme])
    if number > 65_535:
        raise ConfigError([f'server.imap: "{account.url}": a port is at most 65535'])
    password = environ.get(account.password_env, "")
    if not password:
        raise ConfigError([f"server.imap: {host} wants a login, and {account.password_env} is not set"])
    url = f"{scheme}://{quote(user, safe='')}@{host}:{number}/{quote(folder)}"
    return Account(url, scheme, user, password, host, number, folder, account.poll_seconds, account.move_to)


class Mailbox:
    """A connection to one folder. Every method but `interrupt` and `close` raises MailboxError where it is away."""

    def __init__(self, account: Account, tls: ssl.SSLContext | None = None) -> None:
        self.account = account
        self.uid_validity = 0
        self._tls = tls
        self._client: IMAPClient | None = None

    def open(self) -> None:
        """Connect, log in, and select the folder; the one to move to is made where it is not there."""
        with self._speaking():
            self._client = client = self._connect()
            self._log_in(client)
            move_to = self.account.move_to
            if move_to and not client.folder_exists(move_to):
                client.create_folder(move_to)
            selected = client.select_folder(self.account.folder)
            client.normalise_times = False
            self.uid_validity = int(selected.get(b"UIDVALIDITY", 0))

    def find_uids(self, above: int) -> list[int]:
        """The messages that came after a UID, in order."""
        with self._speaking() as client:
            # Past the end, "n:*" names the last message all the same (RFC 3501 §6.4.8).
            return sorted(uid for uid in client.search(["UID", f"{above + 1}:*"]) if uid > above)

    def measure(self, uids: Sequence[int]) -> list[Measure]:
        """What there is to know of messages before they are fetched, in order; without those that are gone."""
        with self._speaking() as client:
            found = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
            return [
                Measure(uid, found[uid][b"RFC822.SIZE"], found[uid][b"INTERNALDATE"])
                for uid in uids
                if b"RFC822.SIZE" in found.get(uid, {})
            ]

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole messages, which stay unread; without those that are gone."""
        with self._speaking() as client:
            found = client.fetch(uids, ["BODY.PEEK[]"])
            return {uid: said[b"BODY[]"] for uid, said in found.items() if said.get(b"BODY[]") is not None}

    def file_away(self, uids: Sequence[int]) -> str:
        """Mark messages as read, and move them where they are to go. What the server says if it will not, or ""."""
        return self._try(lambda client: self._file_away(client, uids)) if uids else ""

    def point_out(self, uids: Sequence[int]) -> str:
        """Mark messages for a person to look at. What the server says if it will not, or ""."""
        return self._try(lambda client: client.add_flags(uids, [SEEN, FLAGGED], silent=True)) if uids else ""

    def wait(self, seconds: float, alarm: socket.socket) -> bool:
        """Until the server says something, the alarm has something to read, or the time is over; True for news.

        What the server says together with its answer to IDLE lies in a buffer, where no poll of the socket shows
        it. So it is asked for news first, and what comes in the instant between is heard when the time is over.
        """
        with self._speaking() as client:
            if client.noop()[1]:
                return True
            if not client.has_capability("IDLE"):
                _wait_for(seconds, alarm)
                return bool(client.noop()[1])
            client.idle()
            _wait_for(seconds, client.socket(), alarm)
            # On a dead connection, idle_check would find nothing, for ever; this fails.
            return bool(client.idle_done()[1])

    def interrupt(self) -> None:
        """Whatever is waited for fails now; from any thread."""
        client = self._client
        if client is not None:
            with suppress(OSError):
                client.socket().shutdown(socket.SHUT_RDWR)

    def close(self, *, politely: bool = False) -> None:
        """Hang up; it can be opened again."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(IMAPClientError, OSError, ValueError):
            if politely:
                client.socket().settimeout(1.0)
                client.logout()
                return
        with suppress(IMAPClientError, OSError, ValueError):
            client.shutdown()

    def _connect(self) -> IMAPClient:
        account = self.account
        near = _LOOPBACK.fullmatch(account.host) is not None
        client = IMAPClient(
            account.host,
            account.port,
            ssl=account.scheme == "imaps",
            ssl_context=self._tls,
            timeout=SocketTimeout(CONNECT_SECONDS, ANSWER_SECONDS),  # type: ignore[arg-type]
        )
        self._client = client
        if account.scheme == "imap":
            if client.has_capability("STARTTLS"):
                client.starttls(self._tls or (_make_trusting() if near else None))
            elif not near:
                raise MailboxError(
                    f"{account.label}: offers no STARTTLS, and a password is not sent in the clear"
                )
        return client

    def _log_in(self, client: IMAPClient) -> None:
        try:
            if client.has_capability("AUTH=PLAIN"):
                client.plain_login(self.account.user, self.account.password)
            else:
                client.login(self.account.user, self.account.password)
        except UnicodeEncodeError:
            # What it says names a letter of the password.
            raise LoginRefusedError(
                f"{self.account.label}: the server takes a login in ASCII letters only"
            ) from None
        except LoginError as error:
            kind = MailboxError if "UNAVAILABLE" in str(error) else LoginRefusedError
            raise kind(f"{self.account.label}: the login is refused: {_cause(error)}") from error

    def _file_away(self, client: IMAPClient, uids: Sequence[int]) -> None:
        move_to = self.account.move_to
        client.add_flags(uids, [SEEN], silent=True)
        if move_to and client.has_capability("MOVE"):
            client.move(uids, move_to)
        elif move_to:
            client.copy(uids, move_to)
            client.add_flags(uids, [DELETED], silent=True)
            # A plain EXPUNGE would also take what somebody else has marked.
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(uids)

    def _try(self, command: Callable[[IMAPClient], object]) -> str:
        with self._speaking() as client:
            try:
                command(client)
            except IMAPClient.AbortError:
                raise
            except IMAPClientError as error:
                return _cause(error)
        return ""

    @contextmanager
    def _speaking(self) -> Iterator[IMAPClient]:
        """The client; whatever goes wrong with it is a MailboxError."""
        try:
            yield self._client  # type: ignore[misc]
        except (IMAPClientError, OSError, ValueError) as error:
            raise MailboxError(f"{self.account.label}: {_cause(error)}") from error


def _wait_for(seconds: float, *sockets: socket.socket) -> None:
    """Until one of them has something to read, or the time is over."""
    with selectors.DefaultSelector() as selector:
        for item in sockets:
            selector.register(item, selectors.EVENT_READ)
        selector.select(seconds)


def _make_trusting() -> ssl.SSLContext:
    """For a server on this machine: encrypted, whoever signed its certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _cause(error: Exception) -> str:
    """Why, in one line."""
    text = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
    text = _BYTES.sub(r"\2", text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_REASON]
