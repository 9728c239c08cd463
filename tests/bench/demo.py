"""How long `make demo` takes once it is set up."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.measure import Row

GOAL = 20


def measure_demo(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """The command as a newcomer types it, in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bridge.cli", "demo", "--keep", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    progress()
    if done.returncode:
        return [Row("make demo", f"failed: {done.stderr.strip()[-200:]}")]
    return [Row("make demo", f"{seconds:.1f} s", goal=f"< {GOAL} s")]
