"""Where an edge listens: a TCP port, a Unix socket of its own, or the sockets that the service manager passed."""

import asyncio
import errno
import os
import socket
import stat
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bridge.edge import EdgeError

UNIX = "unix:"
MODE = 0o660
"""Of a Unix socket: its owner, and the group that the mail server is in."""
BACKLOG = 512
"""Connections that the kernel holds until they are accepted."""

_ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""An address that the name has and this machine has not: localhost in IPv6, in many a container."""

# From 3.13 on asyncio removes the file of a Unix socket itself, also of one that is not ours.
_KEEP_FILE: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}


class Listener:
    """Listens at one place of `forum.toml`, or on what was passed in its stead."""

    def __init__(self, name: str, place: str, passed: Sequence[socket.socket] = ()) -> None:
        self._name = name
        self._place = place
        self._passed = tuple(passed)
        self._servers: list[asyncio.AbstractServer] = []
        self._file: tuple[Path, int] | None = None

    async def open(self, connect: Callable[[], asyncio.Protocol]) -> str:
        """Accept connections; where they are accepted (port 0 picks one). EdgeError where that cannot be."""
        try:
            sockets = self._passed or self._bind()
            for one in sockets:
                self._servers.append(await _serve(connect, one))
        except OSError as error:
            self.close()
            raise EdgeError(f"{self._name}: cannot listen on {self._place}: {find_reason(error)}") from error
        return describe(sockets[0])

    def close(self) -> None:
        """Accept no more; what has been accepted goes on."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._file:
            path, inode = self._file
            self._file = None
            # Another daemon may have put its own there meanwhile.
            with suppress(FileNotFoundError):
                if path.stat().st_ino == inode:
                    path.unlink()

    def _bind(self) -> tuple[socket.socket, ...]:
        if not self._place.startswith(UNIX):
            return tuple(bind_ports(self._place))
        path = Path(self._place.removeprefix(UNIX))
        bound = bind_file(path)
        self._file = path, path.stat().st_ino
        return (bound,)


def bind_ports(place: str) -> list[socket.socket]:
    """TCP sockets at a host and port, an IPv6 host in brackets: one for each address of the host that we have.

    OSError where none, or one that is there, cannot be bound.
    """
    host, _, port = place.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    bound: list[socket.socket] = []
    try:
        for family, address in addresses:
            try:
                bound.append(_bind_port(family, address))
            except OSError as error:
                if error.errno not in _ABSENT or ((family, address) == addresses[-1] and not bound):
                    raise
    except OSError:
        for one in bound:
            one.close()
        raise
    return bound


def _bind_port(family: int, address: Any) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
    except OSError:
        one.close()
        raise
    return one


def bind_file(path: Path) -> socket.socket:
    """A Unix socket at a path, in place of one that nobody listens on any more. OSError where that cannot be."""
    if os.path.lexists(path):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise OSError(errno.EEXIST, "there is a file of that name which is no socket")
        if _is_live(path):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        path.unlink()
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(os.fsencode(path))
        # Nobody can connect before it listens.
        path.chmod(MODE)
    except OSError:
        bound.close()
        raise
    return bound


def describe(bound: socket.socket) -> str:
    """A socket's place in the words of `forum.toml`."""
    name = bound.getsockname()
    if bound.family == socket.AF_UNIX:
        return UNIX + os.fsdecode(name)
    host, port = name[:2]
    return f"[{host}]:{port}" if bound.family == socket.AF_INET6 else f"{host}:{port}"


async def _serve(connect: Callable[[], asyncio.Protocol], bound: socket.socket) -> asyncio.AbstractServer:
    loop = asyncio.get_running_loop()
    try:
        if bound.family == socket.AF_UNIX:
            return await loop.create_unix_server(connect, sock=bound, backlog=BACKLOG, **_KEEP_FILE)
        return await loop.create_server(connect, sock=bound, backlog=BACKLOG)
    except OSError:
        bound.close()
        raise


def _is_live(path: Path) -> bool:
    """Whether somebody listens there; who only has no time is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        try:
            caller.connect(os.fsencode(path))
        except ConnectionRefusedError:
            return False
        except BlockingIOError:
            return True
    return True


def find_reason(error: OSError) -> str:
    """Why, in the machine's own words."""
    # asyncio wraps the machine's words in a sentence of its own.
    if error.errno == errno.EEXIST:
        return str(error.strerror)
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
