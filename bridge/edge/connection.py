"""One client of an edge, SMTP or LMTP (RFC 5321, RFC 2033): 4xx when in doubt, and nothing without a limit.

aiosmtpd 1.4.6 with what it lacks: internal failures are temporary and say nothing of the program, the commit
outlives the client that asked for it, what a mail may take is counted in bytes however long its lines are, and
silence, mistakes and idle talk have limits.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiosmtpd.smtp import SMTP, syntax
from aiosmtpd.smtp import Envelope as Transaction

from bridge.edge.acceptance import TOO_MANY, Acceptance, find_origin
from bridge.edge.content import Content

IDLE_SECONDS = 300.0
"""Silence that is borne (RFC 5321 §4.5.3.2.7)."""
DATA_SECONDS = 900.0
"""For all of a mail, or one byte a minute would hold a connection for ever."""
FRUITLESS_SECONDS = 1_800.0
"""For talk without a mail."""
READ_AHEAD = 65_536
"""Bytes that may lie unread before a client is made to wait; no command is longer."""
COMMAND = 1_024
"""Bytes of a command: 512 (RFC 5321 §4.5.3.1.4), and what the parameters of MAIL add."""

ACCEPTED = "250 2.0.0 Accepted"
LATER = "451 4.3.0 Temporary failure, please try again later"
TOO_SLOW = "421 4.4.2 Timed out, goodbye"
TOO_MANY_MISTAKES = "421 4.7.0 Too many mistakes, goodbye"
CLOSING = "421 4.3.2 Closing for now, please try again later"

_ALL = 2**30
"""Read whatever has come: more than can be there."""
_PLAIN = re.compile(r"<([\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9.-]+)>((?: [\x21-\x7e]+)*)", re.ASCII)
"""A path as nearly all are (RFC 5321 §4.1.2), and its parameters."""
_COMPLETE = re.compile(r"220 |3|[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3} ")
_ENHANCED = {"500": "5.5.2", "501": "5.5.4", "502": "5.5.1", "503": "5.5.1", "552": "5.3.4", "553": "5.1.7"}
"""What RFC 3463 calls the answers of aiosmtpd."""


class _Commands(dict[str, Callable[..., Awaitable[None]]]):
    """aiosmtpd's table; what is not in it has an answer too, which counts as a mistake like any other."""

    unknown: Callable[..., Awaitable[None]]

    def get(self, command: str, _default: object = None) -> Any:
        return super().get(command, self.unknown)


