"""kill -9 at every step of the way: what got its 250 is there, once, and everybody has the mail.

Each daemon is a real process that kills itself at a named point; the next one goes on from what is on the disk.
"""

import asyncio
import signal
import smtplib
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from store.dispatch import LEASE
from tests.bridge.running import account, post, process, read_maildir, wait, wait_until, write_forum
from tests.house import FORUM, START, TestHouse, mail
from tests.sink import Sink

LIST = "sse-en@forum.example.org"
OPEN = FORUM.replace('moderation = "all"', 'moderation = "none"')
READERS = ("bob@example.net", "eve@example.net", "joe@example.net")
INES, JEAN = "ines@example.net", "jean@example.net"
ALL = (*READERS, INES, JEAN)
OPENING = datetime(2013, 7, 29, 7, tzinfo=UTC)
"""09:00 in Paris, on the day that phase 2 opens."""


@pytest.fixture
def outgoing(tmp_path: Path) -> Path:
    return tmp_path / "outgoing"


@pytest.fixture
def config(tmp_path: Path, outgoing: Path) -> Path:
    """A forum where nobody moderates, with readers; what fell due before is announced already."""
    house = TestHouse(tmp_path, forum=OPEN)
    house.subscribe(*READERS, language="en")
    house.subscribe(INES, language="es")
    house.subscribe(JEAN, language="fr")
    house.close()
    return write_forum(tmp_path, f"maildir://{outgoing}", OPEN)


def outcomes(config: Path) -> dict[str, int]:
    """The account, whose difference is 0."""
    kept = account(config)
    assert kept.difference == 0
    return kept.outcomes


def on_list(outgoing: Path) -> list[EmailMessage]:
    """Mail of the lists but that about what is on another."""
    return [
        m
        for m in read_maildir(outgoing)
        if m["List-Id"] and not str(m["Message-ID"]).startswith("<elsewhere.")
    ]


def readers(outgoing: Path) -> list[str]:
    """Who has it, and how often."""
    return sorted(str(m["Delivered-To"]) for m in on_list(outgoing))


def test_between_the_commit_and_the_250_the_client_sends_again_and_it_is_one(
    config: Path, outgoing: Path
) -> None:
    with process(config, at=START, die="after-commit-before-250") as dying:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            post(dying.port, mail(), LIST)
        assert dying.wait() == -signal.SIGKILL
    assert account(config).accepted == 1
    with process(config, at=START) as daemon:
        post(daemon.port, mail(), LIST)
        wait_until(lambda: readers(outgoing) == sorted(READERS))
        assert daemon.terminate() == 0
    assert outcomes(config) == {"duplicate": 1, "published": 1}
    assert account(config).accepted == 2


@pytest.mark.parametrize("point", ["in-handling", "after-handling"])
def test_in_the_middle_of_handling_it_is_handled_once_after_the_restart(
    config: Path, outgoing: Path, point: str
) -> None:
    """Before the commit nothing of it is there; after it, all."""
    with process(config, at=START, die=point) as dying:
        post(dying.port, mail(), LIST)
        assert dying.wait() == -signal.SIGKILL
    assert outcomes(config) == ({"waiting": 1} if point == "in-handling" else {"published": 1})
    with process(config, at=START) as daemon:
        wait_until(lambda: readers(outgoing) == sorted(READERS))
        assert daemon.terminate() == 0
    assert outcomes(config) == {"published": 1}


@pytest.mark.parametrize("point", ["before-send", "before-record"])
def test_between_outbox_and_smarthost_everybody_has_the_mail_under_one_message_id(
    config: Path, point: str
) -> None:
    """Dead before the smarthost had it, or after it took it and before that was kept."""

    async def dialogue() -> list[tuple[str, str]]:
        async with Sink().listen() as sink:
            write_forum(config.parent, sink.url, OPEN)
            with process(config, at=START, die=point) as dying:
                await asyncio.to_thread(post, await asyncio.to_thread(lambda: dying.port), mail(), LIST)
                assert await asyncio.to_thread(dying.wait) == -signal.SIGKILL
            assert len(sink.received) == (0 if point == "before-send" else 1)
            # What the dead one had in hand is anybody's once its lease is over.
            with process(config, at=START + LEASE + timedelta(minutes=1)) as daemon:
                await wait(
                    lambda: {*ALL, "ana@example.org"} <= {r for m in sink.received for r in m.rcpt_tos}
                )
                assert await asyncio.to_thread(daemon.terminate) == 0
            return [
                (reader, str(message_from_bytes(m.content)["Message-ID"]))
                for m in sink.received
                for reader in m.rcpt_tos
            ]

    sent = asyncio.run(dialogue())
    repeated = 0 if point == "before-send" else 1
    assert len({identifier for _, identifier in sent}) == 4, (
        "the text, its receipt, and two lists that hear of it"
    )
    assert len(set(sent)) == len(ALL) + 1
    assert max(Counter(sent).values()) == 1 + repeated
    assert outcomes(config) == {"published": 1}


def test_while_an_opening_is_announced_each_language_has_exactly_one(config: Path, outgoing: Path) -> None:
    with process(config, at=OPENING, die="in-announcing") as dying:
        assert dying.wait() == -signal.SIGKILL
    assert read_maildir(outgoing) == []
    for _ in range(2):
        with process(config, at=OPENING + timedelta(minutes=1)) as daemon:
            assert daemon.port
            wait_until(lambda: readers(outgoing) == sorted(ALL))
            assert daemon.terminate() == 0
    found = {(str(m["Content-Language"]), str(m["Message-ID"])) for m in on_list(outgoing)}
    assert sorted(language for language, _ in found) == ["en", "es", "fr"]
    assert outcomes(config) == {}


def test_kill_9_from_outside_loses_nothing_that_was_accepted(config: Path, outgoing: Path) -> None:
    promised = 0
    with process(config, at=START) as daemon:
        for number in range(12):
            post(daemon.port, mail(f"Text number {number}.\n", message_id=f"m{number}"), LIST)
            promised += 1
        daemon.close()
    assert account(config).accepted == promised
    with process(config, at=START + LEASE + timedelta(minutes=1)) as daemon:
        wait_until(lambda: len(readers(outgoing)) == promised * len(READERS))
        assert daemon.terminate() == 0
    assert outcomes(config) == {"published": promised}
    numbers = Counter(str(m["Message-ID"]) for m in on_list(outgoing))
    assert set(numbers.values()) == {len(READERS)}
