"""A whole phase on three lists that Mailman distributes, with the forum as one of their subscribers.

Mail takes the way that docs/admin.md sets up: Postfix in front, Mailman and the forum behind it, mailboxes in Dovecot.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bridge.commands.forum import open_forum
from store.tables import Delivery
from tests.bridge.running import account, process
from tests.peers import find_port
from tests.peers.documented import read_blocks, read_file
from tests.peers.dovecot import Dovecot
from tests.peers.forum import SMTP_ANYWHERE, swaks, write_forum
from tests.peers.loopback import wait_for
from tests.peers.mailman import Mailman, laid_out_mailman, running_mailman
from tests.peers.postfix import Postfix, running_postfix

IN_FRONT = "Postfix, before and behind"
BESIDE = "Beside Mailman 3"
LANGUAGES = ("en", "es", "fr")
MEMBERS = {
    "en": ("Ana", "ana@example.net"),
    "es": ("Luis Gómez", "luis@example.net"),
    "fr": ("Zoé", "zoe@example.net"),
}
OPENS = datetime(2013, 9, 9, 7, 0, 30, tzinfo=UTC)
CLOSES = datetime(2013, 9, 22, 7, 0, 30, tzinfo=UTC)
# Three lists with their people. One puts itself in From, as the policies of strict domains ask for; on two the forum is
# subscribed already, and on the third as docs/admin.md says.
LISTS = """\
import io

from mailman.app.lifecycle import create_list
from mailman.commands.cli_addmembers import add_members
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.mailinglist import DMARCMitigateAction
from zope.component import getUtility


def make():
    getUtility(IDomainManager).add("lists.example.org")
    for language in ("en", "es", "fr"):
        mlist = create_list(f"forum-{language}@lists.example.org")
        mlist.preferred_language = language
        add(mlist, PEOPLE + f"reader-{language}@example.net", "regular")
        if language != "fr":
            add(mlist, f"forum-in-{language}@forum.example.org", "regular")
            add(mlist, "forum@forum.example.org", "disabled")
        if language == "es":
            mlist.dmarc_mitigate_action = DMARCMitigateAction.munge_from
            mlist.dmarc_mitigate_unconditionally = True


def add(mlist, people, delivery):
    add_members(mlist, io.StringIO(people), delivery, False, False)
"""


@dataclass(frozen=True, slots=True)
class Village:
    """Everything that runs, but the forum."""

    postfix: Postfix
    mailman: Mailman
    dovecot: Dovecot
    lmtp_port: int

    def find(self, user: str, word: str) -> list[EmailMessage]:
        """Mails in somebody's mailbox, by a word of their subject."""
        mails = [message_from_bytes(raw, policy=policy.default) for raw in self.dovecot.read(user)]
        return [mail for mail in mails if word in str(mail["Subject"])]

    def wait(self, user: str, word: str) -> EmailMessage:
        """The mail with that word in its subject, once it is there."""
        try:
            found: list[EmailMessage] = wait_for(lambda: self.find(user, word), f"{word} for {user}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.mailman.log[-6000:]}\n{self.postfix.log[-4000:]}") from None
        assert len(found) == 1
        return found[0]


def list_address(language: str) -> str:
    return f"forum-{language}@lists.example.org"


@pytest.fixture(scope="module")
def village() -> Iterator[Village]:
    lmtp_port, smtp_port = find_port(), find_port()
    with Dovecot.running(lmtp=True) as dovecot, laid_out_mailman(smtp_port) as mailman:
        make_lists(mailman)
        transport = read_file(IN_FRONT, "/etc/postfix/forum-transport", {":8024": f":{lmtp_port}"}, block=0)
        transport += f"lists.example.org lmtp:[127.0.0.1]:{mailman.lmtp_port}\n"
        addresses = read_file(IN_FRONT, "/etc/postfix/forum")
        for language in LANGUAGES:
            addresses += read_file(BESIDE, "/etc/postfix/forum", {"-fr@": f"-{language}@"})
        with (
            running_postfix(
                read_file(IN_FRONT, "/etc/postfix/main.cf")
                + f"default_transport = lmtp:[127.0.0.1]:{dovecot.lmtp_port}\n",
                maps={"forum": addresses, "forum-transport": transport},
                port=smtp_port,
            ) as postfix,
            running_mailman(mailman),
        ):
            yield Village(postfix, mailman, dovecot, lmtp_port)


def make_lists(mailman: Mailman) -> None:
    people = "".join(f"{name} <{email}>\n" for name, email in MEMBERS.values())
    (mailman.folder / "lists.py").write_text(f"{LISTS}\n\nPEOPLE = {people!r}\n", encoding="utf-8")
    mailman.run("withlist", "--run", "lists.make")
    commands = "".join(
        lines for _, lines in read_blocks(BESIDE) if "mailman addmembers" in lines
    ).splitlines()
    assert len(commands) == 2
    for line in commands:
        said = re.fullmatch(r'echo "(\S+)" \| mailman (.+)', line)
        assert said, line
        mailman.run(*said[2].split(), given=f"{said[1]}\n")


@pytest.fixture
def config(tmp_path: Path, village: Village) -> Path:
    """The starter's forum, with its lists at Mailman."""
    lines = read_file(
        IN_FRONT, "forum.toml", {":8024": f":{village.lmtp_port}", ':25"': f':{village.postfix.port}"'}
    )
    replace = {}
    for language in LANGUAGES:
        block = read_file(BESIDE, "forum.toml", {'"fr"': f'"{language}"', "-fr@": f"-{language}@"})
        old = f'[[lists]]\nlanguage = "{language}"\naddress = "forum-{language}@forum.example.org"\nhosted = true'
        replace[old] = block.rstrip("\n") + "  #"
    return write_forum(tmp_path, SMTP_ANYWHERE + lines, replace)


