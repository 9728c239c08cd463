"""The SMTP edge: bytes in, stored before 250 (RFC 5321 §4.2.5), 4xx when in doubt.

aiosmtpd 1.4.6 with what it lacks: internal failures are temporary and say nothing of the program, the commit
outlives the client that asked for it, and a line without an end is counted too.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Transaction

from config.addresses import parse_address
from config.forum import Settings
from store.spool import Envelope, Spool

MAX_RECIPIENTS = 100
"""Recipients in one transaction (RFC 5321 §4.5.3.1.8 asks for no fewer)."""
MAX_CONNECTIONS = 400
IDLE_SECONDS = 120
LINE_LIMIT = 65_536
"""Bytes; real mail has lines far over the 998 of RFC 5322."""

LATER = "451 4.3.0 Temporary failure, please try again later"
TOO_LARGE = "552 5.3.4 The message is too large"


class EdgeError(Exception):
    """The edge cannot listen; the text is one clear line."""


class SmtpEdge:
    """Listens on one host and port; `now` gives the instant that a mail is received."""

    def __init__(self, settings: Settings, spool: Spool, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._handler = _Handler(settings, spool, now)
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port that was bound (port 0 picks one). EdgeError where it is in use."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connect, host, port)
        except OSError as error:
            raise EdgeError(f"smtp: cannot listen on {host}:{port}: {error.strerror or error}") from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Accept no more, and wait for what is being stored."""
        if self._server:
            self._server.close()
        await self._handler.finish()

    def _connect(self) -> "_Protocol":
        server = self._settings.server
        return _Protocol(
            self._handler,
            data_size_limit=server.max_message_size,
            enable_SMTPUTF8=True,
            hostname=self._settings.forum.domain,
            ident="Manyvoices",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )


class _Protocol(SMTP):
    line_length_limit = LINE_LIMIT

    _open = 0
    _since_line_end = 0

    def connection_made(self, transport: Any) -> None:
        _Protocol._open += 1
        super().connection_made(transport)
        if _Protocol._open > MAX_CONNECTIONS:
            transport.write(b"421 4.7.0 Too many connections, please try again later\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        _Protocol._open -= 1
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        # aiosmtpd counts whole lines only and keeps the pieces of an endless one.
        end = data.rfind(b"\n")
        self._since_line_end = len(data) - end - 1 if end >= 0 else self._since_line_end + len(data)
        if self.data_size_limit and self._since_line_end > self.data_size_limit:
            if isinstance(self.transport, asyncio.WriteTransport):
                self.transport.write(TOO_LARGE.encode() + b"\r\n")
                self.transport.close()
            return
        super().data_received(data)


class _Handler:
    def __init__(self, settings: Settings, spool: Spool, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._spool = spool
        self._now = now
        self._storing: set[asyncio.Future[int]] = set()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        if parse_address(self._settings, address) is None:
            return "550 5.1.1 No such address here"
        if len(transaction.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients, please send the rest separately"
        transaction.rcpt_tos.append(address)
        transaction.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, transaction: Transaction) -> str:
        content = transaction.content
        if not isinstance(content, bytes):
            return LATER
        envelope = Envelope(
            mail_from=_storable(transaction.mail_from or ""),
            rcpt_tos=tuple(dict.fromkeys(_storable(address) for address in transaction.rcpt_tos)),
            content=content,
            received_at=self._now(),
            edge="smtp",
        )
        storing = asyncio.wrap_future(self._spool.submit(envelope))
        self._storing.add(storing)
        storing.add_done_callback(self._stored)
        try:
            # A client that goes away cancels this coroutine, not the commit.
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            raise
        except Exception:  # the spool could not promise it: whatever the cause, the sender keeps it
            return LATER
        return "250 2.0.0 Accepted"

    async def handle_exception(self, _error: Exception) -> str:
        return LATER

    async def finish(self) -> None:
        """Wait for the commits under way."""
        await asyncio.gather(*self._storing, return_exceptions=True)

    def _stored(self, storing: "asyncio.Future[int]") -> None:
        self._storing.discard(storing)
        if not storing.cancelled():
            # Asked for here as well, because a client that went away left nobody to ask.
            storing.exception()


def _storable(address: str) -> str:
    """An address as text that any database takes."""
    return address.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
