"""The clock: APScheduler wakes the worker, which asks "what is due at now?". It owns no dates.

One interval job in memory: jobs with dates of their own are dropped, doubled or moved by changes of the clocks
(apscheduler 3.11, its issues 606 and 1036), and the due times are in our own tables.
"""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK = 10
"""Seconds between two looks; an announcement is at most that late."""


class Clock:
    """Calls `on_tick` in the running loop, every ten seconds."""

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._on_tick = on_tick
        self._scheduler.add_job(self._tick, "interval", seconds=TICK, coalesce=True, misfire_grace_time=None)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        # A coroutine, because APScheduler hands plain functions to a pool of threads.
        self._on_tick()