def read_outcomes(config: Path) -> list[tuple[str, str | None, str]]:
    """(recipient, outcome, reason) of every delivery, oldest first."""
    with open_forum(config) as house, house.database.engine.connect() as connection:
        query = select(col(Delivery.recipient), col(Delivery.outcome), col(Delivery.reason)).order_by(
            col(Delivery.id)
        )
        return [(recipient, outcome, reason) for recipient, outcome, reason in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody sends to lists of theirs; the first is that of its language."""

    languages: tuple[str, ...]
    subject: str
    text: str

    def send(self, port: int) -> None:
        """To Postfix, as from a mail program."""
        name, email = MEMBERS[self.languages[0]]
        addresses = [list_address(language) for language in self.languages]
        headers = {"From": f"{name} <{email}>"}
        swaks(port, email, *addresses, subject=self.subject, body=self.text, headers=headers)


BUS = Post(("en",), "The bus", "The bus to the clinic goes twice a week, and it is full when it comes to us.")
RIVER = Post(
    ("es",), "El vado", "Para ir al mercado hay que cruzar el vado a pie; cuando llueve, nadie pasa."
)
COACH = Post(("fr",), "Le car", "Le dernier car part à quatre heures ; après, on dort chez un cousin.")
BUS_IN_FRENCH = Post(
    ("fr",),
    "Le bus",
    "Traduction de #1\n\nLe bus du dispensaire passe deux fois par semaine, et il est plein quand il arrive.",
)
EVERYWHERE = Post(
    ("en", "es", "fr"),
    "Who looks after the road?",
    "Nobody mends the road between our villages. Each council says that it belongs to the other one.",
)


CLOSING = {
    "en": (
        "closed",
        """\
4 contributions in total:
  1 contribution in English and French
  1 contribution in English only
  1 contribution in Spanish only
  1 contribution in French only
""",
    ),
    "es": (
        "ha terminado",
        """\
4 contribuciones en total:
  1 contribución en inglés y francés
  1 contribución solo en inglés
  1 contribución solo en español
  1 contribución solo en francés
""",
    ),
    "fr": (
        "close",
        """\
4 contributions au total\N{NO-BREAK SPACE}:
  1 contribution en anglais et en français
  1 contribution en anglais seulement
  1 contribution en espagnol seulement
  1 contribution en français seulement
""",
    ),
}


def test_a_phase_on_three_lists_of_mailman(village: Village, config: Path) -> None:
    """Announced on each list, written and translated there, counted once; our own posts come back and are known."""
    with process(config, at=OPENS) as forum:
        assert forum.port
        for language, word in (("en", "open from"), ("es", "abierta"), ("fr", "ouverte")):
            opening = village.wait(f"reader-{language}@example.net", word)
            assert f"[Forum-{language}] " in str(opening["Subject"])
            assert str(opening["List-Id"]) == f"<forum-{language}.lists.example.org>"
            assert "forum-in" not in str(opening), "readers must not learn where the lists' posts come in"
        wait_for_deliveries(config, copies=3, of_ours=3)

        # One after the other, so that their numbers are known.
        for number, post in enumerate((BUS, RIVER, COACH, EVERYWHERE), 1):
            post.send(village.postfix.port)
            receipt = village.wait(MEMBERS[post.languages[0]][1], f"[#{number}]")
            assert post.subject in str(receipt["Subject"])
        BUS_IN_FRENCH.send(village.postfix.port)
        village.wait("zoe@example.net", "[#1]")
        wait_for_deliveries(config, copies=6 + 3 + 1, of_ours=3)
        village.postfix.wait_until_empty()
        assert forum.terminate() == 0
    reasons = Counter((outcome, reason) for _, outcome, reason in read_outcomes(config))
    assert reasons == {
        ("loop", "own-copy"): 3,
        ("published", "external-list"): 4,
        ("duplicate", "same-text"): 2,
        ("translation", "external-list"): 1,
    }

    with process(config, at=CLOSES) as forum:
        assert forum.port
        for language, (word, counts) in CLOSING.items():
            closing = village.wait(f"reader-{language}@example.net", word)
            text = closing.get_content().replace("\r\n", "\n")
            assert counts in text, text
        # Each list hears of what the others' people wrote, but not of what it has itself.
        wait_for_deliveries(config, copies=10 + 3 + 5, of_ours=6 + 5)
        assert forum.terminate() == 0
    found = account(config)
    assert found.difference == 0
    assert "shunted" not in found.outcomes
    assert village.mailman.queued("shunt", "bad") == 0
    # Opening and closing, what its people wrote, what Ana sent to all, and a word of what is elsewhere: nothing that the
    # list had was posted again.
    for language, mails in (("en", 4 + 2), ("es", 4 + 2), ("fr", 5 + 1)):
        got = village.find(f"reader-{language}@example.net", f"[Forum-{language}]")
        assert len(got) == len(village.dovecot.read(f"reader-{language}@example.net")) == mails


def wait_for_deliveries(config: Path, *, copies: int, of_ours: int) -> None:
    """Until the lists' copies are handled, so many of them of our own announcements."""

    def arrived() -> bool:
        found = read_outcomes(config)
        handled = [reason for _, outcome, reason in found if outcome]
        return len(handled) == len(found) == copies and handled.count("own-copy") == of_ours

    try:
        wait_for(arrived, f"{copies} copies")
    except AssertionError as error:
        raise AssertionError(f"{error}: {read_outcomes(config)}") from None