class Connection(SMTP):
    """What SMTP and LMTP have in common."""

    edge = ""
    max_mistakes = 20
    """Refused commands until a mail is accepted; then they are counted anew."""
    line_length_limit = READ_AHEAD

    event_handler: Acceptance
    _admitted = False
    _origin = ""
    _deadline = 0.0
    _fruitless = 0.0
    _mistakes = 0

    def __init__(self, acceptance: Acceptance, **options: Any) -> None:
        # aiosmtpd's own is shared by all connections, and lets the next one change what this one may say.
        self.command_size_limits = defaultdict(lambda: COMMAND)
        settings = acceptance.settings
        super().__init__(
            acceptance,
            data_size_limit=settings.server.max_message_size,
            enable_SMTPUTF8=True,
            # Not the domain itself: an MTA of that name in front of us takes its own name for a mail loop.
            hostname=f"manyvoices.{settings.forum.domain}",
            ident="Manyvoices",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
            **options,
        )
        self._smtp_methods = _Commands(self._smtp_methods)
        self._smtp_methods.unknown = self._refuse

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._origin = find_origin(transport.get_extra_info("peername"))
        self._admitted = self.event_handler.admit(self, self._origin)
        if not self._admitted:
            self.transport = transport
            self.take_leave(TOO_MANY)
            return
        self._fruitless = self.loop.time() + FRUITLESS_SECONDS
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._admitted:
            self.event_handler.dismiss(self, self._origin)
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._admitted:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._admitted else False

    def take_leave(self, answer: str) -> None:
        """Say why, and hang up; nothing that the client has said and we have not heard is heard any more."""
        # uvloop's transports write, and are no asyncio.WriteTransport.
        transport = cast("asyncio.WriteTransport | None", self.transport)
        if transport and not transport.is_closing():
            transport.write(answer.encode() + b"\r\n")
            transport.close()
        if self._handler_coroutine:
            self._handler_coroutine.cancel()

    async def push(self, status: str | bytes) -> None:
        """An answer, with its enhanced code (RFC 2034)."""
        text = status if isinstance(status, str) else status.decode()
        if text[0] == "5":
            self._mistakes += 1
            if self._mistakes > self.max_mistakes:
                self.take_leave(TOO_MANY_MISTAKES)
                await asyncio.sleep(0)
        if not _COMPLETE.match(text):
            text = f"{text[:3]} {_ENHANCED.get(text[:3], text[0] + '.0.0')} {text[4:]}"
        self._writer.write(text.encode("utf-8", "replace") + b"\r\n")
        await self._writer.drain()

    async def handle_exception(self, error: Exception) -> str:
        """Nobody expected it; what the client hears of it is nothing."""
        self.event_handler.log.error("edge_failed", edge=self.edge, exc_info=error)
        return LATER

    def _reset_timeout(self, duration: float | None = None) -> None:
        # Each command moves the deadline; the timer looks at it when it goes off, and is not made anew each time.
        now = self.loop.time()
        self._deadline = now + duration if duration else min(now + self._timeout_duration, self._fruitless)
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

    def list_extensions(self) -> list[str]:
        """What is offered in the answer to EHLO or LHLO."""
        return [f"SIZE {self.data_size_limit}", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"]

    async def greet(self, hostname: str | None, *, extended: bool) -> None:
        """Answer EHLO, HELO or LHLO."""
        if not hostname or not self.session:
            await self.push("501 5.5.4 Please say who you are")
            return
        self.envelope = self._create_envelope()
        self.session.extended_smtp = extended
        self.session.host_name = hostname
        lines = [self.hostname, *(self.list_extensions() if extended else ())]
        codes = ["250-"] * (len(lines) - 1) + ["250 "]
        self._writer.write(
            "".join(f"{code}{line}\r\n" for code, line in zip(codes, lines, strict=True)).encode()
        )
        await self._writer.drain()

    @syntax("VRFY address")
    async def smtp_VRFY(self, arg: str | None) -> None:
        """Who has which address is nobody's business (RFC 5321 §7.3)."""
        await self.push("252 2.0.0 Send it, and you will see" if arg else "501 5.5.4 Syntax: VRFY address")

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        """As aiosmtpd's, with a mail read in as many pieces as it came in and not line by line."""
        if await self.check_helo_needed():
            return
        transaction = self.envelope
        if not transaction or not transaction.rcpt_tos or arg:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Not without a recipient")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = Content(self.data_size_limit or 0, self.event_handler.memory)
        try:
            await self._read_content(content, transaction)
            self._reset_timeout()
            if content.refusal:
                status = self.answer_each(transaction, content.refusal)
            else:
                status = await self._accept(transaction, content)
        finally:
            content.forget()
            self.envelope = self._create_envelope()
        await self.push(status)

    async def _read_content(self, content: Content, transaction: Transaction) -> None:
        """Read to the end also what is refused already (RFC 5321 §4.2.5), within reason."""
        deadline = self.loop.time() + DATA_SECONDS
        while not content.feed(piece := await self._reader.read(_ALL)):
            if content.is_endless or not piece:
                self.take_leave(self.answer_each(transaction, content.refusal or LATER))
                await asyncio.sleep(0)
            self._reset_timeout(max(0.001, min(IDLE_SECONDS, deadline - self.loop.time())))
        if content.rest:
            # The next commands; nothing else is in the reader, because all of it was read.
            self._reader.feed_data(content.rest)

    async def _accept(self, transaction: Transaction, content: Content) -> str:
        try:
            status = await self.store(transaction, content.take())
        except (
            Exception
        ) as error:  # whatever it is, the sender keeps the mail, and every recipient has an answer
            return self.answer_each(transaction, await self.handle_exception(error))
        self._mistakes = 0
        self._fruitless = self.loop.time() + FRUITLESS_SECONDS
        return status

    def answer_each(self, transaction: Transaction, status: str) -> str:
        """The answer to DATA where all recipients fare alike."""
        raise NotImplementedError

    async def store(self, transaction: Transaction, content: bytes) -> str:
        """The answer to a whole mail."""
        raise NotImplementedError

    async def _refuse(self, _arg: str | None) -> None:
        await self.push("500 5.5.1 There is no such command here")
