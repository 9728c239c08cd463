"""A phase by mail alone costs a participant few mails and few bytes, in every language."""

from pathlib import Path

import pytest

from tests.journey import LANGUAGES, travel

MAILS = 12
BYTES = {"ar": 34_000}
"""An Arabic letter is two bytes."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phase_costs_less_than_a_page_of_the_web(language: str, tmp_path: Path) -> None:
    journey = travel(language, tmp_path)
    assert len(journey.mails) <= MAILS, journey.mails
    assert journey.size < BYTES.get(language, 24_000), journey.mails
