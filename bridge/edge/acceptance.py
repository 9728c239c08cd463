"""What the connections of one edge share: who may connect, which addresses are ours, and the way into the spool."""

import asyncio
import ipaddress
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from structlog.typing import FilteringBoundLogger

from bridge.edge.content import Memory
from config.addresses import parse_address
from config.forum import Settings
from store.spool import Envelope, Spool

MAX_CONNECTIONS = 400
"""At an edge, together."""
MAX_FROM_ONE = 50
"""From one address out in the world: more than twice of what a mail server opens to one place (Postfix: 20)."""
MAX_RECIPIENTS = 100
"""Recipients in one transaction (RFC 5321 §4.5.3.1.8 asks for no fewer)."""
MEMORY = 256_000_000
"""Bytes of unfinished mail that all connections may hold together; no fewer than one mail of the greatest size."""

TOO_MANY = "421 4.7.0 Too many connections, please try again later"


class Caller(Protocol):
    """A connection, as the edge that ends sees it."""

    def take_leave(self, answer: str) -> None:
        """Say why, and hang up."""


class Acceptance:
    """`now` gives the instant that a mail is received."""

    def __init__(
        self, settings: Settings, spool: Spool, now: Callable[[], datetime], log: FilteringBoundLogger
    ) -> None:
        self.settings = settings
        self.log = log
        self.memory = Memory(max(MEMORY, settings.server.max_message_size))
        self.callers: set[Caller] = set()
        self._spool = spool
        self._now = now
        self._is_ours = lru_cache(1024)(lambda address: parse_address(settings, address) is not None)
        self._origins: Counter[str] = Counter()
        self._storing = 0
        self._idle = asyncio.Event()
        self._answers: deque[tuple[asyncio.Future[bool], Future[int]]] = deque()
        self._woken = False

    def admit(self, caller: Caller, origin: str) -> bool:
        """Whether there is room for another connection; `origin` as `find_origin` gives it."""
        if len(self.callers) >= MAX_CONNECTIONS or self._origins[origin] >= MAX_FROM_ONE:
            return False
        self.callers.add(caller)
        if origin:
            self._origins[origin] += 1
        return True

    def dismiss(self, caller: Caller, origin: str) -> None:
        """A connection that was admitted has ended."""
        self.callers.discard(caller)
        if origin:
            self._origins[origin] -= 1
            if not self._origins[origin]:
                del self._origins[origin]

    async def handle_RCPT(
        self, _connection: object, _session: object, transaction: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's question about a recipient."""
        if not self._is_ours(address):
            return "550 5.1.1 No such address here"
        if len(transaction.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients, please send the rest separately"
        transaction.rcpt_tos.append(address)
        transaction.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def store(self, mail_from: str, rcpt_tos: tuple[str, ...], content: bytes, edge: str) -> bool:
        """Whether a mail is in the spool for all of these recipients; for none of them where it is not."""
        envelope = Envelope(clean_address(mail_from), rcpt_tos, content, self._now(), edge)
        loop = asyncio.get_running_loop()
        # A client that goes away cancels the wait for the answer, not the commit.
        answer: asyncio.Future[bool] = loop.create_future()
        self._storing += 1
        self._spool.submit(envelope).add_done_callback(lambda stored: self._stored(loop, answer, stored))
        return await answer

    async def close(self, goodbye: str) -> None:
        """Wait for the commits under way, and take leave of whoever is connected."""
        # Whoever is answered may ask for another before we are woken.
        while self._storing:
            self._idle.clear()
            await self._idle.wait()
        for caller in tuple(self.callers):
            caller.take_leave(goodbye)
        # The transports end in the next turn of the loop.
        await asyncio.sleep(0)

    def _stored(
        self, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[bool]", stored: "Future[int]"
    ) -> None:
        """In the writer's thread: the loop is woken once for all that a commit has stored meanwhile."""
        self._answers.append((answer, stored))
        if not self._woken:
            self._woken = True
            loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        # First, so that what is appended from here on wakes the loop again.
        self._woken = False
        while self._answers:
            answer, stored = self._answers.popleft()
            self._storing -= 1
            error = stored.exception()
            if error:
                self.log.warning("not_stored", error=type(error).__name__)
            if not answer.done():
                answer.set_result(error is None)
        if not self._storing:
            self._idle.set()


def find_origin(peername: object) -> str:
    """Who is counted as one client: an IPv4 address, the /64 of an IPv6 one; "" for whoever is not limited.

    That is this machine and the private networks: all of a forum's mail may come through one mail server there.
    """
    if not isinstance(peername, tuple):
        return ""
    address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return "" if _is_near(address) else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "" if _is_near(address) else str(address)


def is_this_machine(peername: object) -> bool:
    """Whether a client is on this machine: over a Unix socket, or from a loopback address."""
    if not isinstance(peername, tuple):
        return True
    address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def clean_address(address: str) -> str:
    """An address as text that any database takes."""
    return address.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _is_near(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_private or address.is_loopback or address.is_link_local
