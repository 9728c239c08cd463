"""`also ADDRESS`: one person with two addresses, confirmed from both, gets one copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import Sent, TestHouse, answer, mail

COMMANDS = "sse@forum.example.org"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe("ana@example.org", "ana@example.net", "luz@example.org", language="es")
    yield house
    house.close()


def ask(
    house: TestHouse, line: str = "también ana@example.net", sender: str = "ana@example.org"
) -> list[Sent]:
    house.post(mail("", sender=sender, to=COMMANDS, subject=line), COMMANDS, mail_from=sender)
    return house.outbox()


def confirm(house: TestHouse, question: Sent, sender: str) -> list[Sent]:
    raw, address = answer(question, "", sender=sender)
    house.post(raw, address, mail_from=sender)
    return house.outbox()


def copies(house: TestHouse) -> tuple[str, ...]:
    """Who gets a text that is published on the Spanish list."""
    raw = mail(f"Semillas {house.now}.", sender="eva@example.org", to="sse-es@forum.example.org")
    house.post(raw, "sse-es@forum.example.org")
    raw, address = answer(house.one("held"), "ok", sender="moderator-es@example.org")
    house.post(raw, address, mail_from="moderator-es@example.org")
    return next(sent.recipients for sent in house.outbox() if sent.kind == "contribution")


def test_both_addresses_are_asked_and_together_they_get_one_copy(house: TestHouse) -> None:
    questions = ask(house)
    assert [sent.recipients for sent in questions] == [("ana@example.org",), ("ana@example.net",)]
    assert confirm(house, questions[1], "ana@example.net") == []
    assert len(copies(house)) == 3
    done = confirm(house, questions[0], "ana@example.org")
    assert sorted(sent.recipients for sent in done) == [("ana@example.net",), ("ana@example.org",)]
    house.wait(minutes=1)
    assert copies(house) == ("ana@example.org", "luz@example.org")
    with house.house.unit() as ctx:
        assert ctx.uow.people.list_addresses("ana@example.net") == ("ana@example.net", "ana@example.org")


def test_one_address_cannot_answer_for_the_other(house: TestHouse) -> None:
    questions = ask(house)
    assert confirm(house, questions[0], "ana@example.org") == []
    assert confirm(house, questions[1], "ana@example.org") == []
    assert confirm(house, questions[0], "ana@example.org") == []
    assert len(copies(house)) == 3


def test_a_thousand_requests_bring_one_question(house: TestHouse) -> None:
    assert len(ask(house)) == 2
    for _ in range(5):
        house.wait(minutes=10)
        assert ask(house) == []


@pytest.mark.parametrize(
    "line", ["also", "also ana@example.org", "also sse-es@forum.example.org", "also nobody"]
)
def test_without_another_address_the_command_is_explained(house: TestHouse, line: str) -> None:
    assert [sent.kind for sent in ask(house, line)] == ["answers"]
