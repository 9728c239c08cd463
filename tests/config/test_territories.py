"""The bundled example forum: `make demo` plays it, so everything in it must hold together.

The mails stand for what really arrives: many mail programs, encodings and habits, written by invented people.
"""

import csv
import re
import tomllib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from config.addresses import parse_address
from config.forum import Settings, load_settings

FOLDER = Path(__file__).parents[2] / "config" / "examples" / "territories"
MAILS = sorted((FOLDER / "mails").iterdir())
ADDRESS = re.compile(rb"[\w.+$=-]+@([\w.-]*\w)")
LINK = re.compile(r"https?://([^/\s]+)")
OURS = re.compile(r"(?:[a-z0-9-]+\.)*example\.(?:org|net)")
OUTCOMES = {
    "published", "comment", "translation", "rejected", "discarded",
    "duplicate", "automatic", "command", "synthesis", "correction",
}  # fmt: skip
KEYS = {
    "file", "at", "mail_from", "rcpt_tos", "answers", "answers_after",
    "answers_receipt_of", "confirm", "expect", "says",
}  # fmt: skip


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(FOLDER / "forum.toml")


@pytest.fixture(scope="module")
def scenario() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "scenario.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def entries(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scenario["mails"]
    return found


def message(path: Path) -> Message:
    return message_from_bytes(path.read_bytes(), policy=policy.compat32)


def leaves() -> list[Message]:
    return [part for path in MAILS for part in message(path).walk() if not part.is_multipart()]


