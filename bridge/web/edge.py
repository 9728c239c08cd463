"""Serves the pages in the daemon's loop; what somebody asks by a button comes in like mail, through the spool."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime

from starlette.types import ASGIApp
from uvicorn import Config, Server

from bridge.edge import EdgeError
from bridge.edge.listening import bind_ports, describe, find_reason
from store.spool import Envelope, Spool

GOODBYE_SECONDS = 3
MAX_CONNECTIONS = 100


class WebEdge:
    """Listens at one place of `forum.toml` (port 0 picks one), or on what the service manager passed."""

    name = "web"

    def __init__(self, app: ASGIApp, place: str, passed: Sequence[socket.socket] = ()) -> None:
        self._place = place
        self._passed = list(passed)
        self._server = _Server(
            Config(
                app,
                # The edge of a small forum: nothing is logged that names a reader, nothing says what serves it.
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                limit_concurrency=MAX_CONNECTIONS,
                timeout_graceful_shutdown=GOODBYE_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen. EdgeError where the port is in use."""
        try:
            listeners = self._passed or bind_ports(self._place)
        except OSError as error:
            raise EdgeError(f"web: cannot listen on {self._place}: {find_reason(error)}") from error
        await self._server.begin(listeners)
        self._serving = asyncio.create_task(self._server.go_on(listeners))
        return describe(listeners[0])

    async def stop(self) -> None:
        """Answer what was asked, accept no more."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


class _Server(Server):
    """uvicorn without its own hands on signals: the daemon hears them, and stops its edges in order."""

    async def begin(self, sockets: list[socket.socket]) -> None:
        """It accepts connections when this returns."""
        if not self.config.loaded:
            self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets=sockets)

    async def go_on(self, sockets: list[socket.socket]) -> None:
        """Until it should exit; then what was asked is answered."""
        await self.main_loop()
        await self.shutdown(sockets=sockets)


class Presser:
    """Turns a press of the button into a mail to the address that the link names: one way in for everything."""

    def __init__(self, spool: Spool, now: Callable[[], datetime]) -> None:
        self._spool = spool
        self._now = now

    async def __call__(self, address: str) -> bool:
        """Store the request; False where it could not be stored, and is to be tried again."""
        now = self._now()
        # With its instant, or a second press after the person came back would be taken for a copy of the first.
        content = (
            f"Date: {format_datetime(now)}\r\nTo: {address}\r\nX-Pressed: {now.isoformat()}\r\n\r\n".encode()
        )
        stored = self._spool.submit(Envelope("", (address,), content, now, "web"))
        try:
            await asyncio.shield(asyncio.wrap_future(stored))
        except Exception:  # whatever the spool could not store it for, the reader is asked to try again
            return False
        return True
