"""The worker: takes spooled mail, oldest first, then whatever is due; one unit of work each.

A handler that fails does not stop the next message: its delivery is set aside ("shunted") with the traceback. A
database that is away is no fault of the message: the worker waits and tries again.
"""

import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.typing import FilteringBoundLogger

from handlers import HANDLERS, phase
from handlers.bounced import report_bounces
from handlers.claims import remind_of_claims
from handlers.context import Context, Incoming, Outcome
from handlers.digest import send_digests
from handlers.due import Due
from handlers.mail.body import Attachment
from handlers.mail.documents import Document
from handlers.match import remember_missing
from handlers.read import read_delivery
from handlers.release import release_orphans
from handlers.wanted import send_weekly
from handlers.written import NO_DOCUMENTS, Documents
from store.attachments import hash_content
from store.phases import ENQUEUED

Unit = Callable[[], AbstractContextManager[Context]]
ReadDocument = Callable[[bytes], Document]

AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
"""What a database says that is locked, full or gone; anything else is somebody's mistake, and stays one."""
RACES = 2
"""How often another worker may have been faster with a row that is there once, before it is a mistake of ours."""
MAX_TRACEBACK = 20_000
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a database that is away is asked again."""
PATIENCE = 8
"""How often a delivery may meet a database that is away, two minutes in all, before it is set aside itself."""

MISSING_AT_ONCE = 20
"""Texts that are encoded in one unit of work, a quarter of a second."""


class Worker:
    """One serial worker. `run_once` does all there is to do now; the thread does that whenever it is woken."""

    def __init__(
        self,
        unit: Unit,
        now: Callable[[], datetime],
        on_done: Callable[[], None],
        read_document: ReadDocument,
        log: FilteringBoundLogger,
    ) -> None:
        self._unit = unit
        self._now = now
        self._read_document = read_document
        self._documents = NO_DOCUMENTS
        """What the documents of the mail in hand say, which may come once for every list."""
        self._on_done = on_done
        self._log = log
        self._changed = threading.Condition()
        self._asked = 1
        """How often it was asked to look; the first look is at what an earlier run left."""
        self._looked = 0
        self._stopping = False
        self._failures: dict[int, int] = {}
        self._remembered = False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the message in hand, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether there is a thread that would handle mail."""
        return self._thread.is_alive()

    def wake(self) -> None:
        """New mail may be there, or something due; from any thread."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()

    def wait_until_done(self, seconds: float) -> bool:
        """Wait until everything that was asked for before this call is done; False when the time is over."""
        with self._changed:
            asked = self._asked
            return self._changed.wait_for(lambda: self._looked >= asked or self._stopping, seconds)

    def run_once(self) -> int:
        """Handle all waiting mail and announce what is due; the number of deliveries that were handled.

        Mail that was received before an instant is handled before what falls due at it, and later mail after it.
        """
        due = self._find_due()
        handled = 0
        if due:
            handled += self.handle_waiting(before=max(item.due_at for item, _ in due))
            self._announce(due)
        handled += self.handle_waiting()
        self._in_a_unit("release_failed", _release)
        self._in_a_unit("digests_failed", _send_digests)
        return handled + self._remember_missing()

    def handle_waiting(
        self, progress: Callable[[], None] = lambda: None, *, before: datetime | None = None
    ) -> int:
        """Handle waiting mail (received before an instant) and announce nothing; the number of deliveries."""
        handled = 0
        while not self._stopping and self._handle_next(before):
            handled += 1
            progress()
        return handled

    def _remember_missing(self) -> int:
        """Once a process: texts that came while nothing could compare or find them. Mail goes first; how much was handled."""
        handled = 0
        while not self._remembered and not self._stopping:
            with self._unit() as ctx:
                missing = (
                    remember_missing(ctx, MISSING_AT_ONCE),
                    ctx.uow.search.index_missing(MISSING_AT_ONCE),
                )
                self._remembered = max(missing) < MISSING_AT_ONCE
                ctx.uow.commit()
            handled += self.handle_waiting()
        return handled

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked > self._looked or self._stopping)
                if self._stopping:
                    return
                asked = self._asked
            try:
                self.run_once()
                pause = FIRST_PAUSE
            except AWAY as error:
                self._log.warning("store_away", error=type(error).__name__, seconds=pause)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            except Exception:  # nobody expected it: mail goes on, and what is due is tried at the next tick
                self._log.exception("worker_failed")
            self._on_done()
            with self._changed:
                self._looked = asked
                self._changed.notify_all()

    def _handle_next(self, before: datetime | None) -> bool:
        """One delivery, whole or not at all; False where none waits."""
        delivery_id = None
        try:
            while True:
                with self._unit() as ctx:
                    found = ctx.uow.deliveries.find_waiting(before)
                    if found is None:
                        return False
                    delivery, raw = found
                    delivery_id = delivery.id
                    incoming = read_delivery(delivery, raw, ctx, self._documents)
                    if not incoming.wanted:
                        outcome = _handle(incoming, ctx)
                        break
                # With no transaction open: nobody waits for the database while a child process reads.
                self._documents = self._read_documents(incoming.wanted)
        except Exception as error:  # whatever it is, the next message must go on
            if delivery_id is None or not self._set_aside(delivery_id, error):
                raise
            return True
        self._failures.pop(delivery_id or 0, None)
        self._log.info(
            "handled",
            delivery=delivery_id,
            kind=incoming.kind.value,
            outcome=outcome.name,
            reason=outcome.reason,
        )
        return True

    def _read_documents(self, wanted: Sequence[Attachment]) -> Documents:
        """What documents say, up to the first that says anything."""
        found: dict[str, Document] = {}
        for item in wanted:
            document = self._read_document(item.content)
            self._log.info("document_read", bytes=item.size, failure=document.failure)
            found[hash_content(item.content)] = document
            if document.text:
                break
        return found

    def _set_aside(self, delivery_id: int, error: Exception) -> bool:
        """Shunt a delivery with its traceback; False where the database is away and it deserves another try."""
        if isinstance(error, (*AWAY, IntegrityError)):
            self._failures[delivery_id] = self._failures.get(delivery_id, 0) + 1
            if isinstance(error, IntegrityError) and self._failures[delivery_id] < RACES:
                return True  # it has no outcome yet, and is taken again at once
            if isinstance(error, AWAY) and self._failures[delivery_id] < PATIENCE:
                return False
        text = "".join(traceback.format_exception(error))[-MAX_TRACEBACK:]
        self._failures.pop(delivery_id, None)
        with self._unit() as ctx:
            # A database that went away in the middle of its commit may have kept the outcome all the same.
            if ctx.uow.deliveries.get(delivery_id).outcome is not None:
                return True
            ctx.uow.deliveries.shunt(delivery_id, text)
            ctx.uow.commit()
        self._log.error("shunted", delivery=delivery_id, error=type(error).__name__)
        return True

    def _find_due(self) -> tuple[tuple[Due, str], ...]:
        try:
            with self._unit() as ctx:
                return phase.find_due_now(ctx)
        except AWAY:
            raise
        except Exception:  # whatever it is, mail goes on
            self._log.exception("calendar_failed")
            return ()

    def _announce(self, due: Sequence[tuple[Due, str]]) -> None:
        """Each notice in a unit of its own: one that cannot be rendered does not keep the others."""
        late = [one for one in due if one[0].is_skipped(self._now())]
        if late:
            self._in_a_unit("announcement_failed", lambda ctx: phase.skip(late, ctx))
        for one in due:
            if one not in late:
                self._in_a_unit("announcement_failed", partial(phase.handle, *one))

    def _in_a_unit(self, failure: str, handle: Callable[[Context], tuple[phase.Announcement, ...]]) -> None:
        try:
            with self._unit() as ctx:
                done = handle(ctx)
                ctx.uow.commit()
        except AWAY:
            raise
        except Exception:  # whatever it is, it is tried again at the next tick, and the others go on
            self._log.exception(failure)
            return
        for item in done:
            self._log.info(
                "announced" if item.state == ENQUEUED else "announcement_skipped",
                kind=item.kind,
                phase=item.subject,
                occasion=item.occasion,
                language=item.language,
            )


def _handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Handle a delivery, and commit what that led to with its outcome."""
    outcome = HANDLERS[incoming.kind](incoming, ctx)
    ctx.uow.deliveries.finish(
        incoming.delivery,
        outcome.name,
        kind=incoming.kind.value,
        reason=outcome.reason,
        contribution_id=outcome.contribution_id,
        revision_id=outcome.revision_id,
    )
    ctx.uow.commit()
    return outcome


def _send_digests(ctx: Context) -> tuple[phase.Announcement, ...]:
    send_digests(ctx)
    return ()


def _release(ctx: Context) -> tuple[phase.Announcement, ...]:
    release_orphans(ctx)
    report_bounces(ctx)
    remind_of_claims(ctx)
    send_weekly(ctx)
    return ()
