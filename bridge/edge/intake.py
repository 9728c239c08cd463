"""What is new in a mailbox, brought to the spool: stored first, then marked in the mailbox, then remembered.

Whatever ends in the middle (kill -9, a database that is away, a connection that breaks) is begun again at the last
thing remembered; what was stored already is known by its delivery key and is no second delivery.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from structlog.typing import FilteringBoundLogger

from bridge.edge.mailbox import Mailbox, MailboxError, Measure
from bridge.edge.routing import find_recipients, find_return_path, split_header
from config.forum import Settings
from store.folders import Folders, Mark
from store.spool import Envelope, Spool

FIRST_LOOK = timedelta(days=7)
"""How far back the first start reads: what is older is left for `manyvoices ingest`, which writes to nobody."""
OVERLAP = timedelta(days=7)
"""How far before the last look a folder that was made anew is read again."""
SEEN_EVERY = timedelta(hours=1)
"""How often it is kept that a mailbox without new mail was looked at."""
MEASURED = 250
"""Messages whose size and date are asked for at once."""
FETCHED = 64
"""Messages that are fetched and stored at once."""
FETCHED_BYTES = 4_000_000
"""And how much they may be together; a larger one is fetched alone."""
PROGRESS = 500
"""After so many messages a line of the log says how far it is."""


class NotStoredError(MailboxError):
    """The spool could not promise a mail; it is still in the mailbox, as it was."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with some messages, in order."""

    groups: tuple[tuple[Measure, ...], ...]
    """To be fetched, as many at once as memory should hold."""
    old: int
    """How many came before the forum."""
    large: tuple[Measure, ...]
    """Over the size that the forum takes."""


def plan_reading(measures: Iterable[Measure], since: datetime, limit: int) -> Plan:
    """Which messages are read and which are not; `limit` in bytes."""
    groups: list[list[Measure]] = []
    large: list[Measure] = []
    old = size = 0
    for item in measures:
        if item.received_at < since:
            old += 1
        elif item.size > limit:
            large.append(item)
        else:
            size += item.size
            if not groups or len(groups[-1]) == FETCHED or size > FETCHED_BYTES:
                groups.append([])
                size = item.size
            groups[-1].append(item)
    return Plan(tuple(map(tuple, groups)), old, tuple(large))


class Intake:
    """Reads one mailbox. `is_ending` says whether to stop after the group in hand."""

    def __init__(
        self,
        mailbox: Mailbox,
        settings: Settings,
        spool: Spool,
        folders: Folders,
        now: Callable[[], datetime],
        is_ending: Callable[[], bool],
        log: FilteringBoundLogger,
    ) -> None:
        self._mailbox = mailbox
        self._settings = settings
        self._spool = spool
        self._folders = folders
        self._now = now
        self._is_ending = is_ending
        self._log = log

    def bring(self) -> int:
        """Everything that is new, oldest first; how many mails were stored. MailboxError where it is away.

        NotStoredError for a spool that could not store; what SQLAlchemy raises where the database is away.
        """
        began = self._now()
        mark = self._find_mark(began)
        uids = self._mailbox.find_uids(mark.last_uid)
        stored = old = looked_at = 0
        for some in _cut(uids, MEASURED):
            plan = plan_reading(
                self._mailbox.measure(some), mark.since, self._settings.server.max_message_size
            )
            self._leave_out(plan.large)
            old += plan.old
            for group in plan.groups:
                if self._is_ending():
                    return stored
                mark = self._store(group, mark)
                stored += len(group)
            mark = self._remember(mark, some[-1])
            looked_at += len(some)
            if len(uids) > PROGRESS and (looked_at % PROGRESS == 0 or looked_at == len(uids)):
                self._log.info("imap_reading", done=looked_at, total=len(uids))
        if old:
            self._log.warning(
                "imap_old_mail_left_out",
                number=old,
                before=mark.since.isoformat(timespec="minutes"),
                advice="manyvoices ingest reads an archive and writes to nobody",
            )
        if uids or began - mark.seen_at >= SEEN_EVERY:
            self._folders.remember(self._url, replace(mark, seen_at=began))
        return stored

    @property
    def _url(self) -> str:
        return self._mailbox.account.url

    def _find_mark(self, now: datetime) -> Mark:
        """Where to begin; a mailbox that is new to us, or is another than it was, begins at its beginning."""
        validity = self._mailbox.uid_validity
        mark = self._folders.find(self._url)
        if mark and mark.uid_validity == validity:
            return mark
        if mark is None:
            begun = Mark(validity, 0, since=now - FIRST_LOOK, seen_at=now)
            self._log.info("imap_first_look", since=begun.since.isoformat(timespec="minutes"))
        else:
            # Its mails may differ in a byte from what they were, and an answer to mail of last year helps nobody.
            begun = Mark(validity, 0, since=max(mark.since, mark.seen_at - OVERLAP), seen_at=mark.seen_at)
            self._log.warning("imap_folder_made_anew", since=begun.since.isoformat(timespec="minutes"))
        self._folders.remember(self._url, begun)
        return begun

    def _store(self, group: Sequence[Measure], mark: Mark) -> Mark:
        """Fetch, store, file away, remember; NotStoredError at the first that could not be stored."""
        contents = self._mailbox.fetch([item.uid for item in group])
        # One that is gone was somebody's wish.
        waiting = [
            (item.uid, self._spool.submit(self._make_envelope(contents.pop(item.uid), item.received_at)))
            for item in group
            if item.uid in contents
        ]
        done: list[int] = []
        failure: BaseException | None = None
        for uid, future in waiting:
            failure = future.exception()
            if failure:
                break
            done.append(uid)
        if refusal := self._mailbox.file_away(done):
            # It is stored all the same, and is not read again.
            self._log.warning("imap_not_filed_away", number=len(done), reason=refusal)
        if failure:
            if done:
                self._remember(mark, done[-1])
            raise NotStoredError(f"mail cannot be stored: {type(failure).__name__}") from failure
        return self._remember(mark, group[-1].uid)

    def _make_envelope(self, content: bytes, received_at: datetime) -> Envelope:
        fields = split_header(content)
        return Envelope(
            mail_from=find_return_path(fields),
            rcpt_tos=find_recipients(fields, self._settings, self._mailbox.account.user),
            content=content,
            # While the daemon was away, the mailbox was not: what counts is when the mail came there.
            received_at=min(received_at.astimezone(UTC), self._now()),
            edge="imap",
        )

    def _leave_out(self, large: Sequence[Measure]) -> None:
        for item in large:
            self._log.warning("imap_mail_too_large", uid=item.uid, size=item.size)
        if refusal := self._mailbox.point_out([item.uid for item in large]):
            self._log.warning("imap_not_marked", number=len(large), reason=refusal)

    def _remember(self, mark: Mark, uid: int) -> Mark:
        """It is done up to a UID."""
        if uid > mark.last_uid:
            mark = replace(mark, last_uid=uid)
            self._folders.remember(self._url, mark)
        return mark


def _cut(uids: Sequence[int], number: int) -> Iterator[Sequence[int]]:
    return (uids[begin : begin + number] for begin in range(0, len(uids), number))
