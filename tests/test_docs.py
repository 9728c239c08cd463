"""The docs name what there is: every setting, and only files that exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from config.forum import Settings
from config.loading import find_lines
from config.starter import STARTER

ROOT = Path(__file__).parents[1]
ADMIN = ROOT / "docs" / "admin.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\n]*\]\(<?([^)\s>]+)>?[^)]*\)")
_MENTION = re.compile(r"`((?:bridge|handlers|store|config|tests|docs)/[\w./-]+\.(?:py|md|toml|txt))`")


def settings_keys(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """Every key that forum.toml may hold: "server.smtp", "themes.phases.opens"."""
    for name, field in model.model_fields.items():
        if (model, name) == (Settings, "path"):
            continue  # where the file lies; nobody writes it
        yield f"{place}{name}"
        inner = [part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)]
        for part in inner:
            if issubclass(part, BaseModel):
                yield from settings_keys(part, f"{place}{name}.")


def starter_keys() -> set[str]:
    """The keys of the starter, whether they are set or stand in a comment."""
    text = re.sub(r"(?m)^# (?=\[|\w+ = )", "", STARTER.read_text(encoding="utf-8"))
    return {".".join(part for part in place if isinstance(part, str)) for place in find_lines(text)}


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_keys_are_those_of_every_model() -> None:
    keys = set(settings_keys(Settings))
    assert {
        "server.imap.password_env",
        "themes.phases.looks_at",
        "themes.questions.text",
        "forum.title",
    } <= keys
    assert "path" not in keys


@pytest.mark.parametrize("key", sorted(settings_keys(Settings)))
def test_every_setting_is_named_for_the_administrator(key: str) -> None:
    """In the starter under its own table, or in docs/admin.md between backticks."""
    mentioned = f"`{key.rpartition('.')[2]}`" in ADMIN.read_text(encoding="utf-8")
    assert key in starter_keys() or mentioned


def test_the_starter_names_no_setting_that_there_is_not() -> None:
    texts = re.compile(r"\.(title|text|looks_at)\.[a-z]{2}$")
    assert {key for key in starter_keys() if not texts.search(key)} <= set(settings_keys(Settings))


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_local_link_leads_to_a_file(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target)]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert [
        name for name in _MENTION.findall(page.read_text(encoding="utf-8")) if not (ROOT / name).exists()
    ] == []


def test_the_pages_that_a_newcomer_looks_for_are_there() -> None:
    wanted = {
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/admin.md",
        "docs/flow.md",
        "docs/glossary.md",
    }
    assert wanted <= {page_name(page) for page in PAGES}


def test_no_page_has_a_line_that_a_screen_cannot_show() -> None:
    """Running text stays under 121 columns; a table row or a command in one piece may be longer."""
    long = [
        f"{page_name(page)}:{number}"
        for page in PAGES
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120 and not line.startswith(("|", "    "))
    ]
    assert long == []


def test_the_parts_of_postfix_that_matter_are_told() -> None:
    text = ADMIN.read_text(encoding="utf-8")
    for line in ("smtpd_forbid_bare_newline = yes", "recipient_delimiter = +", "relay_recipient_maps"):
        assert line in text
    # Postfix takes what stands behind a value for a part of it.
    assert re.findall(r"(?m)^    \w+ = .*#.*$", text) == []
