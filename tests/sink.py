"""A mail server that keeps what it gets, and refuses, hangs up or wants a login as it is told."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that the sink has taken."""

    mail_from: str  # "<>" for the null return path, as it was on the wire
    rcpt_tos: tuple[str, ...]
    content: bytes
    options: tuple[str, ...]


@dataclass(slots=True)
class Sink:
    """How the server is to behave, and what it got; a reply by address, or for a whole command."""

    refused: dict[str, str] = field(default_factory=dict)
    mail_reply: str = ""
    data_reply: str = ""
    ehlo_reply: str = ""
    hidden: tuple[str, ...] = ()
    deaths: int = 0
    login: tuple[str, str] | None = None
    utf8: bool = True
    tls: ssl.SSLContext | None = None
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: list[asyncio.BaseTransport] = field(default_factory=list)
    greeted_by: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """Close every connection, as a server does with idle ones."""
        for transport in self.connections:
            transport.close()

    @asynccontextmanager
    async def listen(self, port: int = 0) -> AsyncIterator["Sink"]:
        """Be there for a while."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connect, "127.0.0.1", port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hang_up()
            await server.wait_closed()
            # The transports of this loop end in its next turns.
            await asyncio.sleep(0.01)

    def _connect(self) -> SMTP:
        sink = self

        class Protocol(SMTP):
            def connection_made(self, transport: Any) -> None:
                sink.connections.append(transport)
                super().connection_made(transport)

        with warnings.catch_warnings():
            # That a login without TLS is unwise; here it never leaves the machine.
            warnings.simplefilter("ignore")
            return Protocol(
                _Handler(self),
                enable_SMTPUTF8=self.utf8,
                hostname="sink.example.net",
                authenticator=self._authenticate if self.login else None,
                auth_required=self.login is not None,
                auth_require_tls=False,
                loop=asyncio.get_running_loop(),
            )

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        assert self.login
        assert isinstance(given, LoginPassword)
        wanted = tuple(part.encode() for part in self.login)
        return AuthResult(success=(given.login, given.password) == wanted, handled=False)


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._sink.greeted_by.append(hostname)
        if self._sink.ehlo_reply:
            return [self._sink.ehlo_reply]
        return [line for line in responses if line[4:].split()[0] not in self._sink.hidden]

    async def handle_HELO(self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str) -> str:
        session.host_name = hostname
        return self._sink.ehlo_reply or "250 sink.example.net"

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.mail_reply:
            return self._sink.mail_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self._sink.refused:
            return self._sink.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if self._sink.data_reply:
            return self._sink.data_reply
        # Taken, and then dead before it could say so: the sender cannot know.
        self._sink.received.append(
            Received(
                envelope.mail_from or "", tuple(envelope.rcpt_tos), content, tuple(envelope.mail_options)
            )
        )
        if self._sink.deaths:
            self._sink.deaths -= 1
            transport: Any = server.transport
            transport.abort()
        return "250 2.0.0 Kept"
