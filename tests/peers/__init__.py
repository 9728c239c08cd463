"""Real mail servers for tests, each on loopback ports of its own, started and stopped by the test that needs it."""

import contextlib
import os
import random
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("MANYVOICES_PEERS") == "required"
"""Whether a server that is not installed is a failure (in CI) or a reason to skip."""
_PORTS = range(12_000, 32_000)
_SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin"
"""Where servers lie; not in everybody's PATH."""


def need_peer(program: str, package: str) -> Path:
    """The path of a server's program; the test is skipped, or fails, where it is not installed."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_SYSTEM}")
    if found is None:
        miss_peer(program, package)
    return Path(str(found))


def miss_peer(program: str, package: str) -> NoReturn:
    """Skip the test, or fail it, because a server is not installed."""
    line = f"{program} is not installed (make peers installs it: {package})"
    if REQUIRED:
        pytest.fail(line)
    pytest.skip(line)


def find_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that Linux gives to no client meanwhile."""
    # Each process has an order of its own, so that two test workers hardly ever come to the same one.
    for port in random.SystemRandom().sample(_PORTS, 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")
