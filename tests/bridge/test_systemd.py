"""The daemon under a service manager: sockets that are passed, states that are told, units that are right."""

import os
import shutil
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.edge import EdgeError
from bridge.systemd import READY, notify, refuse_unused, take_sockets
from tests.bridge.running import PATIENCE, ROOT, Process, account, post, write_forum
from tests.house import mail

LIST = "sse-en@forum.example.org"
UNITS = ROOT / "deploy" / "systemd"
BECOME = (
    "import os, sys\n"
    "os.dup2(int(sys.argv[1]), 3)\n"
    "os.environ['LISTEN_PID'] = str(os.getpid())\n"
    "os.execv(sys.argv[2], sys.argv[2:])"
)
"""As the service manager does: its socket becomes the third descriptor, and the environment says for whom."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket that outlives the daemons that it is passed to."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one


@contextmanager
def passed(config: Path, listening: socket.socket, name: str = "smtp") -> Iterator[Process]:
    number = listening.fileno()
    child = Process(
        "bridge.cli", "run", "--config", config,
        before=(sys.executable, "-c", BECOME, str(number)),
        pass_fds=(number,),
        env={**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": name},
    )  # fmt: skip
    try:
        yield child
    finally:
        child.close()


def test_mail_that_comes_while_the_daemon_restarts_waits_for_it(
    config: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    failures: list[Exception] = []

    def send(number: int) -> threading.Thread:
        def run() -> None:
            try:
                post(port, mail(f"Text number {number}.\n", message_id=f"m{number}"), LIST)
            except (smtplib.SMTPException, OSError) as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    for number in range(2):
        sending = send(number)  # nobody accepts it yet
        with passed(config, listening) as daemon:
            assert daemon.port == port
            sending.join(PATIENCE)
            assert not sending.is_alive()
            assert daemon.terminate() == 0
    assert failures == []
    kept = account(config)
    assert (kept.accepted, kept.difference) == (2, 0)


def test_a_socket_that_nobody_listens_to_is_one_clear_line(config: Path, listening: socket.socket) -> None:
    with passed(config, listening, "lmtp") as daemon:
        assert daemon.wait() == 1
    assert daemon.lines == [
        "systemd: a socket named lmtp is passed, and forum.toml switches no such edge on"
        " (FileDescriptorName= is smtp, lmtp or web)"
    ]


def test_sockets_that_are_for_another_process_are_not_taken() -> None:
    environ = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "smtp", "HOME": "/"}
    assert take_sockets(environ, os.getpid()) == {}
    assert environ == {"HOME": "/"}
    assert take_sockets({}, os.getpid()) == {}


def test_a_descriptor_that_is_no_socket_is_one_clear_line() -> None:
    code = (
        "import os; from bridge.systemd import take_sockets\n"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')\n"
        "os.dup2(0, 3)\n"
        "try: take_sockets(os.environ, os.getpid())\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("EdgeError systemd: descriptor 3 (unknown): ")


def test_what_is_switched_on_may_be_passed_and_nothing_else() -> None:
    with socket.socket() as one:
        refuse_unused({"smtp": (one,)}, ["smtp", "lmtp"])
        with pytest.raises(EdgeError, match=r"^systemd: a socket named manyvoices, web is passed"):
            refuse_unused({"web": (one,), "manyvoices": (one,)}, ["smtp"])


@pytest.mark.parametrize("abstract", [False, True])
def test_it_says_when_it_is_ready_and_when_it_stops(config: Path, tmp_path: Path, abstract: bool) -> None:
    address = f"@manyvoices-test-{os.getpid()}" if abstract else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        manager.settimeout(PATIENCE)
        child = Process("bridge.cli", "run", "--config", config, env={**os.environ, "NOTIFY_SOCKET": address})
        try:
            assert manager.recv(100) == b"READY=1"
            post(child.port, mail(), LIST)
            assert child.terminate() == 0
            assert manager.recv(100) == b"STOPPING=1"
        finally:
            child.close()


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "vsock:1"}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_where_nobody_wants_to_know_nothing_is_told(environ: dict[str, str]) -> None:
    assert not notify(READY, environ)


def _analyze(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS.iterdir():
        # The program is where this one is, not yet where it will be.
        text = unit.read_text().replace("/opt/manyvoices/.venv/bin/manyvoices", sys.executable)
        (tmp_path / unit.name).write_text(text)
    units = [str(tmp_path / unit.name) for unit in UNITS.iterdir()]
    command = [
        program,
        *arguments,
        *(units if arguments[0] == "verify" else [f"{tmp_path}/manyvoices.service"]),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_units_are_right(tmp_path: Path) -> None:
    done = _analyze(tmp_path, "verify", "--man=no")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_may_do_little(tmp_path: Path) -> None:
    done = _analyze(tmp_path, "security", "--offline=true", "--threshold=20", "--no-pager")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_socket_is_for_an_edge() -> None:
    found = {
        line.partition("=")[2]
        for unit in UNITS.glob("*.socket")
        for line in unit.read_text().splitlines()
        if line.startswith("FileDescriptorName=")
    }
    assert found == {"smtp", "lmtp", "web"}
