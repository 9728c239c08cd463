"""Acceptance: what leaves the forum when people write to it, played from folders that anybody can read.

`NN-name/` holds mails as people send them (`.eml`, CRLF), a `forum.toml`, one or more `scene….toml` and, for each,
the mails that should leave in `expected…/`, one file a mail in the order of leaving. There lines end with LF, encoded
words of Subject and From are decoded, and a first line `Delivered-To:` names the recipients, the envelope's sender and
the local time of sending. Tokens and Message-IDs are numbered in the order in which people see them (`TOKEN-1`, `ID-3`);
inbound mails and scenes use the same names for earlier ones. Dates need no name: the scene moves the clock.

A scene has `starts`, `forum` (when it is not `forum.toml`), `[subscribers]` by language, `[account]` (the outcomes of
all deliveries at its end) and `[[steps]]` in order of time. A step has `at`, and
    post, mail_from, to, outcomes   a mail arrives; "outcome" or "outcome: reason" of each delivery, once it is handled
    down_until                      the daemon is stopped at `at` and started again then
    nothing else                    the clock moves
    says                            a word to the reader

A difference fails with a diff. MANYVOICES_REWRITE_EXPECTED=1 writes the expected files anew: read them before you keep
them.
"""

import asyncio
import difflib
import os
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from bridge.commands.people import import_file
from bridge.demo.account import check_outcomes
from bridge.demo.mailbox import Mailbox, Received
from bridge.demo.play import MovableClock, Player
from bridge.demo.scenario import EXAMPLE, read_scenario, write_forum
from bridge.wiring import open_house
from config.forum import load_settings
from tests.acceptance.scene import Mail, Placeholders, Stage, name_mail, read_scene, show_mail

HERE = Path(__file__).parent
REWRITE = "MANYVOICES_REWRITE_EXPECTED"
SCENES = sorted(HERE.glob("*/scene*.toml"))
TRACE = (b"Return-Path: ", b"Delivered-To: ")


@pytest.mark.parametrize("path", SCENES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_leaves_is_what_the_folder_expects(path: Path, tmp_path: Path) -> None:
    """Every delivery has its outcome, and every mail that leaves is there byte for byte."""
    scene = read_scene(path)
    stage = Stage(scene, tmp_path)
    try:
        stage.play()
    finally:
        stage.close()
        rewrite(scene.expected, stage.sent)
    compare(scene.expected, stage.sent)


def test_the_demo_comes_out_as_its_scenario_says(tmp_path: Path) -> None:
    """The outcomes, the partition worked out by hand, the announcements of phase 3, a receipt and a notice."""
    sent = play_demo(tmp_path)
    rewrite(HERE / "01-the-demo" / "expected", sent)
    compare(HERE / "01-the-demo" / "expected", sent)


def test_every_folder_says_what_it_is_about() -> None:
    """A README of three to six lines under its title, and no mail that no scene posts."""
    for folder in sorted(HERE.glob("[0-9]*/")):
        lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()[2:]
        assert 3 <= len(lines) <= 6, folder.name
        posted = {step.post for path in folder.glob("scene*.toml") for step in read_scene(path).steps}
        assert {path.name for path in folder.glob("*.eml")} == posted - {""}, folder.name


def rewrite(folder: Path, sent: Sequence[Mail]) -> None:
    """Write the expected files anew where that was asked for, also of a scene that went wrong half-way."""
    if os.environ.get(REWRITE):
        folder.mkdir(exist_ok=True)
        for path in folder.glob("*.eml"):
            path.unlink()
        for mail in sent:
            (folder / mail.file).write_bytes(mail.text.encode())


def compare(folder: Path, sent: Sequence[Mail]) -> None:
    """Fail with a diff where the mails differ from the files of a folder."""
    found = {mail.file: mail.text for mail in sent}
    expected = {path.name: path.read_bytes().decode() for path in folder.glob("*.eml")}
    diff = [
        line
        for name in sorted({*expected, *found})
        for line in difflib.unified_diff(
            expected.get(name, "").splitlines(keepends=True),
            found.get(name, "").splitlines(keepends=True),
            f"{folder.name}/{name}",
            f"what left, {name}",
        )
    ]
    assert not diff, "\n" + "".join(diff)


def play_demo(folder: Path) -> list[Mail]:
    """`manyvoices demo` without its screen; what people see of phase 3, as a scene's mails are shown."""
    scenario = read_scenario()
    clock = MovableClock(scenario.postings[0].at - timedelta(days=3))
    house = open_house(load_settings(write_forum(folder)), now=clock.now)
    try:
        with house.unit() as ctx:
            import_file(ctx, EXAMPLE / "subscribers.csv")
            ctx.uow.commit()
        player = Player(house, clock, Mailbox(folder / "outgoing"))
        asyncio.run(player.play(scenario, lambda says: None))
        check_outcomes(house, scenario, player.posted)
    finally:
        house.close()
    mailbox = player.mailbox
    chosen = [
        *(mailbox.find("opening", language=code) for code in house.settings.languages),
        *(mailbox.find("closing", language=code) for code in house.settings.languages),
        mailbox.find("receipt_published", language="en"),
        mailbox.find("held", language="es"),
    ]
    placeholders = Placeholders()
    return [
        show_delivered(number, mail, mailbox, placeholders) for number, mail in enumerate(chosen, 1) if mail
    ]


def show_delivered(number: int, mail: Received, mailbox: Mailbox, placeholders: Placeholders) -> Mail:
    """A mail out of the Maildir, where each recipient has a file with two lines of the last server on top."""
    recipients = [copy.to for copy in mailbox.all if copy.message_id == mail.message_id]
    files = (path.read_bytes() for path in (mailbox.folder / "new").iterdir())
    raw = next(raw for raw in files if message_from_bytes(raw)["Message-ID"] == mail.message_id)
    lines = raw.split(b"\r\n")
    content = b"\r\n".join(
        line for place, line in enumerate(lines) if place > 1 or not line.startswith(TRACE)
    )
    mail_from = str(mail.message["Return-Path"]).strip("<>")
    text = show_mail(content, sorted(recipients), mail_from, "", placeholders)
    return Mail(name_mail(number, text), text)
