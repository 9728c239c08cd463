"""The daemon: edge, worker, relay and clock in one process, started in the order that loses nothing.

The relay is ready before the worker writes to the outbox, the worker before the edge accepts; it stops the other
way round, and finishes what it holds.
"""

import asyncio
import signal
from dataclasses import dataclass

from bridge.clock import Clock
from bridge.edge.smtp import SmtpEdge
from bridge.smarthost import Smarthost
from bridge.wake import WakeSocket
from bridge.wiring import House, keep_in_step, make_relay, make_smarthost, make_worker
from store.spool import Spool


@dataclass(frozen=True, slots=True)
class Ports:
    """What was bound; None where an edge is switched off."""

    smtp: int | None


class Daemon:
    """A forum that runs. `start` returns when it accepts mail."""

    def __init__(self, house: House, smarthost: Smarthost) -> None:
        self._house = house
        self.relay = make_relay(house, smarthost)
        self.worker = make_worker(house, self.relay.wake)
        self._spool = Spool(house.database, self.worker.wake)
        self._edge = SmtpEdge(house.settings, self._spool, house.now)
        self._clock = Clock(self.look)
        self._wake = WakeSocket(house.settings.database_url, self.look)
        self._relaying: asyncio.Task[None] | None = None

    async def start(self) -> Ports:
        """Start every role. EdgeError where a port is in use: then nothing runs."""
        await asyncio.to_thread(keep_in_step, self._house)
        port = None
        if self._house.settings.server.smtp:
            host, _, number = self._house.settings.server.smtp.rpartition(":")
            self._spool.start()
            try:
                port = await self._edge.start(host.strip("[]"), int(number))
            except Exception:
                self._spool.stop()
                raise
        else:
            self._spool.start()
        self._relaying = asyncio.create_task(self.relay.run())
        self.worker.start()
        self._clock.start()
        if not self._wake.start():
            self._house.log.warning("another_daemon", database=self._house.settings.database_url)
        self._house.log.info("running", smtp=port)
        return Ports(port)

    async def stop(self) -> None:
        """Accept no more, finish what is in hand, end."""
        self._wake.stop()
        self._clock.stop()
        await self._edge.stop()
        await asyncio.to_thread(self._spool.stop)
        await asyncio.to_thread(self.worker.stop)
        await self.relay.stop()
        if self._relaying:
            await self._relaying
        self._house.log.info("stopped")

    def look(self) -> None:
        """Something may be waiting or due: the clock ticks, or the command line wrote beside us."""
        self.worker.wake()
        self.relay.wake()


async def run_daemon(house: House) -> None:
    """Run until SIGTERM or SIGINT."""
    smarthost = make_smarthost(house.settings)
    daemon = Daemon(house, smarthost)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    await daemon.start()
    # Beside: a smarthost that does not answer must not keep mail from coming in.
    trying = asyncio.create_task(_warn(house, smarthost))
    try:
        await ending.wait()
    finally:
        trying.cancel()
        await daemon.stop()
        await asyncio.wait([trying])


async def _warn(house: House, smarthost: Smarthost) -> None:
    if reason := await smarthost.check():
        house.log.warning("smarthost_unusable", reason=reason)
