"""How the IMAP edge gets in, what it trusts, how it gives up for a while, and how it ends."""

import asyncio
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from bridge.check import find_obstacles
from bridge.edge import imap
from bridge.edge.mailbox import parse_account
from config.forum import ImapAccount
from config.loading import ConfigError
from tests.bridge.mailboxes import USER, make_account, make_mail, make_settings, reading
from tests.bridge.running import wait_until
from tests.peers import find_port
from tests.peers.dovecot import PASSWORD, Dovecot


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once."""
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(imap, "LONGEST_PAUSE", 0.5)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@contextmanager
def dovecot_with_tls(folder: Path, authority: trustme.CA) -> Iterator[Dovecot]:
    certificate = authority.issue_cert("127.0.0.1", "::ffff:127.0.0.1")
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    with Dovecot.running(certificate=(chain, key)) as dovecot:
        yield dovecot


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:7f00:1]"])
def test_mail_is_read_over_tls_with_a_certificate_that_is_trusted(
    tmp_path: Path, authority: trustme.CA, scheme: str, host: str
) -> None:
    """Also where it is asked for by STARTTLS, as it must be with every server but this machine's."""
    with dovecot_with_tls(tmp_path, authority) as dovecot:
        dovecot.append(make_mail(), USER)
        port = dovecot.imaps_port if scheme == "imaps" else dovecot.imap_port
        account = make_account(dovecot, scheme=scheme, host=host, port=port)
        with reading(tmp_path, account, tls=trusting(authority)) as found:
            found.wait_for(1)
        assert dovecot.log().count("TLS, session") == 1


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_certificate_that_nobody_trusts_is_refused_before_the_password_is_sent(
    tmp_path: Path, authority: trustme.CA, scheme: str
) -> None:
    with dovecot_with_tls(tmp_path, authority) as dovecot:
        port = dovecot.imaps_port if scheme == "imaps" else dovecot.imap_port
        account = make_account(dovecot, scheme=scheme, host="[::ffff:7f00:1]", port=port)
        with reading(tmp_path, account) as found:
            line = found.wait_for_event("imap_away")
        assert "certificate verify failed" in line["reason"].lower()
        assert "method=PLAIN" not in dovecot.log()


