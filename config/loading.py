"""Reads a TOML file and says, for each mistake, on which line it is.

`tomllib` keeps no positions, so the lines are found by a second, forgiving look at the headers and keys.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)((?:\s*\.\s*[\w-]+)*)\s*=""")


class ConfigError(Exception):
    """The configuration cannot be used; `lines` holds one clear line a mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_toml(path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    """The document and the line of each of its tables and keys; ConfigError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), find_lines(text)
    except FileNotFoundError:
        raise ConfigError([f"{path}: there is no such file (manyvoices init DIR writes one)"]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError([f"{path}: cannot be read: {reason}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path.name}: {error}"]) from None


def find_lines(text: str) -> dict[Place, int]:
    """Line numbers (from 1) of tables and keys, by their place: `("lists", 1, "language")`."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            names = [name.strip().strip("\"'") for name in header[2].split(".")]
            table = _resolve(names[:-1], counts)
            place: Place = (*table, names[-1])
            if header[1] == "[[":
                index = counts.get(place, 0)
                counts[place] = index + 1
                place = (*place, index)
            table = place
            lines.setdefault(place, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1].strip("\"'")), number)
    return lines


def describe_mistakes(path: Path, error: ValidationError, lines: dict[Place, int]) -> list[str]:
    """Pydantic's findings, one line each, in the order of the file."""
    found = []
    for mistake in error.errors(include_url=False):
        place = tuple(part for part in mistake["loc"] if not _is_branch(part))
        line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)
        found.append((line, f"{_at(path, line)} {_name(place)}{_word(mistake['type'], mistake['msg'])}"))
    return [text for _, text in sorted(set(found))]


def at_line(path: Path, lines: dict[Place, int], place: Place, what: str) -> str:
    """One mistake of our own finding, in the same form."""
    return f"{_at(path, lines.get(place, 0))} {_name(place)}{what}"


def _at(path: Path, line: int) -> str:
    return f"{path.name}:{line}:" if line else f"{path.name}:"


def _resolve(names: list[str], counts: dict[Place, int]) -> Place:
    place: Place = ()
    for name in names:
        place = (*place, name)
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _is_branch(part: str | int) -> bool:
    """Pydantic names the branch of a union in the place; a reader does not know it."""
    return isinstance(part, str) and (part in ("date", "datetime") or part.startswith("function-"))


def _name(place: Place) -> str:
    name = ""
    for part in place:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return f"{name}: " if name else ""


def _word(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ")
