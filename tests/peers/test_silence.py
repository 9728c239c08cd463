"""Two forums, each of which sends to the other: whatever begins between them, it ends."""

import time
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from bridge.commands.forum import open_forum
from store.deliveries import WAITING, Account
from store.tables import OutgoingRecipient
from tests.bridge.running import account, post, process, wait_until
from tests.house import mail
from tests.peers import find_port
from tests.peers.forum import write_forum

SILENT_SECONDS = 3.0
"""An answer to an answer takes a few hundredths."""


def write_neighbour(folder: Path, domain: str, own_port: int, other_port: int) -> Path:
    """A forum in a domain that publishes everything, and sends what it sends to the other."""
    folder.mkdir()
    return write_forum(
        folder,
        f'smtp = "127.0.0.1:{own_port}"\nsmarthost = "smtp://127.0.0.1:{other_port}"\n',
        {"forum.example.org": domain, 'moderation = "all" ': 'moderation = "none"'},
    )


def find_quiet(config: Path) -> Account | None:
    """What became of everything, once nothing waits to be handled or sent; None before."""
    with open_forum(config) as house, house.database.engine.connect() as connection:
        unsent = connection.execute(
            select(func.count())
            .select_from(OutgoingRecipient)
            .where(col(OutgoingRecipient.state).in_(("waiting", "sending")))
        ).scalar_one()
    found = account(config)
    return None if unsent or WAITING in found.outcomes else found


def find_both_quiet(config: Path, other: Path) -> tuple[Account, Account] | None:
    """The same of both; None where the second may have written to the first while it was asked."""
    first, second = find_quiet(config), find_quiet(other)
    return (first, second) if first and second and first == find_quiet(config) else None


def test_two_forums_that_answer_each_other_fall_silent(tmp_path: Path) -> None:
    """Each list is a reader of the other; help, a subscription, posts and a comment come in each other's name."""
    ours, theirs = "forum.example.org", "forum.example.net"
    one, two = find_port(), find_port()
    config = write_neighbour(tmp_path / "one", ours, one, two)
    other = write_neighbour(tmp_path / "two", theirs, two, one)
    for path, reader in ((config, theirs), (other, ours)):
        with open_forum(path, create=True) as house, house.unit() as ctx:
            ctx.uow.people.subscribe(f"forum-en@{reader}", "en")
            ctx.uow.commit()
    with process(config) as first, process(other) as second:
        assert (first.port, second.port) == (one, two)
        provoked = 0
        for port, here, there in ((one, ours, theirs), (two, theirs, ours)):
            for to, sender, subject in (
                (f"forum@{here}", f"forum@{there}", "help"),
                (f"forum@{here}", f"forum@{there}", "nonsense"),
                (f"forum@{here}", f"forum-en@{there}", "join en"),
                (f"forum-en@{here}", f"forum-en@{there}", "Seeds"),
                (f"forum-en@{here}", f"forum@{there}", "Seeds again"),
                (f"forum-en+c1@{here}", f"forum-en@{there}", "A comment"),
                (f"postmaster@{here}", f"postmaster@{there}", "Undeliverable"),
            ):
                post(port, mail(sender=sender, to=to, subject=subject), to, mail_from=sender)
                provoked += 1
        before = wait_until(lambda: find_both_quiet(config, other))
        # Nothing tells that nothing will come: only time does.
        time.sleep(SILENT_SECONDS)
        after = wait_until(lambda: find_both_quiet(config, other))
        assert (first.terminate(), second.terminate()) == (0, 0)
    assert before == after
    # Each of them is answered at most twice (to its author, to the list); and no answer is.
    assert sum(found.accepted for found in after) <= 3 * provoked
    assert all(found.difference == 0 and "shunted" not in found.outcomes for found in after), after
