"""Takes a person's addresses and name out of what others wrote and of what we sent: every column of every table.

An address is found in whatever case it is written, with a name before it or not. A name alone is taken out of mail, and
not of anybody's published text: "Rose" is a flower too, so that a name of one word goes only where we wrote it.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlmodel import AutoString, Session, SQLModel

from config.i18n import get_catalogue

GONE = "[…]"
"""What stands in the place of an address."""

KEPT = frozenset(
    [
        # Files that people sent along, under the hash of their content; vectors; hashes.
        ("attachment", "content"),
        ("sentence_vectors", "vectors"),
        ("token", "hash"),
    ]
)
"""Columns that are not looked through."""
_MAIL = (
    ("message", "raw"),
    ("revision", "cut"),
    ("delivery", "traceback"),
    ("outgoing", "content"),
    ("outgoing", "wording"),
)
"""Columns that a name alone is taken out of."""

_BETWEEN = r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
_FROM = re.compile(rb"(?im)^From:[^\n]*\n(?:[ \t][^\n]*\n)*")
_TO = re.compile(rb"(?im)^To:[ \t]*([^\s<>]+@[^\s<>]+)[ \t]*\r?$")
_AUTHOR = re.compile(rb"(?im)^(?:From|Sender|Return-Path):[^\n]*(?:\n[ \t][^\n]*)*")


class Eraser:
    """The addresses (small letters) and names of one person."""

    def __init__(self, emails: Collection[str], names: Collection[str]) -> None:
        self.emails = tuple(emails)
        # The longest first: "Ana Souza" before "Ana".
        self.names = tuple(sorted(names, key=len, reverse=True))
        self.full_names = tuple(name for name in self.names if len(name.split()) > 1)
        addresses = "|".join(map(re.escape, self.emails))
        named = "".join(f'(?:"?{_spaced(name)}"?[ ]*(?=<))?' for name in self.names)
        self._address = re.compile(rf"{named}<?(?<![\w.+-])(?:{addresses})(?![\w-]|\.\w)>?", re.IGNORECASE)
        self._names = {
            each: re.compile("|".join(rf"(?<!\w){_spaced(name)}(?!\w)" for name in each) or r"(?!)")
            for each in {self.names, self.full_names}
        }
        self._alone = re.compile(
            rf"(?m)^[^\w\n]*(?:{'|'.join(map(_spaced, self.names)) or '(?!)'})[^\w\n]*$\n?"
        )

    def erase(self, text: str) -> str:
        """A text without the addresses, and the name that stands before one."""
        return self._address.sub(GONE, text)

    def erase_names(self, text: str, instead: str = GONE, *, full_only: bool = False) -> str:
        """A text without the names, also where one is broken over two lines."""
        return self._names[self.full_names if full_only else self.names].sub(instead, text)

    def erase_signature(self, text: str) -> str:
        """Somebody's own text without the lines that hold their name and nothing else."""
        return self.erase(self._alone.sub("", text))

    def wrote(self, raw: bytes) -> bool:
        """Whether a mail is the person's, as its header says."""
        head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
        return any(self._address.search(_decode(field)) for field in _AUTHOR.findall(head))

    def erase_mail(self, content: bytes, language: str, *, in_their_name: bool, full_only: bool) -> bytes:
        """A mail of ours without them; one in their name comes from the list then."""
        if in_their_name and (to := _TO.search(content)):
            content = _FROM.sub(b"From: " + to[1] + b"\r\n", content, count=1)
        participant = get_catalogue(language).gettext("a participant")
        text = self.erase(self.erase_names(_decode(content), participant, full_only=full_only))
        return _encode(text)


def sweep(session: Session, eraser: Eraser) -> int:
    """Take the addresses out of every column, and full names out of mail; how many rows held any."""
    changed = 0
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if may_hold(column) and (table.name, column.name) not in KEPT:
                changed += _sweep_column(session, table, column, eraser)
    return changed


def may_hold(column: Column[Any]) -> bool:
    """Whether a column is of words or bytes."""
    return isinstance(column.type, (String, AutoString, LargeBinary, JSON))


def _sweep_column(session: Session, table: Table, column: Column[Any], eraser: Eraser) -> int:
    in_mail = (table.name, column.name) in _MAIL
    needles = (*eraser.emails, *(eraser.full_names if in_mail else ()))
    changed = 0
    for key, value in _list_holding(session, table, column, needles):
        erased = _rewrite(value, column, eraser, in_mail=in_mail)
        if erased != value:
            session.execute(update(table).where(*_is(table, key)).values({column.name: erased}))
            changed += 1
    return changed


def _rewrite(value: Any, column: Column[Any], eraser: Eraser, *, in_mail: bool) -> Any:
    if isinstance(column.type, JSON):
        return json.loads(eraser.erase(json.dumps(value, ensure_ascii=False)))
    text = _decode(value) if isinstance(value, bytes) else str(value)
    text = eraser.erase(text)
    if in_mail:
        text = eraser.erase_names(text, full_only=True)
    return _encode(text) if isinstance(value, bytes) else text


def _list_holding(
    session: Session, table: Table, column: Column[Any], needles: Collection[str]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(key, value) of the rows where a column holds one of these, in any case of ASCII letters; one at a time."""
    keys = list(table.primary_key.columns)
    found = or_(*(holds(session, column, needle) for needle in needles))
    for key in session.execute(select(*keys).where(found)).all():
        value = session.execute(select(column).where(*_is(table, tuple(key)))).scalar_one()
        yield tuple(key), value


def holds(session: Session, column: Any, needle: str) -> ColumnElement[bool]:
    """Whether a column holds a text, whatever the case of its ASCII letters: a first look, for `re` to look closer."""
    if session.get_bind().dialect.name != "postgresql":
        # The functions of SQLite know the case of ASCII letters and of no others.
        return func.instr(func.lower(cast(column, String)), _lower(needle)) > 0
    if isinstance(column.type, LargeBinary):
        escaped = "".join(
            f"\\{byte:03o}" if byte > 127 else "\\\\" if byte == 92 else chr(byte) for byte in needle.encode()
        )
        return func.strpos(func.lower(func.encode(column, "escape")), _lower(escaped)) > 0
    return func.strpos(func.lower(cast(column, String)), needle.lower()) > 0


def _is(table: Table, key: tuple[Any, ...]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]


def _spaced(name: str) -> str:
    """A name as it may be written, over two lines and with marks of direction in it too."""
    return _BETWEEN.join(re.escape(word) for word in name.split())


def _lower(text: str) -> str:
    return text.encode().lower().decode()


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
