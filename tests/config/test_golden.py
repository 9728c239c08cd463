"""The announcement as it should arrive, to the last character.

The golden texts are the organizers'; the figures are given, the form is ours.
"""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from config.render import render

GOLDEN = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[3] / "shared")) / "golden"
HEADINGS = {
    "en": ("Where we are", "What phase 3", "How to take part"),
    "es": ("En qué punto", "De qué trata", "Cómo participar"),
    "fr": ("Où nous en", "Sur quoi porte", "Comment participer"),
}
COUNTS = SimpleNamespace(
    total=29,
    lines=(
        (("en", "es", "fr"), 7),
        (("en", "fr"), 4),
        (("es", "fr"), 4),
        (("fr",), 8),
        (("en",), 5),
        (("es",), 1),
    ),
    folded=(),
)


def paragraphs(text: str) -> list[str]:
    return re.split(r"\n\n+", text.strip("\n"))


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_opening_is_the_golden_one(language: str) -> None:
    path = GOLDEN / f"opening-{language}.txt"
    if not path.exists():
        pytest.skip(f"no golden texts at {GOLDEN}")
    golden = path.read_text(encoding="utf-8")
    where, looks, how = (golden.index(heading) for heading in HEADINGS[language])
    rendered = render(
        "opening",
        language,
        phase_number=3,
        questions=[paragraphs(golden)[1]],
        opens=date(2013, 9, 9),
        closes=date(2013, 9, 21),
        closes_at=datetime(2013, 9, 21, 22, tzinfo=UTC),
        zone=ZoneInfo("Europe/Paris"),
        counts=COUNTS,
        all_languages=("en", "es", "fr"),
        synthesis=(2, f"https://forum.example.org/{language}/synthesis/2"),
        where_we_are=paragraphs(golden[where:looks])[1:],
        summary_language=language,
        previous_phase_number=2,
        looks_at=paragraphs(golden[looks:how])[1],
        lists=tuple((code, f"sse-{code}@forum.example.org") for code in ("en", "es", "fr")),
        commands_address="sse@forum.example.org",
        late=None,
    )
    assert f"Subject: {rendered.subject}\n\n{rendered.body}" == golden
