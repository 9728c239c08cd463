"""The bundled example forum: its definition, its people, its mails, and the order in which they come."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import config

EXAMPLE = Path(config.__file__).parent / "examples" / "territories"


@dataclass(frozen=True, slots=True)
class Posting:
    """One mail of the scenario; see the head of `scenario.toml` for what each part means."""

    file: str
    at: datetime
    mail_from: str
    rcpt_tos: tuple[str, ...]
    answers: tuple[str, ...]
    expect: tuple[str, ...]
    says: str
    answers_after: str
    answers_receipt_of: str
    confirm: bool

    @property
    def raw(self) -> bytes:
        """The bytes that are posted."""
        return (EXAMPLE / "mails" / self.file).read_bytes()


@dataclass(frozen=True, slots=True)
class Scenario:
    """The postings in order of time, and the partition that they lead to at the opening of phase 3."""

    postings: tuple[Posting, ...]
    partition: Mapping[tuple[str, ...], int]
    comments: int


def read_scenario() -> Scenario:
    """The bundled scenario."""
    document = tomllib.loads((EXAMPLE / "scenario.toml").read_text(encoding="utf-8"))
    postings = tuple(
        Posting(
            file=item["file"],
            at=item["at"],
            mail_from=item["mail_from"],
            rcpt_tos=tuple(item["rcpt_tos"]),
            answers=tuple(item.get("answers", ())),
            expect=tuple(item["expect"]),
            says=item["says"],
            answers_after=item.get("answers_after", ""),
            answers_receipt_of=item.get("answers_receipt_of", ""),
            confirm=item.get("confirm", False),
        )
        for item in document["mails"]
    )
    expected = document["expected"]
    partition = {tuple(line["languages"]): int(line["count"]) for line in expected["opening_3"]}
    return Scenario(postings, partition, int(expected["comments"]))


def write_forum(folder: Path) -> Path:
    """The example's `forum.toml` in a folder, with a database, a port and an outbox of its own."""
    text = (EXAMPLE / "forum.toml").read_text(encoding="utf-8")
    for key, value in (
        ("database", "sqlite:///forum.db"),
        ("smtp", "127.0.0.1:0"),
        ("smarthost", f"maildir://{quote(str(folder / 'outgoing'))}"),
    ):
        text = re.sub(rf'(?m)^{key} = "[^"]*"', lambda _, k=key, v=value: f'{k} = "{v}"', text)  # type: ignore[misc]
    path = folder / "forum.toml"
    path.write_text(text, encoding="utf-8")
    return path