def test_a_password_is_not_sent_in_the_clear_over_a_network(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        with reading(tmp_path, make_account(dovecot, host="[::ffff:7f00:1]")) as found:
            line = found.wait_for_event("imap_away")
        assert line["reason"].endswith("offers no STARTTLS, and a password is not sent in the clear")
        assert "method=PLAIN" not in dovecot.log()


def test_a_login_that_is_refused_is_one_line_and_no_reason_to_insist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bridge.mailboxes.PASSWORD", "wrong")
    with Dovecot.running() as dovecot:
        with reading(tmp_path, make_account(dovecot)) as found:
            line = found.wait_for_event("imap_refused")
            time.sleep(1.0)
            assert len(found.events("imap_refused")) == 1
        assert line["seconds"] == imap.REFUSED_PAUSE
        assert "Authentication failed" in line["reason"]
        assert "wrong" not in str(found.log.entries)
        assert USER not in str(found.log.entries)
        assert dovecot.log().count("auth failed") == 1


def test_the_thread_ends_at_once_while_it_idles(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        dovecot.append(make_mail(), USER)
        with reading(tmp_path, make_account(dovecot)) as found:
            found.wait_for(1)
            time.sleep(2.0)  # it is in the second piece of its IDLE
            began = time.monotonic()
        assert time.monotonic() - began < 1.0
        assert dovecot.log().count("Logged out") >= 2, "it says goodbye"


def test_the_thread_ends_soon_where_the_server_does_not_answer_any_more(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        dovecot.append(make_mail(), USER)
        with reading(tmp_path, make_account(dovecot)) as found:
            found.wait_for(1)
            time.sleep(0.2)
            dovecot.freeze()
            began = time.monotonic()
        assert time.monotonic() - began < 2 * imap.PATIENCE


def test_check_says_in_one_line_why_a_mailbox_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(**item: Any) -> list[str]:
        place = f"127.0.0.1:{item.pop('port', dovecot.imap_port)}/{item.pop('folder', 'INBOX')}"
        account = {"url": f"imap://sse%40forum.example.org@{place}", "password_env": "IMAP_PASSWORD"}
        settings = make_settings(tmp_path, imap=[account], smarthost=f"maildir://{tmp_path}/out")
        return asyncio.run(find_obstacles(settings))

    nobody = find_port()
    with Dovecot.running() as dovecot:
        dovecot.append(make_mail(), USER)
        monkeypatch.delenv("IMAP_PASSWORD", raising=False)
        assert check() == ["server.imap: 127.0.0.1 wants a login, and IMAP_PASSWORD is not set"]
        monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
        assert check() == []
        assert check(port=nobody) == ["imap: sse@127.0.0.1/INBOX: Connection refused"]
        (line,) = check(folder="Nowhere")
        assert "Mailbox doesn't exist: Nowhere" in line
        monkeypatch.setenv("IMAP_PASSWORD", "wrong")
        (line,) = check()
        assert line.startswith("imap: sse@127.0.0.1/INBOX: the login is refused: ")
        with dovecot.connect(USER) as client:
            client.select_folder("INBOX")
            assert client.search("UNSEEN") == [1], "nothing is read or marked"


class ChattyServer:
    """Speaks IMAP as far as it must, and has something to say at every IDLE, or hangs up there."""

    def __init__(self, *, hangs_up: bool, capability: str = "IMAP4rev1 IDLE AUTH=PLAIN") -> None:
        self.commands: Counter[str] = Counter()
        self._capability = capability
        self._hangs_up = hangs_up
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> "ChattyServer":
        self._thread.start()
        begun = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._talk, "127.0.0.1", 0), self._loop)
        self._server = begun.result()
        self.imap_port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        try:
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.commands[command.partition(" ")[0]] += 1
                said = f"* CAPABILITY {self._capability}\r\n" if command == "CAPABILITY" else ""
                if command.startswith("AUTHENTICATE"):
                    writer.write(b"+ \r\n")
                    await reader.readline()
                if command.startswith("SELECT"):
                    said = "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n"
                if command.startswith("UID SEARCH"):
                    said = "* SEARCH\r\n"
                if command == "IDLE":
                    writer.write(b"+ idling\r\n")
                    if self._hangs_up:
                        return
                    writer.write(b"* OK still here\r\n")
                    await reader.readline()
                writer.write(f"{said}{tag} OK done\r\n".encode())
        finally:
            writer.close()


@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_server_that_always_has_something_to_say_or_hangs_up_is_not_asked_without_end(
    tmp_path: Path, hangs_up: bool
) -> None:
    with ChattyServer(hangs_up=hangs_up) as server, reading(tmp_path, make_account(server)) as found:  # type: ignore[arg-type]
        wait_until(lambda: server.commands["IDLE"] >= 2)
        before = server.commands["IDLE"]
        time.sleep(2.0)
        assert 1 <= server.commands["IDLE"] - before <= 10
        assert len(found.events("imap_away")) <= 1


def test_a_password_that_the_server_cannot_take_is_not_shown(tmp_path: Path) -> None:
    """LOGIN takes ASCII only; who says which letter it is that cannot be sent has said too much."""
    server = ChattyServer(hangs_up=False, capability="IMAP4rev1")
    with server, reading(tmp_path, make_account(server)) as found:  # type: ignore[arg-type]
        line = found.wait_for_event("imap_refused")
    assert line["reason"].endswith("the server takes a login in ASCII letters only")


def test_an_account_is_read_out_of_its_url() -> None:
    item = ImapAccount(url="imaps://sse%40example.org@[::1]/Forum/%C3%A9t%C3%A9?#", password_env="SECRET")
    account = parse_account(item, {"SECRET": "s"})
    assert (account.user, account.host, account.port) == ("sse@example.org", "::1", 993)
    assert (account.folder, account.label) == ("Forum/été?#", "sse@::1/Forum/été?#")
    with pytest.raises(ConfigError, match="a port is at most 65535"):
        parse_account(ImapAccount(url="imap://a@b:70000/INBOX", password_env="SECRET"), {"SECRET": "s"})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imaps://bridge:secret@imap.example.org/INBOX", "a password does not belong here"),
        ("imaps://bridge@imap.example.org/INBOX%0d%0aa1", "control character"),
        ("imaps://imap.example.org/INBOX", "is not a mailbox"),
        ("http://bridge@imap.example.org/INBOX", "is not a mailbox"),
    ],
)
def test_a_url_that_cannot_be_right_is_refused_and_shows_no_password(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why) as refused:
        ImapAccount(url=url, password_env="SECRET")
    assert "secret" not in refused.value.errors()[0]["msg"]
