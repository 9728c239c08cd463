"""The load: SMTP clients that cost little, one command at a time (RFC 5321 §2.1: no pipelining was offered)."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import cast

RECIPIENT = b"sse-en@forum.example.org"
LINES = 36
PATIENCE = 30.0
"""Seconds for a turn; then the server is stuck."""
_LINE = b"In our village we keep seeds from year to year and share them in spring.\r\n"
_HEADERS = (
    b"Received: from mail.example.net (mail.example.net [192.0.2.7])\r\n"
    b"\tby mx.example.org with ESMTPS id 4Xy7Zk; Tue, 2 Jul 2013 08:00:00 +0000\r\n"
    b"From: Ana Souza <ana@example.org>\r\nTo: sse-en@forum.example.org\r\nSubject: Seeds of the village\r\n"
    b"Date: Tue, 2 Jul 2013 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
)
_REST = _HEADERS + b"\r\n" + LINES * _LINE + b".\r\n"


class LoadError(Exception):
    """The server answered what it should not."""


class Crowd:
    """Some connections to one port, which share a number of messages between them; each is another message."""

    _names = count()

    def __init__(self, port: int) -> None:
        self._port = port
        self._left = 0
        self._busy = 0
        self._done: asyncio.Future[None] | None = None
        self.clients: list[_Client] = []

    async def connect(self, connections: int) -> None:
        """Open them all and say hello."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, client = await loop.create_connection(lambda: _Client(self), "127.0.0.1", self._port)
            self.clients.append(client)
        await asyncio.wait_for(asyncio.gather(*(client.ready for client in self.clients)), PATIENCE)

    async def send(self, messages: int) -> float:
        """Deliver so many messages over all connections; seconds from the first MAIL to the last 250."""
        self._left = messages
        self._done = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._busy = len(self.clients)
        for client in self.clients:
            client.begin()
        await asyncio.wait_for(self._done, PATIENCE)
        return time.perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        for client in self.clients:
            client.close()

    def take(self) -> bytes | None:
        """The next message to send."""
        if not self._left:
            self._busy -= 1
            if not self._busy and self._done:
                self._done.set_result(None)
            return None
        self._left -= 1
        return b"Message-ID: <%d@mail.example.org>\r\n%b" % (next(self._names), _REST)

    def fail(self, answer: bytes) -> None:
        """Let `send` raise."""
        if self._done and not self._done.done():
            self._done.set_exception(LoadError(answer.decode("utf-8", "replace").strip()))


class _Client(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowd = crowd
        self._transport: asyncio.WriteTransport | None = None
        self._next: Callable[[bytes], None] = self._greeted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports write, and are no asyncio.WriteTransport.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._write = self._transport.write

    def data_received(self, answer: bytes) -> None:
        self._next(answer)

    def begin(self) -> None:
        """Send messages until the crowd has no more."""
        self._answered(b"250")

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def _greeted(self, _answer: bytes) -> None:
        self._next = self._introduced
        self._write(b"EHLO client.example.net\r\n")

    def _introduced(self, answer: bytes) -> None:
        if answer.startswith(b"250 ") or b"\n250 " in answer:
            self.ready.set_result(None)

    def _answered(self, answer: bytes) -> None:
        if not answer.startswith(b"250"):
            return self._crowd.fail(answer)
        message = self._crowd.take()
        if message is not None:
            self._message = message
            self._next = self._sender_known
            self._write(b"MAIL FROM:<ana@example.org>\r\n")

    def _sender_known(self, _answer: bytes) -> None:
        self._next = self._recipient_known
        self._write(b"RCPT TO:<" + RECIPIENT + b">\r\n")

    def _recipient_known(self, _answer: bytes) -> None:
        self._next = self._awaited
        self._write(b"DATA\r\n")

    def _awaited(self, answer: bytes) -> None:
        if not answer.startswith(b"354"):
            return self._crowd.fail(answer)
        self._next = self._answered
        self._write(self._message)