def decoded(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def test_the_forum_has_no_mistakes_and_no_warnings(settings: Settings) -> None:
    assert settings.find_warnings() == []
    assert settings.languages == ("en", "es", "fr")
    assert [phase.questions for phase in settings.themes[0].phases] == [[1], [2, 3], [4]]


def test_no_line_of_the_forum_s_texts_is_too_long_for_a_mail(settings: Settings) -> None:
    theme = settings.themes[0]
    texts = [question.text for question in theme.questions] + [phase.looks_at for phase in theme.phases]
    lines = [line for by_language in texts for text in by_language.values() for line in text.split("\n")]
    assert max(map(len, lines)) <= 72


def test_every_subscriber_is_on_a_list_of_the_forum(settings: Settings) -> None:
    with (FOLDER / "subscribers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["language"]) for row in rows} == set(settings.languages)
    assert len({(row["email"], row["language"]) for row in rows}) == len(rows)
    assert all(row["name"] and row["email"].count("@") == 1 for row in rows)


def test_every_file_of_the_scenario_exists_and_every_file_is_used(entries: list[dict[str, Any]]) -> None:
    assert {entry["file"] for entry in entries} == {path.name for path in MAILS}


def test_the_scenario_uses_known_keys_and_outcomes(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        assert set(entry) <= KEYS
        assert entry["says"]
        assert set(entry["expect"]) <= OUTCOMES
        assert len(entry["expect"]) == len(entry["rcpt_tos"])


def test_every_outcome_happens(entries: list[dict[str, Any]]) -> None:
    assert {outcome for entry in entries for outcome in entry["expect"]} == OUTCOMES


def test_times_ascend_and_agree_with_the_dates_of_the_mails(entries: list[dict[str, Any]]) -> None:
    times: list[datetime] = [entry["at"] for entry in entries]
    assert times == sorted(set(times))
    seen: set[str] = set()
    for entry in entries:
        date = parsedate_to_datetime(str(message(FOLDER / "mails" / entry["file"])["Date"]))
        # A second delivery of the same file comes later than its Date.
        assert (entry["at"] > date) if entry["file"] in seen else (entry["at"] == date)
        seen.add(entry["file"])


def test_a_mail_that_is_referred_to_is_in_the_scenario(entries: list[dict[str, Any]]) -> None:
    names = [entry["file"] for entry in entries]
    for place, entry in enumerate(entries):
        if later := entry.get("answers_after"):
            assert later in names[place + 1 :]
        if earlier := entry.get("answers_receipt_of"):
            assert earlier in names[:place]


def test_every_recipient_is_an_address_of_the_forum(
    settings: Settings, entries: list[dict[str, Any]]
) -> None:
    for entry in entries:
        for address in entry["rcpt_tos"]:
            assert parse_address(settings, address) is not None, address


def test_the_envelope_names_who_the_mail_names(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        mail = message(FOLDER / "mails" / entry["file"])
        assert [address.strip() for address in str(mail["To"]).split(",")] == entry["rcpt_tos"]
        if mail["Auto-Submitted"] is None:
            assert f"<{entry['mail_from']}>" in str(mail["From"])


def test_lines_end_with_crlf_and_are_short_enough_for_smtp() -> None:
    """RFC 5321 §2.3.8 and §4.5.3.1.6: no bare CR or LF, at most 998 characters."""
    for path in MAILS:
        raw = path.read_bytes()
        assert raw.endswith(b"\r\n")
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"\r" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_every_message_has_an_identity_of_its_own() -> None:
    identities = [str(message(path)["Message-ID"]) for path in MAILS]
    assert len(set(identities)) == len(identities)
    for name in ("From", "To", "Subject", "Date", "MIME-Version"):
        assert all(message(path)[name] is not None for path in MAILS), name


@pytest.mark.parametrize(
    "written",
    [
        ("text/plain", "utf-8", "8bit"),
        ("text/plain", "utf-8", "quoted-printable"),
        ("text/plain", "utf-8", "base64"),
        ("text/plain", "iso-8859-1", "quoted-printable"),
        ("text/plain", "iso-8859-1", "8bit"),
        ("text/plain", "windows-1252", "quoted-printable"),
        ("text/plain", "us-ascii", "7bit"),
        ("text/html", "utf-8", "quoted-printable"),
        ("text/html", "iso-8859-1", "quoted-printable"),
    ],
)
def test_mail_is_written_in_the_ways_that_really_occur(written: tuple[str, str, str]) -> None:
    ways = {
        (part.get_content_type(), str(part.get_content_charset()), str(part["Content-Transfer-Encoding"]))
        for part in leaves()
    }
    assert written in ways


def test_some_mail_has_two_forms_some_html_only_and_some_attachments() -> None:
    kinds = [message(path).get_content_type() for path in MAILS]
    assert {"multipart/alternative", "multipart/mixed", "text/html", "text/plain"} <= set(kinds)
    names = [str(part.get_filename()) for part in leaves() if part.get_content_disposition() == "attachment"]
    assert sorted(name.rpartition(".")[2] for name in names) == ["docx", "pdf"]
    texts = [decoded(part) for part in leaves() if part.get_content_type() == "text/plain"]
    assert any(b"\n-- \n" in text.replace(b"\r\n", b"\n") for text in texts)
    assert any(b"\n> " in text for text in texts)
    assert any(message(path).get_param("format") == "flowed" for path in MAILS)


def test_only_addresses_that_can_never_be_anybody_s_occur() -> None:
    """RFC 2606: example.org and example.net are nobody's."""
    pieces = [decoded(part) for part in leaves() if part.get_content_maintype() == "text"]
    pieces += [str(value).encode("utf-8", "replace") for path in MAILS for value in message(path).values()]
    pieces += [path.read_bytes() for path in FOLDER.iterdir() if path.is_file()]
    for piece in pieces:
        hosts = [found.decode() for found in ADDRESS.findall(piece)]
        hosts += LINK.findall(piece.decode("utf-8", "replace"))
        assert [host for host in hosts if not OURS.fullmatch(host)] == []


def test_the_expected_lines_have_no_doubles_and_are_in_the_order_of_an_announcement(
    settings: Settings, scenario: dict[str, Any]
) -> None:
    lines = [(tuple(line["languages"]), line["count"]) for line in scenario["expected"]["opening_3"]]
    order = {language: place for place, language in enumerate(settings.languages)}
    assert len({frozenset(languages) for languages, _ in lines}) == len(lines) >= 5
    assert lines == sorted(
        lines, key=lambda line: (-len(line[0]), -line[1], [order[language] for language in line[0]])
    )


def test_the_expected_total_is_what_was_published_before_phase_3(
    settings: Settings, scenario: dict[str, Any], entries: list[dict[str, Any]]
) -> None:
    opens_at = settings.themes[0].phases[2].dates(settings.forum).opens_at
    outcomes = [outcome for entry in entries if entry["at"] < opens_at for outcome in entry["expect"]]
    lines = scenario["expected"]["opening_3"]
    assert sum(line["count"] for line in lines) == outcomes.count("published")
    assert scenario["expected"]["comments"] == outcomes.count("comment")
    versions = sum(len(line["languages"]) * line["count"] for line in lines)
    assert versions == outcomes.count("published") + outcomes.count("translation")
