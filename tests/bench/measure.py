"""What is measured becomes a row of the table; medians, because these machines share their cores with others."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SYNCS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, how much here and in the reference, and what was aimed at."""

    what: str
    here: str
    reference: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(slots=True)
class Spent:
    """Seconds of a block, by the clock on the wall and on the processor (every thread of this process)."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """Fills in what the block took."""
    spent = Spent()
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield spent
    finally:
        spent.wall, spent.cpu = time.perf_counter() - wall, time.process_time() - cpu


def count_cpu_seconds(pid: int) -> float:
    """What a process of ours has used so far, in user and system time."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def time_each(items: Iterable[T], work: Callable[[T], object]) -> list[float]:
    """Seconds for each item."""
    taken = []
    for item in items:
        began = time.perf_counter()
        work(item)
        taken.append(time.perf_counter() - began)
    return taken


def ms(seconds: float) -> str:
    """Milliseconds, in three digits or so."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


def time_sync(folder: Path, size: int) -> float:
    """Seconds that the disk takes to keep so many bytes, over what is there already (fdatasync)."""
    with (folder / "synced").open("w+b", buffering=0) as file:
        began = 0.0
        for _ in range(SYNCS + 1):
            file.seek(0)
            file.write(bytes(size))
            os.fdatasync(file.fileno())
            # The first one also makes the file.
            began = began or time.perf_counter()
        return (time.perf_counter() - began) / SYNCS
