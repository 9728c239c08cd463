"""How the command line wakes a running daemon: one datagram to an abstract Unix socket named after the database.

It says nothing but "look": whoever can send it can do no more than that, and where no daemon runs it is lost.
"""

import asyncio
import hashlib
import os
import socket
from collections.abc import Callable


def wake_daemon(database_url: str) -> bool:
    """Tell the daemon that serves a database to look; False where none listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(b"look", _name(database_url))
        except OSError:
            return False
    return True


class WakeSocket:
    """Listens for the command line in the running loop."""

    def __init__(self, database_url: str, on_wake: Callable[[], None]) -> None:
        self._name = _name(database_url)
        self._on_wake = on_wake
        self._socket: socket.socket | None = None

    def start(self) -> bool:
        """Listen; False where another daemon on this machine listens for the same database."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.setblocking(False)
        try:
            listener.bind(self._name)
        except OSError:
            listener.close()
            return False
        self._socket = listener
        asyncio.get_running_loop().add_reader(listener, self._read)
        return True

    def stop(self) -> None:
        """Listen no more."""
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _read(self) -> None:
        if self._socket:
            try:
                self._socket.recv(64)
            except BlockingIOError:
                return
        self._on_wake()


def _name(database_url: str) -> bytes:
    scheme, _, path = database_url.partition("sqlite:///")
    # One file has many names: ../forum/forum.db, or one with a link in it.
    place = database_url if scheme else os.path.realpath(path)
    return b"\0manyvoices-" + hashlib.sha256(os.fsencode(place)).hexdigest()[:32].encode()
