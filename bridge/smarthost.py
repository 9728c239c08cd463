"""Hands mail to the server that delivers it (SMTP, RFC 5321), or files it into a Maildir.

Every recipient has an answer of its own. A server that cannot be used at all (away, no TLS, no login) is an
error about the server: no mail is at fault, and none loses an attempt by it.
"""

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext, SSLError
from typing import Literal, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from bridge.eightbit import quote_body
from bridge.maildir import file_batch, find_obstacle
from config.loading import ConfigError
from store.dispatch import Batch

PASSWORD_ENV = "MANYVOICES_SMARTHOST_PASSWORD"
COMMAND_SECONDS = 60.0
DATA_SECONDS = 180.0
SEND_SECONDS = 300.0
"""For a whole batch: far below the lease, or another relay would send it too."""
GOODBYE_SECONDS = 5.0

_PORTS = {"smtp": 25, "smtps": 465}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x20\x7f]+@[^\s<>@,;:\"()\[\]\\\x00-\x20\x7f]+")
_UNUSABLE = {421, 530}
"""Answers to MAIL that are about the server: it is closing, or wants a login."""
_TEMPORARY_AT_RCPT = {503, 530, 552}
"""About the transaction and not the recipient; 552 is how some say 452, too many (RFC 5321 §4.5.3.1.10)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the server said about one recipient; `reply` begins with its code."""

    kind: Literal["sent", "temporary", "permanent"]
    reply: str = ""


class SmarthostError(Exception):
    """The smarthost cannot be used now; the text is one clear line without an address in it."""


class Smarthost(Protocol):
    """Where outgoing mail is taken."""

    async def send(self, batch: Batch) -> dict[str, Result]:
        """A result for each recipient's address; SmarthostError where no mail can be sent at all."""

    async def check(self) -> str:
        """One clear line that says why no mail could be sent; "" where it could."""

    async def close(self) -> None:
        """Say goodbye; it can be used again."""


def open_smarthost(
    url: str, environ: Mapping[str, str], *, hostname: str, tls: SSLContext | None = None
) -> Smarthost:
    """The smarthost of `forum.toml`; nothing is connected yet. ConfigError, in one line, for what cannot be right.

    `hostname` is what we call ourselves in EHLO. A login is only ever sent over verified TLS or to this machine;
    mail without a login is encrypted where the server offers it, whoever signed its certificate (RFC 7435).
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path.strip("/"):
        return MaildirSmarthost(Path(unquote(parts.path)))
    host, port = _place(url, parts)
    login = unquote(parts.username) if parts.username else None
    password = environ.get(PASSWORD_ENV)
    if parts.password is not None:
        raise ConfigError([f"smarthost: a password does not belong in forum.toml, but in {PASSWORD_ENV}"])
    if login and not password:
        raise ConfigError(
            [f"smarthost: {parts.scheme}://{host} wants a login, and {PASSWORD_ENV} is not set"]
        )
    implicit = parts.scheme == "smtps"
    start_tls = False if implicit or _LOOPBACK.fullmatch(host) else True if login else None

    def make_client() -> SMTP:
        return SMTP(
            hostname=host,
            port=port,
            username=login,
            password=password if login else None,
            local_hostname=hostname,
            timeout=COMMAND_SECONDS,
            use_tls=implicit,
            start_tls=start_tls,
            validate_certs=implicit or login is not None,
            tls_context=tls,
        )

    return SmtpSmarthost(f"{parts.scheme}://{host}:{port}", make_client)


class MaildirSmarthost:
    """Files mail instead of sending it, for rehearsals and the demo."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, batch: Batch) -> dict[str, Result]:
        """All of a batch is filed, or none is recorded."""
        try:
            await asyncio.to_thread(file_batch, self._folder, batch)
        except OSError as error:
            raise SmarthostError(f"maildir://{self._folder}: {error.strerror or error}") from error
        return {recipient.email: Result("sent", "filed") for recipient in batch.recipients}

    async def check(self) -> str:
        """Whether its folders can be written to, or made."""
        return await asyncio.to_thread(find_obstacle, self._folder)

    async def close(self) -> None:
        """Nothing is kept open."""


