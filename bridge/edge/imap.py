"""The IMAP edge: mail out of mailboxes, one thread each, told of new mail by the server and looking by itself too.

A server that is away, a folder that was deleted, a login that is refused: each is one line of the log, and is tried
again, less and less often.
"""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from bridge.edge.intake import Intake, NotStoredError
from bridge.edge.mailbox import Account, LoginRefusedError, Mailbox, MailboxError
from config.forum import Settings
from store.folders import Folders
from store.spool import Spool

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a mailbox that is away is tried again."""
REFUSED_PAUSE, LONGEST_REFUSED_PAUSE = 60.0, 900.0
"""The same after a login that was refused: servers lock out whoever insists."""
FIRST_IDLE, LONGEST_IDLE = 1.0, 30.0
"""Seconds of one IDLE. What comes between a look and the next IDLE is heard at the end of that; NAT routers forget
a silent connection, and RFC 2177 asks for an end after 29 minutes."""
SHORT = 0.5
"""An IDLE that ends sooner and has nothing to say is not begun again at once."""
PATIENCE = 2.0
"""Seconds that a thread may take to end by itself."""


class ImapEdge:
    """Reads every mailbox of the settings; `now` is the instant that nothing can be received after."""

    name = "imap"

    def __init__(
        self,
        accounts: Sequence[Account],
        settings: Settings,
        spool: Spool,
        folders: Folders,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._readers = [
            _Reader(Mailbox(account, tls), settings, spool, folders, now, log) for account in accounts
        ]

    async def start(self) -> str:
        """Begin to read; which mailboxes. One that is away now is tried again later."""
        for reader in self._readers:
            reader.start()
        return ", ".join(reader.label for reader in self._readers)

    async def stop(self) -> None:
        """Finish what is in hand, and end."""
        for reader in self._readers:
            reader.end()
        await asyncio.gather(*(asyncio.to_thread(reader.join) for reader in self._readers))


class _Reader:
    """The thread of one mailbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        settings: Settings,
        spool: Spool,
        folders: Folders,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self.label = mailbox.account.label
        self._mailbox = mailbox
        self._poll_seconds = mailbox.account.poll_seconds
        self._log = log.bind(mailbox=self.label)
        self._ending = threading.Event()
        self._intake = Intake(mailbox, settings, spool, folders, now, self._ending.is_set, self._log)
        self._alarm, self._bell = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name=f"imap {self.label}", daemon=True)
        self._failures = 0
        self._reason = ""
        """Why it is away; the same is not said again at each try."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def end(self) -> None:
        """Ask the thread to end; from any thread."""
        self._ending.set()
        self._bell.send(b"!")

    def join(self) -> None:
        """Wait for the end. A server that does not answer is not waited for."""
        self._thread.join(PATIENCE)
        self._mailbox.interrupt()
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            # It is connecting, looking a name up or waiting for the spool; it ends when that does.
            self._log.warning("imap_left_behind")
            return
        self._alarm.close()
        self._bell.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            pause = LONGEST_PAUSE
            politely = False
            try:
                self._mailbox.open()
                self._follow()
                politely = True
            except LoginRefusedError as error:
                pause = self._fail("imap_refused", str(error), REFUSED_PAUSE, LONGEST_REFUSED_PAUSE)
            except NotStoredError as error:
                pause = self._fail("imap_not_stored", str(error), FIRST_PAUSE, LONGEST_PAUSE)
            except MailboxError as error:
                pause = self._fail("imap_away", str(error), FIRST_PAUSE, LONGEST_PAUSE)
            except SQLAlchemyError as error:
                pause = self._fail("store_away", type(error).__name__, FIRST_PAUSE, LONGEST_PAUSE)
            except Exception:  # nobody expected it: it is tried again, and the other mailboxes go on
                self._log.exception("imap_failed")
            finally:
                self._mailbox.close(politely=politely)
            self._ending.wait(pause)

    def _follow(self) -> None:
        """Read what is new, wait for more, for as long as the connection lasts."""
        while not self._ending.is_set():
            stored = 0
            # What comes while mail is fetched and marked is announced among the answers to that, and not again.
            while brought := self._intake.bring():
                stored += brought
            if stored:
                self._log.info("imap_read", number=stored)
            began = time.monotonic()
            self._wait()
            if not stored:
                # A server that always has something to say is not asked without end.
                self._ending.wait(max(0.0, began + SHORT - time.monotonic()))

    def _wait(self) -> None:
        """Until the server has news, or it is time to look anyway."""
        began = time.monotonic()
        piece = FIRST_IDLE
        while not self._ending.is_set() and (left := began + self._poll_seconds - time.monotonic()) > 0:
            since = time.monotonic()
            news = self._mailbox.wait(min(piece, left), self._alarm)
            # Not before: a server that hangs up on whoever has logged in is away, too.
            if self._failures:
                self._log.info("imap_back")
                self._failures, self._reason = 0, ""
            if news:
                return
            if time.monotonic() < since + min(piece, left, SHORT):
                self._ending.wait(SHORT)
            piece = min(2 * piece, LONGEST_IDLE)

    def _fail(self, event: str, reason: str, first: float, longest: float) -> float:
        """Say why, once; the seconds until the next try."""
        pause: float = min(first * 2**self._failures, longest)
        self._failures = min(self._failures + 1, 20)
        if reason != self._reason and not self._ending.is_set():
            self._log.warning(event, reason=reason, seconds=pause)
        self._reason = reason
        return pause
