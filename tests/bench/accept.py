"""How many mails a second are accepted over SMTP, beside a bare aiosmtpd that throws them away.

The two take turns, and what is compared is each round with its own neighbour: the machine's other work meets both.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop

from tests.bench.load import Crowd
from tests.bench.measure import Row, count_cpu_seconds, time_sync

CONNECTIONS = (1, 10, 100)
ROUNDS = 7
SECONDS = 0.6
"""For one turn, about."""
FIRST = 400
"""Messages of the turn that shows how many fit into `SECONDS`."""
GOAL = 0.80
SYNCED = 32_768
"""Bytes that the commit of one mail writes: eight pages of its tables and their indexes."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Messages a second, and what one cost the server's processor in seconds."""

    rate: float
    cpu: float


def measure_accepting(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """Rows for each number of connections, with what the disk allows meanwhile: one connection waits for it."""
    with ExitStack() as stack:
        bare = stack.enter_context(running("bare", folder))
        edge = stack.enter_context(running("edge", folder))
        rows = []
        for connections in CONNECTIONS:
            disk = median(time_sync(folder, SYNCED) for _ in range(3))
            rows.extend(uvloop.run(_compare(bare, edge, connections, progress)))
            disk = min(disk, median(time_sync(folder, SYNCED) for _ in range(3)))
            rows.append(Row("  the disk alone, one commit's bytes", f"{1 / disk:,.0f} /s"))
        return rows


@contextmanager
def running(which: str, folder: Path) -> Iterator[Server]:
    """A server of `tests.bench.servers`, until the end of the block."""
    command = [sys.executable, "-m", "tests.bench.servers", which, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield Server(int(process.stdout.readline()), process.pid)
        process.communicate()


async def _compare(bare: Server, edge: Server, connections: int, progress: Callable[[], None]) -> list[Row]:
    crowds = {server.pid: Crowd(server.port) for server in (bare, edge)}
    for crowd in crowds.values():
        await crowd.connect(connections)
    numbers = {
        server.pid: max(FIRST, int((await _take_turn(server, crowds[server.pid], FIRST)).rate * SECONDS))
        for server in (bare, edge)
    }
    turns: dict[int, list[Turn]] = {bare.pid: [], edge.pid: []}
    for number in range(ROUNDS):
        for server in (bare, edge) if number % 2 else (edge, bare):
            turns[server.pid].append(await _take_turn(server, crowds[server.pid], numbers[server.pid]))
        progress()
    for crowd in crowds.values():
        crowd.close()
    await asyncio.sleep(0.05)
    return _compare_turns(connections, turns[edge.pid], turns[bare.pid])


def _compare_turns(connections: int, here: list[Turn], there: list[Turn]) -> list[Row]:
    ratio = median(one.rate / other.rate for one, other in zip(here, there, strict=True))
    some = "connection" if connections == 1 else "connections"
    return [
        Row(
            f"accepted over SMTP, {connections} {some}",
            f"{median(turn.rate for turn in here):,.0f} /s",
            f"{median(turn.rate for turn in there):,.0f} /s (bare aiosmtpd)",
            f"{ratio:.2f}",
            f">= {GOAL:.2f}",
        ),
        Row(
            "  processor time for one",
            f"{median(turn.cpu for turn in here) * 1e6:.0f} µs",
            f"{median(turn.cpu for turn in there) * 1e6:.0f} µs",
        ),
    ]


async def _take_turn(server: Server, crowd: Crowd, messages: int) -> Turn:
    before = count_cpu_seconds(server.pid)
    seconds = await crowd.send(messages)
    return Turn(messages / seconds, (count_cpu_seconds(server.pid) - before) / messages)
