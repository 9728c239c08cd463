"""The daemon as its users meet it: real sockets, a real database, a real process that is told to stop."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge import clock
from bridge.wiring import open_house
from config.forum import load_settings
from tests.bridge.running import (
    LATER,
    account,
    post,
    process,
    read_maildir,
    run,
    running,
    token_of,
    wait,
    wait_until,
    write_forum,
)
from tests.house import TestHouse, mail
from tests.sink import Received, Sink

LIST = "sse-en@forum.example.org"
MODERATOR = "moderator-en@example.org"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe("bob@example.net", "eve@example.net", language="en")
    yield house
    house.close()


def subject(received: Received) -> str:
    return str(message_from_bytes(received.content, policy=policy.default)["Subject"])


def find(sink: Sink, recipient: str, word: str = "") -> Received | None:
    return next((m for m in sink.received if recipient in m.rcpt_tos and word in subject(m)), None)


def test_a_mail_is_held_a_reply_publishes_it_and_the_subscribers_have_it(house: TestHouse) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink, running(house.house, sink.url) as (_, port):
            await asyncio.to_thread(post, port, mail(), LIST)
            notice = await wait(lambda: find(sink, MODERATOR))
            assert await wait(lambda: find(sink, "ana@example.org"))
            assert find(sink, "bob@example.net") is None

            asked = message_from_bytes(notice.content, policy=policy.default)
            answer = mail(
                "ok\n",
                sender=MODERATOR,
                to=str(asked["Reply-To"]),
                subject=f"Re: {asked['Subject']}",
                in_reply_to=str(asked["Message-ID"]),
            )
            await asyncio.to_thread(post, port, answer, str(asked["Reply-To"]), mail_from=MODERATOR)
            published = await wait(lambda: find(sink, "bob@example.net", "Seeds"))
            assert set(published.rcpt_tos) == {"bob@example.net", "eve@example.net"}
            assert b"We keep seeds in our village" in published.content

    asyncio.run(dialogue())
    assert house.accounts() == {"decision": 1, "published": 1}


def test_a_maildir_gets_one_file_a_subscriber(house: TestHouse, tmp_path: Path) -> None:
    folder = tmp_path / "outgoing"

    async def dialogue() -> None:
        async with running(house.house, f"maildir://{folder}") as (_, port):
            await asyncio.to_thread(post, port, mail(), LIST)
            notice = await wait(lambda: next((m for m in read_maildir(folder) if m["To"] == MODERATOR), None))
            address = token_of(notice.get_content(), "ok")
            empty = mail("", sender=MODERATOR, to=address)
            await asyncio.to_thread(post, port, empty, address, mail_from=MODERATOR)
            await wait(lambda: sum(m["List-Id"] is not None for m in read_maildir(folder)) == 2)

    asyncio.run(dialogue())
    readers = {str(m["Delivered-To"]) for m in read_maildir(folder) if m["List-Id"]}
    assert readers == {"bob@example.net", "eve@example.net"}


def test_sigterm_ends_it_with_0_after_it_has_finished_what_it_holds(tmp_path: Path) -> None:
    config = write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    with process(config) as daemon:
        for number in range(5):
            post(daemon.port, mail(f"Text number {number}.\n", message_id=f"m{number}"), LIST)
        assert daemon.terminate() == 0
        assert daemon.events("stopped")
        assert not [line for line in daemon.lines if "Traceback" in line]
    kept = account(config)
    assert (kept.accepted, kept.difference) == (5, 0)


def test_what_was_spooled_and_not_handled_is_handled_after_a_restart(house: TestHouse) -> None:
    house.spool(mail(), LIST)

    async def dialogue() -> None:
        async with Sink().listen() as sink, running(house.house, sink.url):
            await wait(lambda: find(sink, MODERATOR))

    asyncio.run(dialogue())
    assert house.accounts() == {"held": 1}


def test_the_command_line_wakes_it_so_that_mail_leaves_without_the_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "TICK", 3600)
    house = open_house(load_settings(write_forum(tmp_path, "maildir:///nowhere")))
    with house.unit() as ctx:
        ctx.uow.people.subscribe("bob@example.net", "en")
        ctx.uow.commit()

    async def dialogue() -> None:
        async with Sink().listen() as sink, running(house, sink.url) as (_, port):
            await asyncio.to_thread(post, port, mail(), LIST)
            await wait(lambda: find(sink, MODERATOR))
            # Another name of the same file, as somebody in another folder would write it.
            config = tmp_path / ".." / tmp_path.name / "forum.toml"
            done = await asyncio.to_thread(run, "approve", "1", "--config", config)
            assert (done.returncode, done.stdout, done.stderr) == (0, '"Seeds": published as no. 1\n', "")
            await wait(lambda: find(sink, "bob@example.net"))

    asyncio.run(dialogue())
    house.close()


def test_an_unreachable_smarthost_keeps_the_mail_until_it_is_back(house: TestHouse) -> None:
    async def dialogue() -> None:
        sink = Sink()
        async with sink.listen():
            port_of_sink = sink.port
        async with running(house.house, sink.url) as (daemon, port):
            await asyncio.to_thread(post, port, mail(), LIST)
            await wait(lambda: any(line["event"] == "smarthost_unusable" for line in lines))
            async with sink.listen(port_of_sink):
                house.wait(minutes=2)
                daemon.look()
                await wait(lambda: find(sink, MODERATOR) and find(sink, "ana@example.org"))

    with capture_logs() as lines:
        asyncio.run(dialogue())
    assert [line for line in lines if line["event"] == "smarthost_usable_again"]
    assert house.accounts() == {"held": 1}


def test_run_warns_of_an_unreachable_smarthost_and_accepts_mail_all_the_same(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        config = write_forum(tmp_path, f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
        with process(config) as daemon:
            post(daemon.port, mail(), LIST)
            warning = wait_until(lambda: daemon.events("smarthost_unusable"))[0]
            assert warning["level"] == "warning"
            assert "Connection refused" in warning["reason"]
            wait_until(lambda: daemon.events("handled"))
            assert daemon.terminate() == 0
    assert account(config).outcomes == {"held": 1}


def test_a_smarthost_that_does_not_answer_keeps_no_mail_out(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        config = write_forum(tmp_path, f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        with process(config) as daemon:
            post(daemon.port, mail(), LIST)
            wait_until(lambda: daemon.events("handled"))


def test_a_port_in_use_is_one_line_and_exit_1(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        text = LATER.replace("127.0.0.1:0", f"127.0.0.1:{number}")
        config = write_forum(tmp_path, f"maildir://{tmp_path}/outgoing", text)
        done = run("run", "--config", config)
    assert done.returncode == 1
    assert done.stderr.startswith(f"smtp: cannot listen on 127.0.0.1:{number}: ")
    assert "address already in use" in done.stderr.lower()
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_second_daemon_on_one_database_says_so_and_works(house: TestHouse) -> None:
    async def dialogue() -> None:
        async with (
            Sink().listen() as sink,
            running(house.house, sink.url),
            running(house.house, sink.url) as (_, port),
        ):
            await asyncio.to_thread(post, port, mail(), LIST)
            await wait(lambda: find(sink, MODERATOR))

    with capture_logs() as lines:
        asyncio.run(dialogue())
    assert [line["event"] for line in lines].count("another_daemon") == 1
    assert house.accounts() == {"held": 1}
