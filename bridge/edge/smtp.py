"""The SMTP edge: bytes in, stored before 250 (RFC 5321 §4.2.5), 4xx when in doubt.

aiosmtpd 1.4.6 with what it lacks: internal failures are temporary and say nothing of the program, the commit
outlives the client that asked for it, what a mail may take is counted in bytes however long its lines are, and
connections, their silence and their memory have limits.
"""

import asyncio
import os
import re
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Session, syntax
from aiosmtpd.smtp import Envelope as Transaction

from bridge.edge.content import Content, Memory
from config.addresses import parse_address
from config.forum import Settings
from store.spool import Envelope, Spool

MAX_RECIPIENTS = 100
"""Recipients in one transaction (RFC 5321 §4.5.3.1.8 asks for no fewer)."""
MAX_CONNECTIONS = 400
IDLE_SECONDS = 300.0
"""Silence that is borne (RFC 5321 §4.5.3.2.7)."""
DATA_SECONDS = 900.0
"""For all of a mail, or one byte a minute would hold a connection for ever."""
MEMORY = 256_000_000
"""Bytes of unfinished mail that all connections may hold together; no fewer than one mail of the greatest size."""
READ_AHEAD = 65_536
"""Bytes that may lie unread before a client is made to wait; no command is longer."""

LATER = "451 4.3.0 Temporary failure, please try again later"
TOO_SLOW = "421 4.4.2 Timed out, goodbye"
TOO_MANY = "421 4.7.0 Too many connections, please try again later"
CLOSING = "421 4.3.2 Closing for now, please try again later"

