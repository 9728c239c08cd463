"""Reads mail from files: .eml, mbox, Maildir and folders of these; one message at a time, however large the archive."""

import re
from collections.abc import Iterator
from pathlib import Path

_FROM_LINE = re.compile(rb"From \S.*\d{4}")


class ArchiveError(Exception):
    """A path holds no mail; the text is one clear line."""


def find_files(path: Path) -> list[Path]:
    """The files with mail under a path, in the order of their names. ArchiveError where there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ArchiveError(f"{path}: there is no such file or folder")
    if (path / "cur").is_dir() and (path / "new").is_dir():
        return sorted(file for name in ("cur", "new") for file in (path / name).iterdir() if _is_mail(file))
    found = sorted(file for file in path.rglob("*") if _is_mail(file))
    if not found:
        raise ArchiveError(f"{path}: there is no .eml, no .mbox and no Maildir in it")
    return found


def _is_mail(file: Path) -> bool:
    """Also a Maildir's, whose tmp holds what is not delivered yet; a name with a dot in front is no message's."""
    named = file.suffix.lower() in (".eml", ".mbox") or file.parent.name in ("cur", "new")
    return named and not file.name.startswith(".") and file.is_file()


def read_messages(file: Path) -> Iterator[bytes]:
    """The messages of a file: all of an mbox, the one of any other, none of an empty one."""
    with file.open("rb") as stream:
        first = stream.readline()
        if not first:
            return
        if not _FROM_LINE.match(first):
            yield first + stream.read()
            return
        lines: list[bytes] = []
        blank = True
        for line in stream:
            if blank and _FROM_LINE.match(line):
                yield _join(lines)
                lines = []
            else:
                # mboxrd: a ">" was put before every line that looks like a separator.
                lines.append(re.sub(rb"^>(>*From )", rb"\1", line))
            blank = line.strip() == b""
        yield _join(lines)


def _join(lines: list[bytes]) -> bytes:
    if lines and lines[-1].strip() == b"":
        lines.pop()
    return b"".join(lines)
