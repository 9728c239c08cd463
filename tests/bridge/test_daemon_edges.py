"""The daemon's doors and its end: they open together or not at all, and it ends soon whoever hangs."""

import asyncio
import smtplib
import socket
import socketserver
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.daemon import Daemon
from bridge.edge import EdgeError
from bridge.smarthost import open_smarthost
from bridge.wiring import open_house, system_clock
from config.forum import load_settings
from store.dispatch import LEASE
from tests.bridge.running import (
    LATER,
    PATIENCE,
    account,
    post,
    process,
    read_maildir,
    run,
    wait_until,
    write_forum,
)
from tests.house import mail

LIST = "sse-en@forum.example.org"
MODERATOR = "moderator-en@example.org"


class _Silent(socketserver.StreamRequestHandler):
    """A mail server that takes every command and never says whether it took the mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 silent.example.net\r\n")
        for line in self.rfile:
            if line == b"DATA\r\n":
                self.wfile.write(b"354 Go on\r\n")
                self.server.asked.set()  # type: ignore[attr-defined]
                self.server.ended.wait(60)  # type: ignore[attr-defined]
                return
            self.wfile.write(b"250 OK\r\n")


def test_sigterm_ends_it_soon_also_where_the_smarthost_does_not_answer_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Silent) as silent:
        silent.asked, silent.ended = threading.Event(), threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=silent.serve_forever).start()
        config = write_forum(tmp_path, f"smtp://127.0.0.1:{silent.server_address[1]}")
        try:
            with process(config) as daemon:
                post(daemon.port, mail(), LIST)
                assert silent.asked.wait(PATIENCE)  # type: ignore[attr-defined]
                post(daemon.port, mail("Another text.\n", message_id="another"), LIST)
                began = time.monotonic()
                assert daemon.terminate() == 0
                assert time.monotonic() - began < 10
                assert not [line for line in daemon.lines if "Traceback" in line]
        finally:
            silent.ended.set()  # type: ignore[attr-defined]
            silent.shutdown()
    kept = account(config)
    assert (kept.accepted, kept.difference) == (2, 0)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    with process(config, at=system_clock() + LEASE + timedelta(minutes=1)) as daemon:
        assert daemon.port
        wait_until(
            lambda: (
                len([m for m in read_maildir(tmp_path / "outgoing") if m["Delivered-To"] == MODERATOR]) == 2
            )
        )


def test_mail_comes_in_over_lmtp_too_and_what_each_edge_listens_on_is_in_the_log(tmp_path: Path) -> None:
    text = LATER.replace('smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:0"\nlmtp = "unix:{tmp_path}/lmtp"')
    config = write_forum(tmp_path, f"maildir://{tmp_path}/outgoing", text)
    with process(config) as daemon:
        assert daemon.port
        assert daemon.events("running")[0]["lmtp"] == f"unix:{tmp_path}/lmtp"
        with smtplib.LMTP(f"{tmp_path}/lmtp") as client:
            assert client.sendmail("ana@example.org", [LIST], mail()) == {}
        wait_until(lambda: daemon.events("handled"))
        assert daemon.terminate() == 0
    assert not (tmp_path / "lmtp").exists()
    assert account(config).outcomes == {"held": 1}


def test_where_one_edge_cannot_begin_none_runs(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = LATER.replace(
        'smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:{port}"\nlmtp = "unix:{tmp_path}/no/lmtp"'
    )
    house = open_house(load_settings(write_forum(tmp_path, f"maildir://{tmp_path}/outgoing", text)))

    async def dialogue() -> None:
        with pytest.raises(EdgeError, match=r"^lmtp: cannot listen on unix:.*: No such file or directory$"):
            await Daemon(house, open_smarthost(f"maildir://{tmp_path}", {}, hostname="x")).start()
        with socket.socket() as again:
            again.bind(("127.0.0.1", port))

    asyncio.run(dialogue())
    house.close()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            'tls_certificate = "no.pem"\ntls_key = "no.key"',
            "server.tls_certificate: {}/no.pem: No such file or directory",
        ),
        (
            'smtp_login = "website"',
            "server.smtp_login: website needs a password, and MANYVOICES_SMTP_PASSWORD is not set",
        ),
    ],
)
def test_a_certificate_or_a_login_that_is_incomplete_is_one_line_from_run_and_from_check(
    tmp_path: Path, keys: str, line: str
) -> None:
    text = LATER.replace('smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:0"\n{keys}')
    config = write_forum(tmp_path, f"maildir://{tmp_path}/outgoing", text)
    for command in ("run", "check"):
        done = run(command, "--config", config)
        assert (done.returncode, done.stderr) == (1, line.format(tmp_path) + "\n")
