"""The daemon: edges, worker, relay and clock in one process, started in the order that loses nothing.

Edges begin one after the other, and mail waits in the spool until the worker does; it stops the other way round, and
finishes what it holds. Only a mail server that does not answer is not waited for: what the relay holds then is given
out again when its lease is over.
"""

import asyncio
import os
import signal
from dataclasses import dataclass

from bridge.clock import Clock
from bridge.edge import Edge
from bridge.smarthost import Smarthost
from bridge.systemd import NO_SOCKETS, READY, STOPPING, Sockets, notify, take_sockets
from bridge.wake import WakeSocket
from bridge.wiring import (
    House,
    keep_in_step,
    make_edges,
    make_policies,
    make_relay,
    make_smarthost,
    make_worker,
)
from store.spool import Spool

RELAY_SECONDS = 6.0
"""How long the end waits for an answer of the smarthost; with the rest it stays below ten seconds."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What was bound; None where an edge is switched off."""

    smtp: int | None
    lmtp: str | None
    """A host and port, or unix: and the path of a socket."""
    web: str | None = None


class Daemon:
    """A forum that runs. `start` returns when it accepts mail. ConfigError, EdgeError for edges that cannot be."""

    def __init__(self, house: House, smarthost: Smarthost, sockets: Sockets = NO_SOCKETS) -> None:
        self._house = house
        self.relay = make_relay(house, smarthost)
        self.worker = make_worker(house, self.relay.wake)
        self._spool = Spool(house.database, self.worker.wake)
        self._edges = make_edges(house, self._spool, self.list_ended, sockets)
        self._policies = make_policies(house)
        self._open: list[Edge] = []
        self._clock = Clock(self.look)
        self._wake = WakeSocket(house.settings.database_url, self.look)
        self._relaying: asyncio.Task[None] | None = None

    async def start(self) -> Ports:
        """Start every role. EdgeError where an edge cannot begin: then nothing runs."""
        await asyncio.to_thread(keep_in_step, self._house)
        self._spool.start()
        try:
            places = {edge.name: await self._open_edge(edge) for edge in self._edges}
        except BaseException:
            await self._shut_edges()
            self._spool.stop()
            raise
        self._relaying = asyncio.create_task(self.relay.run())
        self.worker.start()
        self._clock.start()
        if not self._wake.start():
            self._house.log.warning("another_daemon", database=self._house.settings.database_url)
        ports = Ports(_find_port(places.get("smtp")), places.get("lmtp"), places.get("web"))
        self._house.log.info("running", **(places | {"smtp": ports.smtp}))
        return ports

    async def stop(self) -> None:
        """Accept no more, finish what is in hand, end."""
        self._wake.stop()
        self._clock.stop()
        await self._shut_edges()
        if self._policies:
            await self._policies.stop()
        await asyncio.to_thread(self._spool.stop)
        await asyncio.to_thread(self.worker.stop)
        await self._stop_relay()
        self._house.log.info("stopped")

    def look(self) -> None:
        """Something may be waiting or due: the clock ticks, or the command line wrote beside us."""
        self.worker.wake()
        self.relay.wake()
        if self._policies:
            self._policies.look()

    def list_ended(self) -> list[str]:
        """The roles that should run and do not: none, unless something went very wrong."""
        running = {
            "spool": self._spool.is_running,
            "worker": self.worker.is_running,
            "relay": self._relaying is not None and not self._relaying.done(),
        }
        return [name for name, runs in running.items() if not runs]

    async def _open_edge(self, edge: Edge) -> str:
        place = await edge.start()
        self._open.append(edge)
        return place

    async def _shut_edges(self) -> None:
        """The last one first."""
        while self._open:
            await self._open.pop().stop()

    async def _stop_relay(self) -> None:
        """The end of the batch in hand is waited for, a smarthost that hangs is not."""
        if not self._relaying:
            return
        stopping = asyncio.create_task(self.relay.stop())
        _, late = await asyncio.wait([stopping, self._relaying], timeout=RELAY_SECONDS)
        if late:
            self._house.log.warning("smarthost_left_waiting", seconds=RELAY_SECONDS)
        else:
            await stopping
            await self._relaying


def _find_port(place: str | None) -> int | None:
    return int(place.rpartition(":")[2]) if place and not place.startswith("unix:") else None


async def run_daemon(house: House) -> None:
    """Run until SIGTERM or SIGINT."""
    smarthost = make_smarthost(house.settings)
    daemon = Daemon(house, smarthost, take_sockets(os.environ, os.getpid()))
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    await daemon.start()
    notify(READY, os.environ)
    # Beside: a smarthost that does not answer must not keep mail from coming in.
    trying = asyncio.create_task(_warn(house, smarthost))
    try:
        await ending.wait()
    finally:
        notify(STOPPING, os.environ)
        trying.cancel()
        await daemon.stop()
        await asyncio.wait([trying])


async def _warn(house: House, smarthost: Smarthost) -> None:
    if reason := await smarthost.check():
        house.log.warning("smarthost_unusable", reason=reason)
