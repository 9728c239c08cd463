"""What every real peer needs: a folder of its own, a moment to come up, and time to end."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds that a peer may take on a machine that runs other tests too."""


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Poll until something is there, and return it; AssertionError names what did not come."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: did not come in {seconds:.0f} s"
        time.sleep(0.05)
    return found


def wait_for_greeting(port: int, child: "subprocess.Popen[bytes]", what: str) -> None:
    """Until a server speaks; AssertionError where it ended instead."""

    def greeted() -> bool:
        assert child.poll() is None, f"{what} ended with {child.returncode}"
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as client:
                return bool(client.recv(1))
        except OSError:
            return False

    wait_for(greeted, what)


@contextlib.contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """A folder that a peer's own users may enter, with a path short enough for sockets; pytest's are for one user."""
    folder = Path(tempfile.mkdtemp(prefix=f"mv-{name}-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        # What a peer has left running for a moment may write meanwhile.
        wait_for(lambda: _remove(folder), f"{folder} to be gone", 10)


def _remove(folder: Path) -> bool:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return not folder.exists()
    except OSError:
        return False
    return True
