"""Postfix in front, as docs/admin.md sets it up: what it takes arrives once, and what it should not take does not."""

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.bridge.running import PATIENCE, account, process, wait_until
from tests.peers import find_port
from tests.peers.documented import read_file
from tests.peers.forum import SMTP_ANYWHERE, read_stored, swaks, write_forum
from tests.peers.loopback import open_folder
from tests.peers.postfix import Postfix, running_postfix

SECTION = "Postfix, before and behind"
ELSEWHERE = "The forum on another machine"
EN, ES, FR = (f"forum-{language}@forum.example.org" for language in ("en", "es", "fr"))
# Returned mail goes nowhere; and one client is shown to Postfix as a stranger from elsewhere, who is not trusted.
ASIDE = "default_transport = discard:\nsmtpd_authorized_xclient_hosts = 127.0.0.1\n"
STRANGER = b"XCLIENT ADDR=192.0.2.1 NAME=client.example.net\r\n"
SEPARATORS = (b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n\n.\r\n")


@pytest.fixture(scope="module")
def lmtp_port() -> int:
    return find_port()


@pytest.fixture(scope="module")
def postfix(lmtp_port: int) -> Iterator[Postfix]:
    """The one in front of the forum, with the lines of the page."""
    transport = read_file(SECTION, "/etc/postfix/forum-transport", {":8024": f":{lmtp_port}"}, block=0)
    with running_postfix(
        read_file(SECTION, "/etc/postfix/main.cf") + ASIDE,
        maps={"forum": read_file(SECTION, "/etc/postfix/forum"), "forum-transport": transport},
    ) as postfix:
        yield postfix


@pytest.fixture
def config(tmp_path: Path, lmtp_port: int) -> Path:
    """A forum behind it, which files what it sends."""
    lines = read_file(
        SECTION,
        "forum.toml",
        {":8024": f":{lmtp_port}", '"smtp://127.0.0.1:25"': f'"maildir://{tmp_path}/out"'},
    )
    return write_forum(tmp_path, SMTP_ANYWHERE + lines)


class Client:
    """A conversation in bytes, as a stranger from elsewhere has it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._answers = self._socket.makefile("rb")
        self._answer()
        assert self.say(STRANGER).startswith(b"220")
        self.say(b"EHLO client.example.net\r\n")

    def say(self, line: bytes) -> bytes:
        """Say something, and hear the answer; b"" where the server has hung up."""
        self._socket.sendall(line)
        return self._answer()

    def hear_out(self) -> bytes:
        """Say no more, and hear everything that comes."""
        self._socket.shutdown(socket.SHUT_WR)
        return self._answers.read()

    def _answer(self) -> bytes:
        while (line := self._answers.readline())[3:4] == b"-":
            pass
        return line

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


@pytest.fixture
def client(postfix: Postfix) -> Iterator[Client]:
    client = Client(postfix.port)
    yield client
    client.close()


def test_a_mail_to_several_addresses_arrives_once_at_each_and_a_refused_one_is_returned(
    postfix: Postfix, config: Path
) -> None:
    """One LMTP transaction, an answer for each recipient: nobody waits, nothing is sent again."""
    with process(config) as forum:
        assert forum.port
        wrong = "forum+nothing@forum.example.org"
        swaks(postfix.port, "ana@example.net", EN, FR, ES, wrong, subject="Seeds", body="We keep seeds.")
        postfix.wait_until_empty()
        assert forum.terminate() == 0
    said = re.findall(r"to=<([^>]+)>, relay=127\.0\.0\.1\S+ .*status=(\w+)", postfix.log)
    assert sorted(said) == sorted([(EN, "sent"), (ES, "sent"), (FR, "sent"), (wrong, "bounced")])
    found = account(config)
    assert (found.accepted, found.difference) == (3, 0)
    assert "duplicate" not in found.outcomes


@pytest.mark.parametrize("address", [b"nobody@forum.example.org", b"somebody@elsewhere.example.net"])
def test_what_is_nobodys_address_is_refused_at_the_door(client: Client, address: bytes) -> None:
    assert client.say(b"MAIL FROM:<ana@example.net>\r\n").startswith(b"250")
    assert client.say(b"RCPT TO:<%s>\r\n" % address).startswith((b"550", b"454"))


def test_while_the_forum_is_down_postfix_keeps_its_mail_and_delivers_it_once(
    postfix: Postfix, config: Path
) -> None:
    swaks(postfix.port, "ana@example.net", EN, FR, subject="Early", body="Nobody is up yet.")
    wait_until(lambda: "status=deferred" in postfix.log)
    assert len(postfix.queue()) == 1
    with process(config) as forum:
        assert forum.port
        postfix.wait_until_empty()
        assert forum.terminate() == 0
    assert sorted(recipient for recipient, _ in read_stored(config)) == [EN, FR]
    assert account(config).accepted == 2


def test_smuggled_mail_is_no_mail(postfix: Postfix, config: Path) -> None:
    """Seven ends of a mail that are none: what stands behind them is a part of it, or all of it is refused."""
    smuggled = (
        b"MAIL FROM:<admin@example.net>\r\nRCPT TO:<%s>\r\nDATA\r\n"
        b"Subject: Smuggled\r\nFrom: admin@example.net\r\n\r\nInner\r\n.\r\n" % FR.encode()
    )
    with process(config) as forum:
        assert forum.port
        for number, separator in enumerate(SEPARATORS):
            client = Client(postfix.port)
            client.say(b"MAIL FROM:<ana@example.net>\r\n")
            client.say(b"RCPT TO:<%s>\r\n" % EN.encode())
            assert client.say(b"DATA\r\n").startswith(b"354")
            head = b"Subject: Outer %d\r\nFrom: ana@example.net\r\n\r\nOuter" % number
            client.say(head + separator + smuggled)
            client.hear_out()
            client.close()
        postfix.wait_until_empty()
        assert forum.terminate() == 0
    stored = read_stored(config)
    assert stored
    assert {recipient for recipient, _ in stored} == {EN}
    assert len(stored) == len({re.search(rb"Outer \d", raw)[0] for _, raw in stored})  # type: ignore[index]


def test_a_unix_socket_does_as_well(tmp_path: Path) -> None:
    """Postfix's own user reaches it, because the folder's group becomes that of the socket."""
    with open_folder("run") as place:
        shutil.chown(place, group="postfix")
        place.chmod(0o2750)
        here = {"/run/manyvoices": str(place)}
        config = write_forum(
            tmp_path, f'{SMTP_ANYWHERE}lmtp = "unix:{place}/lmtp"\nsmarthost = "maildir://{tmp_path}/out"\n'
        )
        with (
            running_postfix(
                read_file(SECTION, "/etc/postfix/main.cf"),
                master_cf=read_file(SECTION, "/etc/postfix/master.cf"),
                maps={
                    "forum": read_file(SECTION, "/etc/postfix/forum"),
                    "forum-transport": read_file(SECTION, "/etc/postfix/forum-transport", here, block=1),
                },
            ) as postfix,
            process(config) as forum,
        ):
            assert forum.port
            swaks(postfix.port, "ana@example.net", EN, FR, subject="Seeds", body="We keep seeds.")
            postfix.wait_until_empty()
            assert forum.terminate() == 0
    assert sorted(recipient for recipient, _ in read_stored(config)) == [EN, FR]


def test_the_forum_on_another_machine_is_reached_over_verified_tls(tmp_path: Path) -> None:
    """Postfix insists on the forum's certificate, and the mail arrives; with somebody else's it waits."""
    authority, stranger = trustme.CA(), trustme.CA()
    port = find_port()
    (tmp_path / "tls").mkdir()
    own = authority.issue_cert("forum.example.org")
    foreign = stranger.issue_cert("forum.example.org")
    lines = read_file(ELSEWHERE, "forum.toml", {"192.0.2.7:8025": f"127.0.0.1:{port}"})
    config = write_forum(tmp_path, lines + f'smarthost = "maildir://{tmp_path}/out"\n')
    elsewhere = {"[192.0.2.7]:8025": f"[127.0.0.1]:{port}"}
    main = read_file(SECTION, "/etc/postfix/main.cf") + read_file(
        ELSEWHERE,
        "/etc/postfix/main.cf",
        {"/etc/ssl/certs/ca-certificates.crt": "/etc/postfix/authority.pem"},
    )
    with running_postfix(
        main + "smtp_tls_loglevel = 1\n",
        maps={
            "forum": read_file(SECTION, "/etc/postfix/forum"),
            "forum-transport": read_file(ELSEWHERE, "/etc/postfix/forum-transport", elsewhere),
            "forum-tls": read_file(ELSEWHERE, "/etc/postfix/forum-tls", elsewhere),
        },
        files={"authority.pem": authority.cert_pem.bytes()},
    ) as postfix:
        lay_out(tmp_path / "tls", foreign)
        with process(config) as forum:
            assert forum.port == port
            swaks(postfix.port, "ana@example.net", EN, subject="Sealed", body="For the forum alone.")
            wait_until(lambda: "status=deferred" in postfix.log)
            assert forum.terminate() == 0
        assert read_stored(config) == []
        lay_out(tmp_path / "tls", own)
        with process(config) as forum:
            assert forum.port == port
            postfix.wait_until_empty()
            assert forum.terminate() == 0
        assert f"Verified TLS connection established to 127.0.0.1[127.0.0.1]:{port}" in postfix.log
    [(recipient, raw)] = read_stored(config)
    assert recipient == EN
    assert b"For the forum alone." in raw


def lay_out(folder: Path, certificate: trustme.LeafCert) -> None:
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(folder / "fullchain.pem", append=number > 0)
