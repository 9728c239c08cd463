"""The fuzzer runs, finds nothing in some seconds, and would say so if it did."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.seeds import make_seeds
from tests.fuzz.target import check_reading

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("mail", [pytest.param(mail, id=str(n)) for n, mail in enumerate(make_seeds())])
def test_every_mail_that_it_begins_with_is_read(mail: bytes) -> None:
    assert check_reading(mail)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="atheris is not installed")
def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", "10", "--folder", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr[-3_000:]
    assert not list((tmp_path / "crashes").iterdir())
