"""The forum that the peers talk to: the starter's, in a process of its own, with the lines that a test gives it."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from bridge.commands.forum import open_forum
from config.starter import STARTER
from store.tables import Delivery, Message
from tests.bridge.running import ROOT
from tests.peers import need_peer
from tests.peers.loopback import PATIENCE

SMTP_ANYWHERE = 'smtp = "127.0.0.1:0"\n'


def write_forum(folder: Path, server: str, replace: Mapping[str, str] | None = None) -> Path:
    """The starter as `forum.toml` in a folder, with these lines as its whole table `[server]`."""
    text = STARTER.read_text(encoding="utf-8")
    head, _, rest = text.partition("[server]\n")
    others = rest.partition("[forum]\n")[2]
    text = f'{head}[server]\ndatabase = "sqlite:///forum.db"\n{server}\n[forum]\n{others}'
    for old, new in (replace or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "forum.toml"
    path.write_text(text, encoding="utf-8")
    return path


def swaks(
    port: int,
    mail_from: str,
    *rcpt_tos: str,
    subject: str,
    body: str,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Send a mail with swaks, and return the conversation; AssertionError where the server did not take it."""
    identifier = re.sub(r"\W+", ".", subject)
    # Spelt as in swaks' own header, or it would write both.
    fields = {
        "Subject": subject,
        "Message-Id": f"<{identifier}@mail.example.net>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        **(headers or {}),
    }
    told = subprocess.run(
        [
            need_peer("swaks", "swaks"),
            *("--server", f"127.0.0.1:{port}", "--helo", "client.example.net"),
            *("--from", mail_from, "--to", ",".join(rcpt_tos)),
            *(part for name, value in fields.items() for part in (f"--h-{name}", value)),
            *("--body", body),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def read_stored(config: Path) -> list[tuple[str, bytes]]:
    """Every delivery that a forum has accepted: its recipient, and the mail as it came."""
    with open_forum(config) as house, house.database.engine.connect() as connection:
        query = select(col(Delivery.recipient), col(Message.raw)).join(
            Message, col(Message.id) == col(Delivery.message)
        )
        return [(recipient, raw) for recipient, raw in connection.execute(query)]


def run_command(config: Path, *arguments: str) -> str:
    """`manyvoices …` beside a running forum; what it says. AssertionError where it is refused."""
    told = subprocess.run(
        [sys.executable, "-m", "bridge.cli", *arguments, "--config", config],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout
