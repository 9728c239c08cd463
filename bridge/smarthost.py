"""Hands mail to the server that delivers it (SMTP, RFC 5321), or files it into a Maildir.

Every recipient has an answer of its own. A server that cannot be used at all (away, no TLS, no login) is an
error about the server: no mail is at fault, and none loses an attempt by it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from ssl import SSLContext
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from aiosmtplib import SMTP

from bridge.maildir import file_batch, find_obstacle
from bridge.results import Result, SmarthostError
from bridge.signature import Seal
from bridge.submission import SmtpSmarthost
from config.loading import ConfigError
from store.dispatch import Batch

__all__ = [
    "PASSWORD_ENV", "MaildirSmarthost", "Result", "Smarthost", "SmarthostError", "SmtpSmarthost", "open_smarthost"
]  # fmt: skip

PASSWORD_ENV = "MANYVOICES_SMARTHOST_PASSWORD"
COMMAND_SECONDS = 60.0

_PORTS = {"smtp": 25, "smtps": 465}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")


class Smarthost(Protocol):
    """Where outgoing mail is taken."""

    async def send(self, batch: Batch) -> dict[str, Result]:
        """A result for each recipient's address; SmarthostError where no mail can be sent at all."""

    async def check(self) -> str:
        """One clear line that says why no mail could be sent; "" where it could."""

    async def close(self) -> None:
        """Say goodbye; it can be used again."""


def open_smarthost(
    url: str,
    environ: Mapping[str, str],
    *,
    hostname: str,
    tls: SSLContext | None = None,
    seal: Seal | None = None,
) -> Smarthost:
    """The smarthost of `forum.toml`; nothing is connected yet. ConfigError, in one line, for what cannot be right.

    `hostname` is what we call ourselves in EHLO. A login is only ever sent over verified TLS or to this machine;
    mail without a login is encrypted where the server offers it, whoever signed its certificate (RFC 7435). What goes
    out is signed with `seal`, once a batch.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path.strip("/"):
        return MaildirSmarthost(Path(unquote(parts.path)), seal)
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

    return SmtpSmarthost(f"{parts.scheme}://{host}:{port}", make_client, seal)


class MaildirSmarthost:
    """Files mail instead of sending it, for rehearsals and the demo."""

    def __init__(self, folder: Path, seal: Seal | None = None) -> None:
        self._folder = folder
        self._seal = seal

    async def send(self, batch: Batch) -> dict[str, Result]:
        """All of a batch is filed, or none is recorded."""
        if self._seal:
            batch = replace(batch, content=self._seal(batch.content))
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
