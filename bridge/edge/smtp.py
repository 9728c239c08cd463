"""The SMTP edge: bytes in, stored before 250 (RFC 5321 §4.2.5), with STARTTLS (RFC 3207) and AUTH (RFC 4954)."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime

from aiosmtpd.smtp import Envelope as Transaction
from aiosmtpd.smtp import syntax
from structlog.typing import FilteringBoundLogger

from bridge.edge.acceptance import Acceptance, clean_address, is_this_machine
from bridge.edge.connection import ACCEPTED, CLOSING, LATER, Connection
from bridge.edge.credentials import MECHANISMS, CredentialsError, Login, read_credentials
from bridge.edge.listening import Listener
from config.forum import Settings
from store.spool import Spool

HANDSHAKE_SECONDS = 30.0
MAX_LOGINS = 3
"""Failed logins after which a client is left."""
SUBMISSION = "submission"
"""The edge of a mail whose client logged in."""

_AUTH_PARAMETER = re.compile(r" AUTH=[\x21-\x7e]*", re.IGNORECASE)
"""Of MAIL (RFC 4954 §5): whoever offers AUTH must take it, and need not believe it."""


class SmtpEdge:
    """Listens at `server.smtp`; STARTTLS with a certificate, AUTH with a login, where they are given."""

    name = "smtp"

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
        *,
        login: Login | None = None,
        tls: ssl.SSLContext | None = None,
        passed: Sequence[socket.socket] = (),
    ) -> None:
        self._acceptance = Acceptance(settings, spool, now, log)
        self._listener = Listener(self.name, settings.server.smtp or "", passed)
        self._login = login
        self._tls = tls

    async def start(self) -> str:
        """Listen; the host and port that were bound."""
        return await self._listener.open(self._connect)

    async def stop(self) -> None:
        """Accept no more, wait for what is being stored, and take leave of whoever is connected."""
        self._listener.close()
        await self._acceptance.close(CLOSING)

    def _connect(self) -> Connection:
        return _SmtpConnection(self._acceptance, self._login, self._tls)


class _SmtpConnection(Connection):
    edge = SmtpEdge.name
    _failed_logins = 0
    _is_near = False

    def __init__(self, acceptance: Acceptance, login: Login | None, tls: ssl.SSLContext | None) -> None:
        super().__init__(acceptance, tls_context=tls)
        self._login = login

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._is_near = is_this_machine(transport.get_extra_info("peername"))
        super().connection_made(transport)

    @property
    def _is_encrypted(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    @property
    def _may_log_in(self) -> bool:
        """A password is taken over TLS, or where it does not leave this machine."""
        return self._login is not None and (self._is_encrypted or self._is_near)

    def list_extensions(self) -> list[str]:
        """Also STARTTLS and AUTH, where they can be had."""
        offers = super().list_extensions()
        if self.tls_context and not self._is_encrypted:
            offers.append("STARTTLS")
        if self._may_log_in:
            offers.append(f"AUTH {' '.join(MECHANISMS)}")
        return offers

    def answer_each(self, transaction: Transaction, status: str) -> str:
        """One for all."""
        return status

    async def store(self, transaction: Transaction, content: bytes) -> str:
        """Stored for all recipients, or for none."""
        edge = SUBMISSION if self.session and self.session.authenticated else self.edge
        rcpt_tos = tuple(dict.fromkeys(map(clean_address, transaction.rcpt_tos)))
        stored = await self.event_handler.store(transaction.mail_from or "", rcpt_tos, content, edge)
        # Whatever the spool could not promise it for, the sender keeps it.
        return ACCEPTED if stored else LATER

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Who calls, and what we offer."""
        await self.greet(hostname, extended=True)

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str | None) -> None:
        """Who calls."""
        await self.greet(hostname, extended=False)

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        """As aiosmtpd's, beside a parameter that it does not know."""
        await super().smtp_MAIL(_AUTH_PARAMETER.sub("", arg) if arg and self._may_log_in else arg)

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Go on under TLS; what was said before counts no more (RFC 3207 §4.2)."""
        if not self.tls_context or not self.session or arg:
            await self.push("501 5.5.4 Syntax: STARTTLS" if arg else "502 5.5.1 TLS is not offered here")
            return
        if self._is_encrypted:
            await self.push("503 5.5.1 TLS is there already")
            return
        await self.push("220 2.0.0 Ready to start TLS")
        # Whoever stands in between may have put commands behind STARTTLS; they are not the client's (CVE-2011-0411).
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        try:
            await self._writer.start_tls(self.tls_context, ssl_handshake_timeout=HANDSHAKE_SECONDS)
        except OSError as error:
            self.event_handler.log.info(
                "tls_failed", error=getattr(error, "reason", "") or type(error).__name__
            )
            self._writer.transport.abort()
            return
        self.transport = self._writer.transport
        self._reader._transport = self.transport  # type: ignore[attr-defined]
        self.session = self._create_session()
        self.session.peer = self.transport.get_extra_info("peername")
        self.session.ssl = {"cipher": self.transport.get_extra_info("cipher")}
        self.envelope = self._create_envelope()

    @syntax("AUTH mechanism")
    async def smtp_AUTH(self, arg: str | None) -> None:
        """A login for a local program; after some failures the client is left."""
        if await self.check_helo_needed("EHLO"):
            return
        login, session = self._login, self.session
        if not login or not session or not self._may_log_in:
            await self.push(
                "538 5.7.11 Not without TLS"
                if login and self.tls_context
                else "502 5.5.1 No login is offered here"
            )
            return
        if session.authenticated or (self.envelope and self.envelope.mail_from):
            await self.push("503 5.5.1 Not now")
            return
        try:
            name, password = await read_credentials(arg or "", self._challenge)
        except CredentialsError as error:
            answer = str(error)
        else:
            session.authenticated = login.is_right(name, password)
            answer = "235 2.7.0 Welcome" if session.authenticated else "535 5.7.8 That is no login here"
        if not session.authenticated:
            self._failed_logins += 1
            self.event_handler.log.warning("login_failed", edge=self.edge)
            if self._failed_logins >= MAX_LOGINS:
                self.take_leave("421 4.7.0 Too many failed logins, goodbye")
                await asyncio.sleep(0)
        await self.push(answer)

    async def _challenge(self, text: str) -> bytes:
        await self.push(f"334 {text}")
        try:
            return (await self._reader.readuntil(b"\n")).strip()
        except asyncio.LimitOverrunError:
            self.take_leave("421 5.5.6 The line is too long, goodbye")
            await asyncio.sleep(0)
            raise
