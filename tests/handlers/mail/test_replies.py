"""Replies as mail programs write them: the author's lines stay, what the program added goes."""

import os
import re
from pathlib import Path

import pytest

from handlers.mail.quotes import clean_reply

REAL = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[4] / "shared")) / "mail/real/replies"
OWN = Path(__file__).parent / "replies"


def replies() -> list[tuple[str, str, str]]:
    """(name, body, what is kept) of every reply in the files beside this one."""
    found = []
    for path in sorted(OWN.glob("*.txt")):
        parts = re.split(r"^##### (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for name, body, kept, text in zip(*(iter(parts),) * 4, strict=True):
            assert kept == "kept"
            found.append((f"{path.stem}: {name}", body, text))
    return found


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize(("body", "kept"), [pytest.param(b, k, id=name) for name, b, k in replies()])
def test_a_reply_is_what_its_author_wrote(body: str, kept: str) -> None:
    assert clean_reply(body).text == tidy(kept)


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body, _ in replies()])
def test_no_line_of_a_reply_disappears_and_cleaning_twice_changes_nothing(body: str) -> None:
    cleaned = clean_reply(body)
    assert lines(body) == lines(cleaned.text) | lines(cleaned.cut)
    assert clean_reply(cleaned.text) == clean_reply(cleaned.text + "\n\n")
    assert clean_reply(cleaned.text).text == cleaned.text


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body, _ in replies()])
def test_line_endings_and_indented_marks_make_no_difference(body: str) -> None:
    assert clean_reply(body.replace("\n", "\r\n")) == clean_reply(body)
    assert clean_reply(re.sub("^>(?!From)", " >", body, flags=re.MULTILINE)).text == clean_reply(body).text


def test_every_language_has_many_replies() -> None:
    names = [name.partition(":")[0] for name, _, _ in replies()]
    assert all(names.count(language) >= 30 for language in ("ar", "en", "es", "fr", "pt"))
    assert names.count("de") >= 15


def test_real_replies_lose_no_wanted_line_and_most_are_exact() -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real replies at {REAL}")
    exact = total = 0
    for path in sorted((REAL / "body").iterdir()):
        kept = (REAL / "kept" / path.name).read_bytes().decode("utf-8")
        cleaned = clean_reply(path.read_bytes().decode("utf-8"))
        assert lines(kept) <= lines(cleaned.text), path.name
        total += 1
        exact += tidy(kept) == tidy(cleaned.text)
    assert exact / total >= 0.85
