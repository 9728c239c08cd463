"""From one person's mail program to another's mailbox, by real servers: swaks, Postfix, the forum, Postfix, Dovecot."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.bridge.running import account, process, wait_until
from tests.peers import find_port
from tests.peers.documented import read_file
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.forum import SMTP_ANYWHERE, read_stored, run_command, swaks, write_forum
from tests.peers.postfix import Postfix, running_postfix

IN_FRONT = "Postfix, before and behind"
MAILBOX = "Dovecot: a mailbox that is read"
EN, ES, FR = (f"forum-{language}@forum.example.org" for language in ("en", "es", "fr"))
MODERATOR = "moderator-en@example.org"
BOB, EVE = "bob@example.org", "eve@example.org"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot.running(lmtp=True) as dovecot:
        yield dovecot


@pytest.fixture(scope="module")
def lmtp_port() -> int:
    return find_port()


@pytest.fixture(scope="module")
def front(lmtp_port: int) -> Iterator[Postfix]:
    """Takes mail for the forum to its LMTP edge."""
    transport = read_file(IN_FRONT, "/etc/postfix/forum-transport", {":8024": f":{lmtp_port}"}, block=0)
    with running_postfix(
        read_file(IN_FRONT, "/etc/postfix/main.cf"),
        maps={"forum": read_file(IN_FRONT, "/etc/postfix/forum"), "forum-transport": transport},
    ) as postfix:
        yield postfix


@pytest.fixture(scope="module")
def behind(dovecot: Dovecot) -> Iterator[Postfix]:
    """Delivers to Dovecot: the smarthost, and what fills the forum's own mailbox."""
    with running_postfix(
        read_file(
            MAILBOX,
            "/etc/postfix/main.cf",
            {"unix:private/dovecot-lmtp": f"inet:127.0.0.1:{dovecot.lmtp_port}"},
        ),
        master_cf=read_file(MAILBOX, "/etc/postfix/master.cf"),
        maps={"forum-alias": read_file(MAILBOX, "/etc/postfix/forum-alias")},
    ) as postfix:
        yield postfix


def find_mail(dovecot: Dovecot, user: str, word: str) -> Callable[[], EmailMessage | None]:
    """A mail in somebody's mailbox, by a word of its subject."""

    def find() -> EmailMessage | None:
        mails = [message_from_bytes(raw, policy=policy.default) for raw in dovecot.read(user)]
        return next((mail for mail in mails if word in str(mail["Subject"])), None)

    return find


def test_a_post_reaches_its_moderator_and_once_approved_every_subscriber(
    tmp_path: Path, dovecot: Dovecot, front: Postfix, behind: Postfix, lmtp_port: int
) -> None:
    lines = read_file(IN_FRONT, "forum.toml", {":8024": f":{lmtp_port}", ':25"': f':{behind.port}"'})
    config = write_forum(tmp_path, SMTP_ANYWHERE + lines)
    with process(config) as forum:
        assert forum.port
        run_command(config, "subscribers", "add", "--list", EN, BOB, EVE)
        swaks(front.port, "ana@example.org", EN, subject="Seeds", body="We keep seeds, and share them.")
        notice = wait_until(find_mail(dovecot, MODERATOR, "Seeds"))
        assert find_mail(dovecot, BOB, "Seeds")() is None

        answer_to = str(notice["Reply-To"])
        assert re.fullmatch(r"forum\+m-[a-z2-7]{26}@forum\.example\.org", answer_to)
        swaks(
            front.port,
            MODERATOR,
            answer_to,
            subject=f"Re: {notice['Subject']}",
            body="ok",
            headers={"In-Reply-To": str(notice["Message-ID"])},
        )
        published = [wait_until(find_mail(dovecot, reader, "Seeds")) for reader in (BOB, EVE)]
        front.wait_until_empty()
        behind.wait_until_empty()
        assert forum.terminate() == 0

    for mail in published:
        assert "We keep seeds, and share them." in mail.get_content()
        assert mail["List-Id"] == "<forum-en.forum.example.org>"
        assert mail["List-Post"] == f"<mailto:{EN}>"
        assert str(mail["List-Unsubscribe"])
        assert str(mail["Return-Path"]).startswith("<forum+b-")
    assert len(dovecot.read(BOB)) == 1
    found = account(config)
    assert (found.outcomes, found.difference) == ({"decision": 1, "published": 1}, 0)


def test_a_mailbox_that_postfix_fills_keeps_which_address_each_mail_was_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dovecot: Dovecot, behind: Postfix
) -> None:
    """To two lists with the second in Bcc, and to a plus-address: each is read once, as if it had come by LMTP."""
    imap = read_file(
        MAILBOX, "forum.toml", {"imaps:": "imap:", "mail.example.org": f"127.0.0.1:{dovecot.imap_port}"}
    )
    config = write_forum(tmp_path, SMTP_ANYWHERE + f'smarthost = "maildir://{tmp_path}/out"\n{imap}')
    monkeypatch.setenv("MANYVOICES_IMAP_PASSWORD", PASSWORD)
    with process(config) as forum:
        assert forum.port
        swaks(
            behind.port, "ana@example.org", EN, FR, subject="Wells", body="Ours is dry.", headers={"To": EN}
        )
        help_by_address = "forum-es+help@forum.example.org"
        swaks(behind.port, "ana@example.org", help_by_address, subject="x", body="x", headers={"To": "you"})
        wait_until(lambda: account(config).accepted == 3)
        behind.wait_until_empty()
        assert forum.terminate() == 0
    assert sorted(recipient for recipient, _ in read_stored(config)) == sorted([EN, FR, help_by_address])
