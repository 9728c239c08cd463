"""Starting on a mailbox that is full of old mail: safe, resumable after kill -9, and one can see how far it is."""

import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.commands.forum import open_forum
from bridge.edge.intake import FETCHED, PROGRESS, Plan, plan_reading
from bridge.edge.mailbox import Measure
from store.folders import Folders
from tests.bridge.mailboxes import make_account, make_mail, reading
from tests.bridge.running import LATER, account, process, wait_until, write_forum
from tests.peers.dovecot import PASSWORD, Dovecot

NOBODY = "somebody@example.org"
USER = "bridge"
"""No address of the forum's: what nobody is named in is accounted for, and nobody is answered."""


def fill(dovecot: Dovecot, *, old: int, new: int, new_first: bool = False) -> None:
    """A mailbox with mail of three years ago, and of yesterday; none of it is for the forum."""
    now = time.time()
    first = [(make_mail(number, NOBODY), now - 3 * 365 * 86_400 + number) for number in range(old)]
    last = [(make_mail(number, NOBODY), now - 86_400 + number) for number in range(old, old + new)]
    dovecot.fill(USER, last + first if new_first else first + last)


def test_ten_thousand_old_mails_are_left_out_and_told_of_in_one_line(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        fill(dovecot, old=10_000, new=5)
        with reading(tmp_path, make_account(dovecot, user=USER)) as found:
            line = found.wait_for_event("imap_old_mail_left_out")
            assert (line["number"], line["log_level"]) == (10_000, "warning")
            assert "ingest" in line["advice"]
            assert [raw for _, raw in found.stored()] == [make_mail(n, NOBODY) for n in range(10_000, 10_005)]
            assert [entry["total"] for entry in found.events("imap_reading")] == [10_005] * (
                10_000 // PROGRESS + 1
            )
        # Nor does the next start look at them.
        with reading(tmp_path, make_account(dovecot, user=USER)) as found:
            wait_until(lambda: found.mark.last_uid == 10_005)
            assert not found.events("imap_old_mail_left_out")
        with dovecot.connect(USER) as client:
            client.select_folder("INBOX", readonly=True)
            assert len(client.search("SEEN")) == 5


def test_kill_9_in_the_middle_of_ten_thousand_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon dies when its third group is stored and marked, and not remembered yet."""
    new = 500
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    with Dovecot.running() as dovecot:
        fill(dovecot, old=10_000 - new, new=new, new_first=True)
        url = make_account(dovecot, user=USER).url
        item = f'\n[[server.imap]]\nurl = "{url}"\npassword_env = "IMAP_PASSWORD"\n\n[forum]'
        config = write_forum(tmp_path, f"maildir://{tmp_path}/outgoing", LATER.replace("\n[forum]", item))
        with process(config, die="in-mailbox") as dying:
            assert dying.wait() == -signal.SIGKILL
        assert account(config).accepted == 3 * FETCHED
        with open_forum(config) as house:
            mark = Folders(house.database).find(url)
        assert mark
        assert mark.last_uid == 2 * FETCHED
        with process(config) as daemon:
            (line,) = wait_until(lambda: daemon.events("imap_read"), 60)
            assert line["number"] == new - 2 * FETCHED
            assert daemon.events("imap_old_mail_left_out")[0]["number"] == 10_000 - new
            assert daemon.terminate() == 0
    kept = account(config)
    assert kept.accepted == new + FETCHED, "only the group in hand is read again"
    assert kept.outcomes["duplicate"] == FETCHED
    assert kept.difference == 0


def measures(*sizes: int, days: int = 0) -> list[Measure]:
    received_at = datetime(2026, 1, 10, tzinfo=UTC) - timedelta(days=days)
    return [Measure(uid, size, received_at) for uid, size in enumerate(sizes, 1)]


def uids(plan: Plan) -> list[list[int]]:
    return [[item.uid for item in group] for group in plan.groups]


def test_mail_is_fetched_in_groups_that_memory_can_hold() -> None:
    since = datetime(2026, 1, 3, tzinfo=UTC)
    million = 1_000_000
    plan = plan_reading(measures(3 * million, million, 1, 9 * million, 5), since, 10 * million)
    assert uids(plan) == [[1, 2], [3], [4], [5]]
    assert uids(plan_reading(measures(*[1] * 70), since, 10)) == [
        list(range(1, 65)),
        list(range(65, 71)),
    ]


def test_what_is_too_old_or_too_large_is_not_fetched() -> None:
    since = datetime(2026, 1, 3, tzinfo=UTC)
    plan = plan_reading([*measures(10, 11), *measures(10, 11, days=8), *measures(10, days=7)], since, 10)
    assert uids(plan) == [[1, 1]]
    assert (plan.old, [item.size for item in plan.large]) == (2, [11])
