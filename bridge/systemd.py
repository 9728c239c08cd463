"""What systemd and its services say to each other: sockets that it passes (sd_listen_fds(3)), states (sd_notify(3)).

Mail that comes while the daemon restarts waits in the sockets that systemd holds.
"""

import os
import socket
from collections.abc import Iterable, Mapping, MutableMapping
from types import MappingProxyType

from bridge.edge import EdgeError

READY = "READY=1"
STOPPING = "STOPPING=1"
FIRST = 3
"""The descriptor of the first socket (SD_LISTEN_FDS_START)."""

Sockets = Mapping[str, tuple[socket.socket, ...]]
"""By the name of the edge that they are for."""
NO_SOCKETS: Sockets = MappingProxyType({})


def take_sockets(environ: MutableMapping[str, str], pid: int) -> Sockets:
    """The sockets passed to this process; what says so is removed, so that no child takes them for its own.

    EdgeError where a descriptor is none.
    """
    meant_for = environ.pop("LISTEN_PID", "")
    number = environ.pop("LISTEN_FDS", "")
    names = environ.pop("LISTEN_FDNAMES", "")
    if meant_for != str(pid) or not number.isdecimal():
        return {}
    found: dict[str, tuple[socket.socket, ...]] = {}
    named = names.split(":") if names else []
    for index in range(int(number)):
        name = named[index] if index < len(named) else "unknown"
        try:
            os.set_inheritable(FIRST + index, False)
            passed = socket.socket(fileno=FIRST + index)
        except OSError as error:
            raise EdgeError(f"systemd: descriptor {FIRST + index} ({name}): {error.strerror}") from error
        passed.setblocking(False)
        found[name] = (*found.get(name, ()), passed)
    return found


def refuse_unused(sockets: Sockets, used: Iterable[str]) -> None:
    """EdgeError for a socket that nobody listens to: whoever connects to it would wait for ever."""
    if unused := sorted(set(sockets) - set(used)):
        raise EdgeError(
            f"systemd: a socket named {', '.join(unused)} is passed, and forum.toml switches no such edge on"
            " (FileDescriptorName= is smtp, lmtp or web)"
        )


def notify(state: str, environ: Mapping[str, str]) -> bool:
    """Tell the service manager; False where there is none, or where it does not listen."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            # "@" stands for the zero byte of an abstract address.
            sender.sendto(
                state.encode(), os.fsencode(address).replace(b"@", b"\0", 1) if address[0] == "@" else address
            )
        except OSError:
            return False
    return True