class SmtpSmarthost:
    """One connection, kept open from mail to mail and opened again when it has died."""

    def __init__(self, place: str, make_client: Callable[[], SMTP]) -> None:
        self._place = place
        self._make_client = make_client
        self._client = make_client()

    async def send(self, batch: Batch) -> dict[str, Result]:
        """One transaction; whoever has no answer when it breaks off is to be tried again."""
        answers: dict[str, Result] = {}
        rest = Result("temporary")
        broken = True
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._transact(batch, answers)
            broken = False
        except aiosmtplib.SMTPSenderRefused as error:
            rest = Result("temporary", f"{error.code} {error.message}")
        except (aiosmtplib.SMTPException, OSError) as error:
            rest = Result("temporary", f"{self._place}: {_cause(error)}")
        finally:
            if broken:
                # Its next answer might belong to a command of this transaction.
                self._client.close()
        return answers | {one.email: rest for one in batch.recipients if one.email not in answers}

    async def check(self) -> str:
        """Connect as for sending, with a connection of its own."""
        client = self._make_client()
        try:
            await self._connect(client)
        except SmarthostError as error:
            return str(error)
        await _say_goodbye(client)
        return ""

    async def close(self) -> None:
        """QUIT, where it is connected."""
        await _say_goodbye(self._client)

    async def _transact(self, batch: Batch, answers: dict[str, Result]) -> None:
        accents = any(not one.email.isascii() for one in batch.recipients)
        await self._begin(batch.mail_from, accents=accents, eight_bit=not batch.content.isascii())
        client = self._client
        utf8 = accents and client.supports_extension("smtputf8")
        accepted = []
        for recipient in batch.recipients:
            refusal = await self._offer(recipient.email, utf8=utf8)
            if refusal:
                answers[recipient.email] = refusal
            else:
                accepted.append(recipient.email)
        result = None
        if accepted:
            eight_bit = client.supports_extension("8bitmime")
            result = await self._hand_over(batch.content if eight_bit else quote_body(batch.content))
            answers.update(dict.fromkeys(accepted, result))
        if result is None or result.kind != "sent":
            await client.rset()

    async def _begin(self, mail_from: str, *, accents: bool, eight_bit: bool) -> None:
        """MAIL, over the open connection or, where the server has closed it meanwhile, over a new one."""
        if self._client.is_connected:
            try:
                return await self._mail(mail_from, accents=accents, eight_bit=eight_bit)
            except aiosmtplib.SMTPServerDisconnected:
                self._client.close()
            except aiosmtplib.SMTPSenderRefused as error:
                if error.code not in _UNUSABLE:
                    raise
                self._client.close()
        await self._connect(self._client)
        try:
            await self._mail(mail_from, accents=accents, eight_bit=eight_bit)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code in _UNUSABLE:
                raise SmarthostError(f"{self._place}: {error.code} {_one_line(error.message)}") from error
            raise

    async def _mail(self, mail_from: str, *, accents: bool, eight_bit: bool) -> None:
        # No SIZE: a mail that is too large is refused after DATA, where it is known to be the mail's fault.
        offers = {"BODY=8BITMIME": eight_bit and self._client.supports_extension("8bitmime")}
        offers["SMTPUTF8"] = accents and self._client.supports_extension("smtputf8")
        await self._client.mail(mail_from, options=[option for option, given in offers.items() if given])

    async def _offer(self, email: str, *, utf8: bool) -> Result | None:
        """RCPT; the result for a recipient that is refused."""
        if not _ADDRESS.fullmatch(email):
            return Result("permanent", "553 5.1.3 Not an address")
        if not email.isascii() and not utf8:
            return Result("permanent", "553 5.6.7 The smarthost takes no address with accents")
        try:
            await self._client.rcpt(email, encoding="utf-8" if utf8 else "ascii")
        except aiosmtplib.SMTPRecipientRefused as error:
            permanent = error.code >= 500 and error.code not in _TEMPORARY_AT_RCPT
            return Result("permanent" if permanent else "temporary", f"{error.code} {error.message}")
        return None

    async def _hand_over(self, content: bytes) -> Result:
        try:
            reply = await self._client.data(content, timeout=DATA_SECONDS)
        except aiosmtplib.SMTPDataError as error:
            kind: Literal["permanent", "temporary"] = "permanent" if error.code >= 500 else "temporary"
            return Result(kind, f"{error.code} {error.message}")
        return Result("sent", f"{reply.code} {reply.message}")

    async def _connect(self, client: SMTP) -> None:
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                try:
                    await client.ehlo()
                except aiosmtplib.SMTPHeloError:
                    await client.helo()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise SmarthostError(f"{self._place}: {_cause(error)}") from error


async def _say_goodbye(client: SMTP) -> None:
    if client.is_connected:
        try:
            await client.quit(timeout=GOODBYE_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            # Nothing is owed any more: every answer that matters came before.
            client.close()


def _place(url: str, parts: SplitResult) -> tuple[str, int]:
    try:
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host = ""
    if not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError(
            [
                f"smarthost: {url!r} is not one such as smtp://127.0.0.1:25, smtps://user@host or maildir:///path"
            ]
        )
    return host, port


def _cause(error: Exception) -> str:
    """One line without an address: a refused login would name the account."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{error.code} the login was refused"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {_one_line(error.message)}"
    root = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(root, SSLError):
        return f"TLS: {getattr(root, 'verify_message', '') or root.reason or root}"
    if isinstance(root, OSError) and root.errno and root.errno > 0:
        return os.strerror(root.errno)
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
