"""`manyvoices held ID`: one text whole, with what was taken out of the mail."""

import json
from pathlib import Path

import pytest

from tests.bridge.command_line import CommandLine
from tests.bridge.running import write_forum
from tests.documents import attach, make_docx
from tests.house import mail

TEXT = "We keep seeds in our village, and share them each spring with whoever asks for some of them."


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A forum with one text that waits: covering words, a signature, and a Word file."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.post(attach(mail("See attached.\n\n-- \nAna, Tete\n"), "seeds.docx", make_docx(TEXT)))
    cli.ok("tick")
    return cli


def test_a_text_is_shown_with_what_was_left_out(cli: CommandLine) -> None:
    """For people: the lines about it, the text, the rest."""
    shown = cli.ok("held", "1")
    head, text, cut = shown.partition(f"\n\n{TEXT}\n")
    assert "address\tana@example.org\n" in head
    assert "reasons\ttext-from-attachment, all-posts\n" in head
    assert "text from\tseeds.docx\n" in head
    assert "attachments\tseeds.docx (" in head
    assert text
    assert cut.startswith("\n--- left out ---\nSee attached.")
    assert "Ana, Tete" in cut


def test_a_program_gets_the_same_as_one_object(cli: CommandLine) -> None:
    """With the hash of each attachment."""
    shown = json.loads(cli.ok("held", "1", "--json"))
    assert (shown["id"], shown["state"], shown["text"]) == (1, "held", TEXT)
    assert shown["cut"].startswith("See attached.")
    assert len(shown["attachments"][0]["hash"]) == 64


def test_a_text_that_is_not_there_is_refused_in_one_line(cli: CommandLine) -> None:
    """As by the other commands."""
    assert "there is no text 99" in cli.refused("held", "99")
