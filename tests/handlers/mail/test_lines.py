"""Single lines and blocks: what programs write is known in any layout, and what people write is never taken for it."""

from pathlib import Path

import pytest

from handlers.mail.quotes import clean_reply

LINES = Path(__file__).parent / "lines"
OWN = "We keep the seeds in clay jars."
QUOTE = "> Who keeps the seeds?\n> And where?\n"


def read(name: str, separator: str = "\n") -> list[str]:
    """The entries of a file; "⏎" in one is where a program breaks the line."""
    entries = (LINES / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split(separator)
    return [entry.replace("⏎", "\n") for entry in entries]


@pytest.mark.parametrize("attribution", read("attributions"))
def test_an_attribution_goes_with_its_quote(attribution: str) -> None:
    for body in (
        f"{OWN}\n\n{attribution}\n\n{QUOTE}",
        f"{OWN}\n\n{attribution}\n{QUOTE}",
        f"{OWN}\n{attribution}\n{QUOTE}",
        f"{attribution}\n{QUOTE}\n{OWN}\n",
        f"{attribution}\n\n{QUOTE}\n{OWN}\n\n{QUOTE}",
    ):
        assert clean_reply(body).text == OWN


@pytest.mark.parametrize("headers", read("headers", "\n===\n"))
def test_a_header_block_goes_with_the_unmarked_quote_below_it(headers: str) -> None:
    for body in (
        f"{OWN}\n\n{headers}\n\nWho keeps the seeds?\n",
        f"{OWN}\n{headers}\n\nWho?\n\nAnd where?\n",
    ):
        assert clean_reply(body).text == OWN
    assert clean_reply(f"{OWN}\n\n{headers}\n\n{QUOTE}\nIn jars.\n").text == f"{OWN}\n\nIn jars."


@pytest.mark.parametrize("line", read("devices"))
def test_what_a_device_says_of_itself_is_cut(line: str) -> None:
    assert clean_reply(f"{OWN}\n\n{line}\n").text == OWN
    assert (
        clean_reply(
            f"{OWN}\n\n{line}\n\nOn 9 Sep 2013, at 10:00, Ana <ana@example.org> wrote:\n\n{QUOTE}"
        ).text
        == OWN
    )


@pytest.mark.parametrize("line", read("prose"))
def test_what_a_person_writes_is_kept(line: str) -> None:
    for body in (
        line,
        f"{OWN}\n\n{line}",
        f"{line}\n\n{OWN}",
        f"{OWN}\n{line}\n{OWN}",
        f"{line}\n\n{OWN}\n\n{line}\n\n{OWN}",
    ):
        assert clean_reply(body).text == body
