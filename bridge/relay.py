"""Mail out: takes what is due in the outbox to the smarthost, and keeps what became of it.

It sleeps until somebody wakes it, until the next attempt, or until the hour has room for more. It adds nothing to a
mail but what `bridge/stamp.py` and `bridge/signature.py` say, decides nothing about it, and asks the clock that it was
given. RFC 5321 §4.5.4.1 says how to queue and retry.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from bridge.backoff import next_attempt
from bridge.smarthost import Result, Smarthost, SmarthostError
from bridge.stamp import Stamp, as_enqueued, split_copies
from store.dispatch import (
    Attempt,
    Batch,
    claim_batches,
    find_next_attempt,
    find_room,
    record_results,
    release_batches,
)

CLAIM_SECONDS = 180.0
"""How long claimed batches may wait for their turn; with the longest transaction it stays below the lease."""
SHORTEST_SLEEP = 1.0
"""Seconds; where something is due that another relay has in hand, its lock is not asked for without a pause."""
LONGEST_SLEEP = 3600.0
"""Seconds; a machine that slept or whose clock was set does not tell us."""
PATIENCE = 3
"""Refusals after which the pauses before an unusable smarthost is asked again grow no more (15 minutes)."""


STOP_SECONDS = 5.0
"""How long an end waits for the transaction in hand: a server that hangs must not keep the forum from stopping."""


class Relay:
    """One thread of control; any number of them, in any number of processes, may serve one database."""

    def __init__(
        self,
        engine: Engine,
        smarthost: Smarthost,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
        *,
        stamp: Stamp = as_enqueued,
        rate: int | None = None,
    ) -> None:
        """`stamp` writes what differs between personal copies; `rate` is how many recipients an hour may have."""
        self._engine = engine
        self._smarthost = smarthost
        self._now = now
        self._log = log
        self._stamp = stamp
        self._rate = rate
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._busy = asyncio.Lock()
        self._in_hand: asyncio.Future[dict[str, Result]] | None = None
        self._stopping = False
        self._refusals = 0
        self._pause_until: datetime | None = None

    def wake(self) -> None:
        """New mail may be there, or the clock was moved; from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Send what is due whenever something is, until stopped or cancelled; the batch in hand is finished."""
        self._loop = asyncio.get_running_loop()
        try:
            while not self._stopping:
                # Before looking: what is enqueued while we look wakes us again.
                self._woken.clear()
                following = await self._look()
                if not self._stopping:
                    await self._sleep_until(following)
        finally:
            self._loop = None
            await self.stop()

    async def send_due(self) -> int:
        """One pass over everything that is due now; the number of recipients that have an answer."""
        sending = asyncio.ensure_future(self._send_due())
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            # A transaction that is broken off would leave its recipients in doubt until the lease is over.
            self._stopping = True
            await self._wait_for_end()
            await asyncio.wait([sending])
            raise

    async def stop(self) -> None:
        """Finish the batch in hand, put back what else was claimed, and say goodbye to the smarthost."""
        self._stopping = True
        self._woken.set()
        await self._wait_for_end()
        async with self._busy:
            await self._smarthost.close()

    async def _wait_for_end(self) -> None:
        """Let the transaction in hand come to its end, or break it off when that takes too long."""
        if (in_hand := self._in_hand) is not None:
            await asyncio.wait([in_hand], timeout=STOP_SECONDS)
            in_hand.cancel()

    async def _look(self) -> datetime | None:
        """Send what is due, unless the smarthost is given a pause; when to look again, None for when woken."""
        try:
            if self._pause_until is None or self._pause_until <= self._now():
                await self.send_due()
            following = await asyncio.to_thread(self._find_following)
        except SQLAlchemyError as error:
            # Locked or away for now; what was claimed comes back when its lease is over.
            self._log.warning("outbox_unreadable", error=type(error).__name__)
            return next_attempt(1, self._now())
        if following and self._pause_until:
            return max(following, self._pause_until)
        return following

    def _find_following(self) -> datetime | None:
        """When something is due and may be sent."""
        following = find_next_attempt(self._engine)
        room = find_room(self._engine, self._now(), self._rate) if following and self._rate else None
        return max(following, room) if following and room else following

    async def _sleep_until(self, instant: datetime | None) -> None:
        seconds = LONGEST_SLEEP
        if instant is not None:
            seconds = min(max((instant - self._now()).total_seconds(), SHORTEST_SLEEP), LONGEST_SLEEP)
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return

    async def _send_due(self) -> int:
        handled = 0
        async with self._busy:
            while not self._stopping:
                batches = await asyncio.to_thread(claim_batches, self._engine, self._now(), rate=self._rate)
                if not batches:
                    break
                waiting = deque(one for batch in batches for one in split_copies(batch))
                deadline = asyncio.get_running_loop().time() + CLAIM_SECONDS
                while waiting and not self._stopping and asyncio.get_running_loop().time() < deadline:
                    answered = await self._send(waiting[0])
                    if answered is None:
                        await asyncio.to_thread(release_batches, self._engine, waiting)
                        return handled
                    handled += answered
                    waiting.popleft()
                await asyncio.to_thread(release_batches, self._engine, waiting)
        return handled

    async def _send(self, batch: Batch) -> int | None:
        """Send and record a batch; its number of answers, None where the smarthost cannot be used."""
        try:
            results = await self._hand_over(self._stamp(batch) if batch.personal else batch)
        except SmarthostError as error:
            self._note_outage(str(error))
            return None
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            # Broken off at the end: whether it was taken nobody knows, and its lease decides when it is tried again.
            self._log.warning("mail_in_doubt", message_id=batch.message_id, kind=batch.kind)
            return 0
        except Exception:  # nobody expected it: this mail is tried later, and the others go on
            self._log.exception("mail_not_sendable", message_id=batch.message_id, kind=batch.kind)
            failure = Result("temporary", "the relay could not send it; its log says why")
            results = {one.email: failure for one in batch.recipients}
        else:
            self._note_service()
        now = self._now()
        attempts = {
            one.email: _judge(results[one.email], one.attempts + 1, now)
            for one in batch.recipients
            if one.email in results
        }
        await asyncio.to_thread(record_results, self._engine, batch, attempts, now)
        states = [attempt.state for attempt in attempts.values()]
        self._log.info(
            "mail_sent" if "sent" in states else "mail_not_sent",
            message_id=batch.message_id,
            kind=batch.kind,
            sent=states.count("sent"),
            later=states.count("waiting"),
            failed=states.count("failed"),
        )
        return len(attempts)

    async def _hand_over(self, batch: Batch) -> dict[str, Result]:
        """Send a batch as a task of its own, which an end can break off."""
        self._in_hand = asyncio.ensure_future(self._smarthost.send(batch))
        try:
            return await self._in_hand
        finally:
            self._in_hand = None

    def _note_outage(self, reason: str) -> None:
        if not self._refusals:
            self._log.warning("smarthost_unusable", reason=reason)
        self._refusals = min(self._refusals + 1, PATIENCE)
        self._pause_until = next_attempt(self._refusals, self._now())

    def _note_service(self) -> None:
        if self._refusals:
            self._log.info("smarthost_usable_again")
        self._refusals = 0
        self._pause_until = None


def _judge(result: Result, attempts: int, now: datetime) -> Attempt:
    """What a result means after so many attempts, this one included."""
    match result.kind:
        case "sent":
            return Attempt("sent", result.reply)
        case "permanent":
            return Attempt("failed", result.reply)
        case "temporary":
            following = next_attempt(attempts, now)
            return Attempt("waiting" if following else "failed", result.reply, following)
