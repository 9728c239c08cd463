"""Openings, reminders and closings: once each, with figures that are taken once and add up."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.announce import find_announced, render_announcement
from tests.house import FORUM, Sent, TestHouse, answer, mail

EN, ES, FR = "sse-en@forum.example.org", "sse-es@forum.example.org", "sse-fr@forum.example.org"
OPENS_2 = datetime(2013, 7, 28, 22, tzinfo=UTC)
OPENING_2 = datetime(2013, 7, 29, 7, tzinfo=UTC)
CLOSING_1 = datetime(2013, 7, 15, 7, tzinfo=UTC)
CLOSING_2 = datetime(2013, 8, 12, 7, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def publish(house: TestHouse, text: str, to: str = EN, **headers: str) -> None:
    house.post(mail(text, to=to, **headers), to)
    notice = next(sent for sent in house.outbox() if sent.kind == "held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    house.outbox()


def tick(house: TestHouse, now: datetime) -> list[Sent]:
    house.tick(now)
    return house.outbox()


def bodies(sent: list[Sent], kind: str) -> dict[str, str]:
    """By language; each at most once."""
    found = [(str(mail.message["Content-Language"]), mail.body) for mail in sent if mail.kind == kind]
    assert len(dict(found)) == len(found)
    return dict(found)


def partitions(body: str) -> list[tuple[int, list[int]]]:
    """Every total with the figures of the indented lines below it."""
    found: list[tuple[int, list[int]]] = []
    for line in body.splitlines():
        if total := re.match(r"(?:Of which )?(\d+)(?: contributions? in total| in this phase)", line):
            found.append((int(total[1]), []))
        elif found and (number := re.match(r"  (\d+) contributions? in", line)) and "into" not in line:
            found[-1][1].append(int(number[1]))
    return found


def test_the_first_phase_opens_without_figures(tmp_path: Path) -> None:
    house = TestHouse(tmp_path, now=datetime(2013, 6, 20, tzinfo=UTC))
    publish(house, "Before anything began.")
    opening = bodies(tick(house, datetime(2013, 7, 1, 7, tzinfo=UTC)), "opening")
    assert set(opening) == {"en", "es", "fr"}
    assert "contribution in total" not in opening["en"]
    assert "No contributions" not in opening["en"]
    house.close()


def test_a_theme_without_contributions_says_so(house: TestHouse) -> None:
    closing = bodies(tick(house, CLOSING_1), "closing")["en"]
    assert "No contributions yet." in closing
    assert "No contributions yet." in bodies(tick(house, OPENING_2), "opening")["en"]


def test_nothing_is_announced_before_its_time_and_nothing_twice(house: TestHouse) -> None:
    assert tick(house, OPENING_2 - timedelta(seconds=1)) != []  # the closing of the first phase
    assert set(bodies(tick(house, OPENING_2), "opening")) == {"en", "es", "fr"}
    assert tick(house, OPENING_2) == []
    assert tick(house, OPENING_2 + timedelta(days=1)) == []


def test_every_reader_gets_the_one_of_the_own_list_once(house: TestHouse) -> None:
    house.subscribe("a@example.org", "b@example.org", language="en")
    house.subscribe("a@example.org", language="fr")
    sent = [mail for mail in tick(house, OPENING_2) if mail.kind == "opening"]
    assert sorted(email for mail in sent for email in mail.recipients) == ["a@example.org"] * 2 + [
        "b@example.org"
    ]
    assert len({mail.header("Message-ID") for mail in sent}) == 3


def test_an_opening_counts_what_was_received_before_it_opened(house: TestHouse) -> None:
    publish(house, "One.")
    house.now = OPENS_2 - timedelta(seconds=1)
    publish(house, "Two, at the last second.")
    house.now = OPENS_2
    publish(house, "Three, at the first.")
    assert partitions(bodies(tick(house, OPENING_2), "opening")["en"]) == [(2, [2])]


def test_a_version_counts_from_its_published_text_and_not_from_a_returned_one(house: TestHouse) -> None:
    publish(house, "One.")
    to = "sse-fr+t1@forum.example.org"
    house.post(mail("Faux.", to=to, sender="x@example.org"), to)
    notice = house.one("held", "second-fr@example.org")
    house.post(*answer(notice, "non", sender="second-fr@example.org"))
    house.now = OPENS_2
    publish(house, "Bon.", to, sender="y@example.org")
    assert "1 contribution in English only" in bodies(tick(house, OPENING_2), "opening")["en"]


def test_a_closing_counts_the_theme_and_of_it_the_phase(house: TestHouse) -> None:
    publish(house, "One.")
    publish(house, "Un.", "sse-fr+t1@forum.example.org")
    house.now = datetime(2013, 7, 20, tzinfo=UTC)
    publish(house, "Two, between the phases.")
    house.now = datetime(2013, 8, 2, tzinfo=UTC)
    publish(house, "Trois.", FR)
    publish(house, "A comment.", "sse-en+c1@forum.example.org", sender="bo@example.org")
    house.now = CLOSING_2 - timedelta(hours=9)
    publish(house, "Four, after the close.")
    body = bodies(tick(house, CLOSING_2), "closing")["en"]
    assert partitions(body) == [(3, [1, 1, 1]), (1, [1])]
    assert "In addition: 1 comment." in body
    assert "3 contributions into Spanish" in body


def test_a_snapshot_is_taken_once(house: TestHouse) -> None:
    publish(house, "One.")
    house.now = OPENS_2 - timedelta(hours=1)
    house.post(mail("Two, received in time and read late."), EN)
    notice = house.one("held")
    first = bodies(tick(house, OPENING_2), "opening")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    house.outbox()
    for language, body in first.items():
        with house.house.unit() as ctx:
            phase = find_announced(ctx, 2, 2)
            assert phase is not None
            again = render_announcement(ctx, phase, "opening", "", language)
        assert again.body == body
    assert partitions(first["en"]) == [(1, [1])]


def test_every_language_shows_the_same_figures(house: TestHouse) -> None:
    for number in range(3):
        publish(house, f"Text {number}.")
    publish(house, "Un.", "sse-fr+t1@forum.example.org")
    found = bodies(tick(house, OPENING_2), "opening")
    figures = {
        language: re.findall(r"^(?:  )?(\d+) contrib", body, re.MULTILINE) for language, body in found.items()
    }
    assert figures == {language: ["3", "1", "2"] for language in ("en", "es", "fr")}


def test_one_that_is_over_an_hour_late_says_so(house: TestHouse) -> None:
    tick(house, CLOSING_1)
    assert (
        "should have reached you" not in bodies(tick(house, OPENING_2 + timedelta(hours=1)), "opening")["en"]
    )
    late = bodies(tick(house, datetime(2013, 8, 10, tzinfo=UTC)), "reminder")["en"]
    assert "should have reached you" in late


def test_what_is_too_late_is_skipped_and_reported_once(house: TestHouse) -> None:
    sent = tick(house, CLOSING_2)
    assert {mail.kind for mail in sent} == {"skipped", "closing"}
    (report,) = [mail for mail in sent if mail.kind == "skipped"]
    assert report.recipients == ("organizer@example.org",)
    assert report.body.count("2.2") + report.body.count("2.1") == 3  # a closing; an opening and a reminder
    assert tick(house, CLOSING_2 + timedelta(hours=1)) == []


def test_the_last_closing_is_never_too_late(house: TestHouse) -> None:
    closing = bodies(tick(house, datetime(2014, 7, 1, tzinfo=UTC)), "closing")
    assert set(closing) == {"en", "es", "fr"}
    assert "This was the last phase." in closing["en"]


def test_a_closing_names_the_next_phase(house: TestHouse) -> None:
    assert "Phase 2 is open from 29 July to 11 August" in bodies(tick(house, CLOSING_1), "closing")["en"]


def test_a_reminder_comes_once_with_its_figures(house: TestHouse) -> None:
    tick(house, OPENING_2)
    publish(house, "One.")
    sent = tick(house, datetime(2013, 8, 9, 7, tzinfo=UTC))
    assert {mail.kind for mail in sent} == {"reminder"}
    assert len(bodies(sent, "reminder")) == 3
    assert tick(house, datetime(2013, 8, 10, 7, tzinfo=UTC)) == []


def test_mail_received_before_an_instant_is_handled_before_it(house: TestHouse) -> None:
    house.now = OPENS_2 - timedelta(minutes=1)
    house.spool(mail("In time."), EN, live=False)
    assert partitions(bodies(tick(house, OPENING_2), "opening")["en"]) == [(1, [1])]


def test_an_external_list_gets_its_mail_at_its_address(tmp_path: Path) -> None:
    external = FORUM.replace(
        'address = "sse-es@forum.example.org"', 'address = "foro@lists.example.net"\nhosted = false'
    )
    house = TestHouse(tmp_path, external)
    house.subscribe("somebody@example.org", language="es")
    sent = [mail for mail in tick(house, OPENING_2) if mail.kind == "opening"]
    (spanish,) = [mail for mail in sent if mail.message["Content-Language"] == "es"]
    assert spanish.recipients == ("foro@lists.example.net",)
    assert spanish.header("From").endswith("<sse@forum.example.org>")
    assert spanish.header("Reply-To") == "foro@lists.example.net"
    assert not spanish.header("List-Post")
    house.close()


def test_list_mail_can_be_recognised_and_left(house: TestHouse) -> None:
    house.subscribe("a@example.org", language="en")
    opening = next(mail for mail in tick(house, OPENING_2) if mail.kind == "opening" and mail.recipients)
    assert opening.header("List-Id") == "<sse-en.forum.example.org>"
    assert opening.header("List-Unsubscribe") == "<mailto:sse@forum.example.org?subject=leave%20en>"
    assert opening.header("Auto-Submitted") == "auto-generated"
    assert opening.mail_from.startswith("sse+b-")
    assert len(opening.raw) <= 8_192
