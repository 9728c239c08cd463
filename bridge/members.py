"""Reads and writes who is on a list, as other programs do: CSV, `mailman members` of Mailman 3, dumps of Sympa."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from handlers.mail.compose import is_deliverable
from handlers.mail.headers import parse_mailboxes
from store.people import Subscriber

MAX_NAME = 100
"""Characters of a name that are kept."""

_SYMPA = re.compile(r"^email\s+\S+@", re.MULTILINE)
_NO_MAIL = ("nomail",)


@dataclass(frozen=True, slots=True)
class Member:
    """One line (or block) of a file; `mistake` says what is wrong with it. `language` is empty where it names none."""

    line: int
    email: str
    language: str = ""
    name: str = ""
    mistake: str = ""
    takes_mail: bool = True
    """False for whoever asked Sympa for no mail."""


class MembersError(Exception):
    """A file is none that we know; the text is one clear line."""


def parse_members(text: str) -> list[Member]:
    """Whatever of the three it is. MembersError for a CSV without the column `email`."""
    if _SYMPA.search(text):
        return list(_read_sympa(text))
    first = next((line for line in text.splitlines() if line.strip()), "")
    if "@" in first:
        return list(_read_mailman(text))
    return list(_read_csv(text))


def write_members(subscribers: Iterable[Subscriber], form: Literal["csv", "mailman"]) -> str:
    """CSV that `parse_members` and spreadsheets read, or one `Name <address>` a line as `mailman addmembers` takes it."""
    if form == "mailman":
        return "".join(_mailbox(one) + "\n" for one in subscribers)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("email", "language", "name", "joined"))
    writer.writerows(
        (one.email, one.language, _harmless(one.name), f"{one.joined_at:%Y-%m-%dT%H:%MZ}")
        for one in subscribers
    )
    return out.getvalue()


def _read_csv(text: str) -> Iterator[Member]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Spreadsheets in French and Spanish write semicolons.
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        if "email" not in (reader.fieldnames or ()):
            raise MembersError("the first line names the columns: email,language,name")
        for row in reader:
            yield _member(
                reader.line_num,
                (row.get("email") or "").strip(),
                name=row.get("name") or "",
                language=(row.get("language") or "").strip(),
            )
    except csv.Error as error:
        raise MembersError(f"line {reader.line_num}: {error}") from None


def _read_mailman(text: str) -> Iterator[Member]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            boxes = parse_mailboxes(line)
            if len(boxes) == 1:
                yield _member(number, boxes[0].email, name=boxes[0].name)
            else:
                yield _member(number, line.strip())


def _read_sympa(text: str) -> Iterator[Member]:
    """Blocks of `key value` lines, a blank line between them."""
    block: dict[str, str] = {}
    began = 1
    for number, line in enumerate([*text.splitlines(), ""], 1):
        key, _, value = line.strip().partition(" ")
        if key:
            began = began if block else number
            block[key] = value.strip()
        elif block:
            yield _member(
                began,
                block.get("email", ""),
                name=block.get("gecos", ""),
                takes_mail=block.get("reception", "") not in _NO_MAIL,
            )
            block = {}


def _member(line: int, email: str, *, name: str = "", language: str = "", takes_mail: bool = True) -> Member:
    boxes = parse_mailboxes(email)
    valid = len(boxes) == 1 and is_deliverable(boxes[0].email)
    mistake = "" if valid else f'"{email[:80]}" is not an e-mail address'
    shown = " ".join(name.split())[:MAX_NAME]
    return Member(line, email.lower(), language, shown, mistake, takes_mail)


def _mailbox(one: Subscriber) -> str:
    name = one.name.replace("\\", "").replace('"', "'")
    return f'"{name}" <{one.email}>' if name else one.email


def _harmless(name: str) -> str:
    """Spreadsheets take a cell that begins so for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
