"""Who reads a list that another program distributes is not told to leave it here."""

from datetime import UTC, datetime
from pathlib import Path

from tests.house import FORUM, TestHouse

OPENING = datetime(2013, 7, 29, 7, tzinfo=UTC)


def test_an_announcement_says_how_to_leave_only_where_the_list_is_ours(tmp_path: Path) -> None:
    forum = FORUM.replace(
        'address = "sse-fr@forum.example.org"', 'address = "sse-fr@lists.example.net"\nhosted = false'
    )
    house = TestHouse(tmp_path, forum)
    house.subscribe("ana@example.org", language="en")
    house.tick(OPENING)
    bodies = {sent.header("To"): sent.body for sent in house.outbox() if sent.kind == "opening"}
    house.close()
    assert 'send "leave"' in bodies["sse-en@forum.example.org"]
    assert "quitter" not in bodies["sse-fr@lists.example.net"].lower()
    assert "Aide" in bodies["sse-fr@lists.example.net"]