_ALL = 2**30
"""Read whatever has come: more than can be there."""
_PLAIN = re.compile(r"<([\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9.-]+)>((?: [\x21-\x7e]+)*)", re.ASCII)
"""A path as nearly all are (RFC 5321 §4.1.2), and its parameters."""


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
            # asyncio wraps the machine's words in a sentence of its own.
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise EdgeError(f"smtp: cannot listen on {host}:{port}: {reason}") from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Accept no more, wait for what is being stored, and take leave of whoever is connected."""
        if self._server:
            self._server.close()
        await self._handler.finish()
        for protocol in tuple(self._handler.connections):
            protocol.take_leave(CLOSING)
        # The transports end in the next turn of the loop.
        await asyncio.sleep(0)

    def _connect(self) -> "_Protocol":
        server = self._settings.server
        return _Protocol(
            self._handler,
            data_size_limit=server.max_message_size,
            enable_SMTPUTF8=True,
            # Not the domain itself: an MTA of that name in front of us takes its own name for a mail loop.
            hostname=f"manyvoices.{self._settings.forum.domain}",
            ident="Manyvoices",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )


class _Protocol(SMTP):
    line_length_limit = READ_AHEAD

    event_handler: "_Handler"
    _refused = False
    _deadline = 0.0

    def __init__(self, handler: "_Handler", **options: Any) -> None:
        # aiosmtpd's own is shared by all connections, and lets the next one change what this one may say.
        self.command_size_limits = defaultdict(lambda: self.command_size_limit)
        super().__init__(handler, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self.event_handler.connections) >= MAX_CONNECTIONS:
            self._refused = True
            self.transport = transport
            self.take_leave(TOO_MANY)
            return
        self.event_handler.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._refused:
            self.event_handler.connections.discard(self)
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return False if self._refused else super().eof_received()

    def take_leave(self, answer: str) -> None:
        """Say why, and hang up."""
        # uvloop's transports write, and are no asyncio.WriteTransport.
        transport = cast("asyncio.WriteTransport | None", self.transport)
        if transport and not transport.is_closing():
            transport.write(answer.encode() + b"\r\n")
            transport.close()

    def _reset_timeout(self, duration: float | None = None) -> None:
        # Each command moves the deadline; the timer looks at it when it goes off, and is not made anew each time.
        self._deadline = self.loop.time() + (duration or self._timeout_duration)
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_at(self._deadline, self._timeout_cb)

    def _timeout_cb(self) -> None:
        if self.loop.time() < self._deadline:
            self._timeout_handle = self.loop.call_at(self._deadline, self._timeout_cb)
        else:
            self.take_leave(TOO_SLOW)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        if plain := _PLAIN.fullmatch(arg):
            return plain[1], plain[2].lstrip()
        try:
            address, rest = super()._getaddr(arg)
        except Exception:  # Python's parser of addresses fails in many ways; all mean that it is malformed
            return None, None
        return address, rest

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        # Each EHLO adds to them.
        self.command_size_limits.clear()
        await super().smtp_EHLO(hostname)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """As aiosmtpd's, with a mail read in as many pieces as it came in and not line by line."""
        if await self.check_helo_needed():
            return
        transaction = self.envelope
        if not transaction or not transaction.rcpt_tos or arg:
            await self.push("503 Error: need RCPT command" if not arg else "501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = Content(self.data_size_limit or 0, self.event_handler.memory)
        try:
            await self._read_content(content)
            self._reset_timeout()
            if content.refusal:
                status = content.refusal
            else:
                transaction.content = content.take()
                status = await self._call_handler_hook("DATA")
        finally:
            content.forget()
            self.envelope = self._create_envelope()
        await self.push(status)

    async def _read_content(self, content: Content) -> None:
        """Read to the end also what is refused already (RFC 5321 §4.2.5), within reason."""
        deadline = self.loop.time() + DATA_SECONDS
        while not content.feed(piece := await self._reader.read(_ALL)):
            if content.is_endless or not piece:
                self.take_leave(content.refusal or LATER)
                if self._handler_coroutine:
                    self._handler_coroutine.cancel()
                await asyncio.sleep(0)
            self._reset_timeout(max(0.001, min(IDLE_SECONDS, deadline - self.loop.time())))
        if content.rest:
            # The next commands; nothing else is in the reader, because all of it was read.
            self._reader.feed_data(content.rest)


class _Handler:
    def __init__(self, settings: Settings, spool: Spool, now: Callable[[], datetime]) -> None:
        self.connections: set[_Protocol] = set()
        self.memory = Memory(max(MEMORY, settings.server.max_message_size))
        self._spool = spool
        self._now = now
        self._is_ours = lru_cache(1024)(lambda address: parse_address(settings, address) is not None)
        self._storing = 0
        self._idle = asyncio.Event()
        self._answers: deque[tuple[asyncio.Future[bool], bool]] = deque()
        self._woken = False

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        if not self._is_ours(address):
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
            rcpt_tos=tuple(dict.fromkeys(map(_storable, transaction.rcpt_tos))),
            content=content,
            received_at=self._now(),
            edge="smtp",
        )
        loop = asyncio.get_running_loop()
        # A client that goes away cancels the wait for the answer, not the commit.
        answer: asyncio.Future[bool] = loop.create_future()
        self._storing += 1
        self._spool.submit(envelope).add_done_callback(lambda stored: self._stored(loop, answer, stored))
        # Whatever the spool could not promise it for, the sender keeps it.
        return "250 2.0.0 Accepted" if await answer else LATER

    async def handle_exception(self, _error: Exception) -> str:
        return LATER

    async def finish(self) -> None:
        """Wait for the commits under way."""
        if self._storing:
            self._idle.clear()
            await self._idle.wait()

    def _stored(
        self, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[bool]", stored: "Future[int]"
    ) -> None:
        """In the writer's thread: the loop is woken once for all that a commit has stored meanwhile."""
        self._answers.append((answer, stored.exception() is None))
        if not self._woken:
            self._woken = True
            loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        # First, so that what is appended from here on wakes the loop again.
        self._woken = False
        while self._answers:
            answer, stored = self._answers.popleft()
            self._storing -= 1
            if not answer.done():
                answer.set_result(stored)
        if not self._storing:
            self._idle.set()


def _storable(address: str) -> str:
    """An address as text that any database takes."""
    return address.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
