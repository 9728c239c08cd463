"""The LMTP edge (RFC 2033): for the mail server in front of us. After DATA each recipient has an answer of its own."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from datetime import datetime

from aiosmtpd.smtp import Envelope as Transaction
from aiosmtpd.smtp import syntax
from structlog.typing import FilteringBoundLogger

from bridge.edge.acceptance import Acceptance, clean_address
from bridge.edge.connection import ACCEPTED, CLOSING, LATER, Connection
from bridge.edge.listening import Listener
from config.forum import Settings
from store.spool import Spool

_NOT_HERE = ("EHLO", "HELO", "STARTTLS", "AUTH")
"""Commands of SMTP that aiosmtpd would answer."""


class LmtpEdge:
    """Listens at `server.lmtp`: a host and port, or a Unix socket."""

    name = "lmtp"

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
        *,
        passed: Sequence[socket.socket] = (),
    ) -> None:
        self._acceptance = Acceptance(settings, spool, now, log)
        self._listener = Listener(self.name, settings.server.lmtp or "", passed)

    async def start(self) -> str:
        """Listen; the host and port that were bound, or the socket."""
        return await self._listener.open(lambda: _LmtpConnection(self._acceptance))

    async def stop(self) -> None:
        """Accept no more, wait for what is being stored, and take leave of whoever is connected."""
        self._listener.close()
        await self._acceptance.close(CLOSING)


class _LmtpConnection(Connection):
    edge = LmtpEdge.name
    max_mistakes = 1_000
    """It is our own mail server that asks; a list of addresses that were given up is no attack."""

    def __init__(self, acceptance: Acceptance) -> None:
        super().__init__(acceptance)
        for command in _NOT_HERE:
            self._smtp_methods.pop(command)

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str | None) -> None:
        """Who calls, and what we offer."""
        await self.greet(hostname, extended=True)

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Whether LHLO is still to come; then it is asked for."""
        return await super().check_helo_needed("LHLO")

    def answer_each(self, transaction: Transaction, status: str) -> str:
        """The same line for each recipient (RFC 2033 §4.2): with fewer the mail server waits for the rest."""
        return "\r\n".join([status] * len(transaction.rcpt_tos))

    async def store(self, transaction: Transaction, content: bytes) -> str:
        """An answer for each recipient, in their order; who is named twice has two."""
        rcpt_tos = [clean_address(address) for address in transaction.rcpt_tos]
        stored = await self._store_for(transaction.mail_from or "", tuple(dict.fromkeys(rcpt_tos)), content)
        return "\r\n".join(ACCEPTED if address in stored else LATER for address in rcpt_tos)

    async def _store_for(self, mail_from: str, rcpt_tos: tuple[str, ...], content: bytes) -> set[str]:
        """Whom it is stored for: all in one commit; where that fails, each alone, so that one fails for itself."""
        store = self.event_handler.store
        if await store(mail_from, rcpt_tos, content, self.edge):
            return set(rcpt_tos)
        if len(rcpt_tos) == 1:
            return set()
        each = await asyncio.gather(*(store(mail_from, (one,), content, self.edge) for one in rcpt_tos))
        return {one for one, stored in zip(rcpt_tos, each, strict=True) if stored}
