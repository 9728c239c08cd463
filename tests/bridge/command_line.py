"""The command line as its tests meet it: `manyvoices …` in this process, with its exit code and both streams."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bridge.cli import main
from bridge.commands.forum import open_forum
from store.spool import Envelope, Spool
from tests.house import mail


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in a folder; `config` is what they are run with."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.config = folder / "forum.toml"
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Done:
        """A command as it is typed."""
        self._monkeypatch.setattr(sys, "argv", ["manyvoices", *map(str, arguments)])
        self._capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as ending:
                main()
        finally:
            # The log was bound to this test's stderr.
            structlog.reset_defaults()
        out, err = self._capsys.readouterr()
        code = ending.value.code
        if isinstance(code, str):
            # The interpreter prints it, and exits with 1.
            return Done(1, out, err + code + "\n")
        return Done(code or 0, out, err)

    def ok(self, *arguments: str | Path) -> str:
        """What a command printed, which must have gone well and without a word on stderr."""
        done = self(*arguments)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    def refused(self, *arguments: str | Path) -> str:
        """The one line of a command that was refused."""
        done = self(*arguments)
        assert done.code == 1, done
        assert done.out == ""
        assert done.err.count("\n") == 1, done.err
        assert "Traceback" not in done.err
        return done.err.rstrip("\n")

    def post(self, *raws: bytes, to: str = "sse-en@forum.example.org") -> None:
        """Mail that an edge has taken, and nobody handled."""
        with open_forum(self.config, create=True) as house:
            spool = Spool(house.database, lambda: None)
            spool.start()
            for raw in raws or (mail(),):
                spool.submit(Envelope("ana@example.org", (to,), raw, house.now(), "test"))
            spool.stop()


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """AssertionError when a file came, went or was changed."""

    def look() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = look()
    yield
    assert look() == before
