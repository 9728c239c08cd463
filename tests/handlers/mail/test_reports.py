"""Delivery reports as servers write them: whom the mail did not reach, and what is no report at all."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.reports import PASSING, PERMANENT, parse_report
from tests.house import mail

SHARED = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[4] / "shared")) / "mail"
REAL = SHARED / "real" / "bounces"
AUTOMATIC = ("-arf-", "-rfc3834-")


def report(words: str, subject: str = "Undelivered mail", sender: str = "mailer-daemon@example.net") -> bytes:
    return mail(words, sender=sender, name="", to="sse+b-x@forum.example.org", subject=subject)


@pytest.mark.parametrize(
    ("words", "email", "weight"),
    [
        ("Delivery to the following recipient failed:\n\n  ana@example.org\n", "ana@example.org", PERMANENT),
        ("<Ana@Example.org>: host mx said:\n 550 5.1.1 User unknown\n", "ana@example.org", PERMANENT),
        (
            "Recipient: <ana@example.org>\n>>> RCPT TO:<ana@example.org>\n<<< 550 no\n",
            "ana@example.org",
            PERMANENT,
        ),
        ("El mensaje no se pudo entregar a ana@example.org: 452 4.2.2 full\n", "ana@example.org", PASSING),
        ("Ask support@example.net.\n\nana@example.org [User unknown]\n", "ana@example.org", PERMANENT),
        (
            "ana@example.org: unknown user\n\n--- Original message ---\nTo: other@example.org\n550 unknown\n",
            "ana@example.org",
            PERMANENT,
        ),
    ],
)
def test_the_words_of_a_report_name_who_was_not_reached(words: str, email: str, weight: float) -> None:
    found = parse_report(report(words), null_sender=True)
    assert [(one.email, one.weight) for one in found.failures] == [(email, weight)]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (
            mail("The following addresses had permanent fatal errors:\n<ana@example.org>\n550 unknown\n"),
            "other",
        ),
        (mail("I am away.", subject="Out of office"), "automatic"),
        (mail("Bonjour", auto_submitted="auto-replied", subject="Re: Graines"), "automatic"),
        (report("Sorry, something went wrong."), "bounce"),
        (b"", "other"),
    ],
)
def test_what_no_machine_wrote_is_no_bounce(raw: bytes, kind: str) -> None:
    found = parse_report(raw)
    assert (found.kind, found.failures) == (kind, ())


@given(st.binary(max_size=400), st.booleans())
def test_anything_at_all_is_a_value(raw: bytes, null_sender: bool) -> None:
    parse_report(b"Content-Type: multipart/report; boundary=x\n\n--x\n" + raw, null_sender=null_sender)


@pytest.mark.parametrize(
    "words", ["a@b.c" * 60_000, "<" * 200_000, "550 " * 60_000, ("x" * 70 + "@") * 4_000, "-" * 200_000]
)
def test_a_bomb_of_a_report_takes_no_time(words: str) -> None:
    started = time.process_time()
    parse_report(report(words), null_sender=True)
    assert time.process_time() - started < 2


@pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not here")
def test_real_reports_name_their_recipient() -> None:
    """At least 83 in 100; the rest are mostly of programs that put the address into the returned mail alone."""
    files = [path for path in sorted(REAL.glob("*.eml")) if path.name.startswith(("bsd-", "dos-"))]
    reports = [path for path in files if not any(mark in path.name for mark in AUTOMATIC)]
    assert len(reports) > 300
    named = [path for path in reports if parse_report(path.read_bytes()).failures]
    assert len(named) / len(reports) >= 0.93


@pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not here")
def test_real_abuse_reports_and_automatic_replies_are_no_bounces() -> None:
    others = [path for path in sorted(REAL.glob("*.eml")) if any(mark in path.name for mark in AUTOMATIC)]
    others += sorted(REAL.glob("not-*.eml")) + sorted((SHARED / "hostile").glob("*.eml"))
    assert [path.name for path in others if parse_report(path.read_bytes()).failures] == []
