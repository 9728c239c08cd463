"""The very lines that docs/admin.md shows, so that what is documented is what is tested.

A block of code there belongs to the file that the sentence before it names last: "In `/etc/postfix/main.cf`:".
"""

import re
from collections.abc import Mapping
from pathlib import Path

ADMIN = Path(__file__).parents[2] / "docs" / "admin.md"

_BLOCK = re.compile(r"(?:^    .*\n(?:^\n(?=    ))?)+", re.MULTILINE)
_FILE = re.compile(r"`([\w/.-]*[/.][\w/.-]*)`")


def read_section(heading: str) -> str:
    """The text under a heading, up to the next; KeyError where there is none."""
    parts = re.split(r"^##+ (.+)\n", ADMIN.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return sections[heading]


def read_blocks(heading: str) -> list[tuple[str, str]]:
    """The blocks of code under a heading, in order: the file that each belongs to ("" for none), and its lines."""
    section = read_section(heading)
    blocks = []
    end = 0
    for match in _BLOCK.finditer(section):
        named = _FILE.findall(section[end : match.start()])
        lines = re.sub(r"^    ", "", match[0], flags=re.MULTILINE)
        blocks.append((named[-1] if named else "", lines))
        end = match.end()
    return blocks


def read_file(
    heading: str, name: str, replace: Mapping[str, str] | None = None, *, block: int | None = None
) -> str:
    """What is documented for a file (or one block of it), with what differs in a test in its place.

    AssertionError for what is not there.
    """
    found = [lines for file, lines in read_blocks(heading) if file == name]
    assert found, f"docs/admin.md, {heading}: nothing is said for {name}"
    text = "".join(found) if block is None else found[block]
    for old, new in (replace or {}).items():
        assert old in text, f"docs/admin.md, {heading}, {name}: does not say {old}"
        text = text.replace(old, new)
    return text
