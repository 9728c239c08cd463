"""A real PostgreSQL with an empty database for each that asks; it runs as whoever runs the tests, or as its own user.

It refuses to run as root: there it runs as `postgres`, whom Debian's package brings.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.peers import find_port, miss_peer
from tests.peers.loopback import open_folder

_PACKAGED = Path("/usr/lib/postgresql")
"""Debian keeps its versions side by side, outside of PATH."""
_OPTIONS = "-c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=60 -c unix_socket_directories="


@dataclass(frozen=True)
class PostgreSQL:
    """A server on a port of 127.0.0.1."""

    port: int
    programs: Path
    _numbers: "count[int]"

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator["PostgreSQL"]:
        """A new cluster, gone at the end."""
        programs = _find_programs()
        with open_folder("pg") as folder:
            if os.geteuid() == 0:
                owner = pwd.getpwnam("postgres")
                os.chown(folder, owner.pw_uid, owner.pw_gid)
            port, cluster = find_port(), folder / "cluster"
            _run(programs / "initdb", "-D", cluster, "-U", "forum", "-A", "trust", "-E", "UTF8", "--no-sync")
            options = f"-p {port} {_OPTIONS}{folder}"
            log = folder / "log"
            _run(programs / "pg_ctl", "-D", cluster, "-o", options, "-l", log, "-w", "-t", "60", "start")
            try:
                yield cls(port, programs, count(1))
            finally:
                _run(programs / "pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop")

    def place(self, forum: str) -> str:
        """A `forum.toml` with a database of its own here."""
        return forum.replace("[server]\n", f'[server]\ndatabase = "{self.create_database()}"\n')

    def create_database(self) -> str:
        """The address of a new, empty database, as forum.toml names it."""
        name = f"forum{next(self._numbers)}"
        _run(self.programs / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "forum", name)
        return f"postgresql+psycopg://forum@127.0.0.1:{self.port}/{name}"


def _find_programs() -> Path:
    found = sorted(_PACKAGED.glob("*/bin/initdb"))
    path = found[-1] if found else shutil.which("initdb")
    if path is None:
        miss_peer("initdb", "postgresql")
    return Path(path).parent


def _run(program: Path, *arguments: object) -> None:
    as_owner = (
        ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
    )
    command = [*as_owner, str(program), *map(str, arguments)]
    # pg_ctl leaves the server with what it was given: pipes would never end.
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=False)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}"
