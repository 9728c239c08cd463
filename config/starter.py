"""Writes what a new forum begins with: a commented `forum.toml` that runs as it is, and its secret.

The text is `examples/starter/forum.toml`, itself a valid file; only its dates and its Maildir are replaced.
"""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from config.loading import ConfigError
from config.secret import SECRET_FILE, create_secret, write_new_file

STARTER = Path(__file__).parent / "examples" / "starter" / "forum.toml"
SETTINGS_FILE = "forum.toml"

_MAILDIR = "/srv/forum/outgoing"
_EXAMPLE_MONDAY = date(2013, 9, 9)
"""The opening day of the example's first phase; all its dates move together."""
_REPLACED = re.compile(rf"{_MAILDIR}|(?<== )\d{{4}}-\d\d-\d\d")
_AWKWARD = re.compile(r"[\s\"\\%?#\x00-\x1f\x7f\ud800-\udfff]")
"""What would have to be written otherwise in a URL or in TOML."""


def write_starter(folder: Path, random_bytes: Callable[[int], bytes], today: date) -> tuple[Path, ...]:
    """Write `forum.toml` and, where there is none, `forum.secret`; the paths written.

    The first phase opens on a Monday, one to two weeks after `today`. ConfigError, in one line, where there is a
    `forum.toml` already or the folder cannot be written; then nothing of what was begun is left.
    """
    folder = folder.absolute()
    settings = folder / SETTINGS_FILE
    if os.path.lexists(settings):
        raise ConfigError([f"{settings}: is there already; it was left as it is"])
    if _AWKWARD.search(str(folder)):
        raise ConfigError(
            [f"{str(folder)!r}: choose a folder without spaces, quotes or any of \\ % ? # in its path"]
        )
    made: list[Path] = []
    written: list[Path] = []
    try:
        _make_folders(folder, made)
        # The settings come last: where they are, the rest is there too. A secret from a backup is kept.
        if not os.path.lexists(folder / SECRET_FILE):
            written.append(create_secret(folder, random_bytes))
        write_new_file(settings, render_starter(folder, today), 0o644)
    except BaseException:
        for path in written:
            path.unlink()
        for path in reversed(made):
            path.rmdir()
        raise
    return (settings, *written)


def render_starter(folder: Path, today: date) -> str:
    """The starter's text for a folder, with dates that lie ahead of `today`."""
    later = today + timedelta(days=14 - today.weekday()) - _EXAMPLE_MONDAY

    def replace(found: re.Match[str]) -> str:
        if found[0] == _MAILDIR:
            return str(folder / "outgoing")
        return (date.fromisoformat(found[0]) + later).isoformat()

    return _REPLACED.sub(replace, STARTER.read_text(encoding="utf-8"))


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; those that were not there are added to `made`, outermost first."""
    try:
        for path in reversed((folder, *folder.parents)):
            # lexists, unlike exists, is False and not an error where somebody may not look.
            if not os.path.lexists(path):
                path.mkdir()
                made.append(path)
    except OSError as error:
        raise ConfigError([f"{folder}: cannot be made: {error.strerror}"]) from None
