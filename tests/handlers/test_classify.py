"""Which handler a mail goes to."""

import pytest

from config.addresses import LocalAddress
from handlers.classify import Clues, Kind, classify
from handlers.mail.parse import parse_mail

LIST = LocalAddress("list", "fr")
HUMAN = Clues(mail_from="ana@example.org")


def kind(headers: str, to: LocalAddress | None = LIST, clues: Clues = HUMAN) -> Kind:
    return classify(
        parse_mail(f"From: ana@example.org\n{headers}\n\nx".encode()), to, clues, "forum.example.org"
    )


def test_a_post_to_a_list_is_a_contribution() -> None:
    assert kind("Subject: Seeds") is Kind.CONTRIBUTION


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <x.example.net>",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=b",
    ],
)
@pytest.mark.parametrize("to", [LIST, LocalAddress("approve", token="a" * 26), LocalAddress("commands")])
def test_automatic_mail_is_never_a_post_a_decision_or_a_command(headers: str, to: LocalAddress) -> None:
    assert kind(headers, to) is Kind.AUTOMATIC


def test_the_null_sender_is_automatic() -> None:
    assert kind("Subject: x", clues=Clues(mail_from="")) is Kind.AUTOMATIC


BY_LIST = Clues(mail_from="", distributed=True)


@pytest.mark.parametrize(
    "headers", ["List-Id: <x.example.net>", "Precedence: list", "Precedence: bulk", "Subject: x"]
)
def test_what_an_external_list_has_distributed_is_a_post_whatever_the_list_wrote_over_it(
    headers: str,
) -> None:
    assert kind(headers, clues=BY_LIST) is Kind.CONTRIBUTION


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: junk",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=b",
    ],
)
def test_a_robot_that_writes_to_an_external_list_is_a_robot(headers: str) -> None:
    assert kind(headers, clues=BY_LIST) is Kind.AUTOMATIC


def test_what_the_server_of_an_external_list_writes_is_automatic() -> None:
    assert kind("Subject: x", clues=Clues(distributed=True, administrative=True)) is Kind.AUTOMATIC


@pytest.mark.parametrize("clues", [HUMAN, BY_LIST])
def test_what_another_forum_wrote_is_automatic(clues: Clues) -> None:
    assert kind("X-Manyvoices-Loop: forum.example.net", clues=clues) is Kind.AUTOMATIC


def test_what_we_are_known_to_have_written_is_a_loop() -> None:
    assert kind("Subject: x", clues=Clues("a@example.org", own_copy=True)) is Kind.LOOP


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    assert kind("X-Manyvoices-Loop: forum.example.org") is Kind.LOOP
    assert kind("Received: x\n" * 60 + "Subject: x") is Kind.LOOP


@pytest.mark.parametrize(
    ("to", "clues", "wanted"),
    [
        (None, HUMAN, Kind.MISADDRESSED),
        (LocalAddress("bounce", token="x"), Clues(), Kind.BOUNCE),
        (LocalAddress("unsubscribe", token="x"), HUMAN, Kind.UNSUBSCRIBE),
        (LocalAddress("unsubscribe", token="x"), Clues(mail_from=""), Kind.UNSUBSCRIBE),
        (LocalAddress("postmaster"), HUMAN, Kind.POSTMASTER),
        (LocalAddress("approve", token="a" * 26), HUMAN, Kind.DECISION),
        (LIST, Clues("a@example.org", abstract=True, translates=True), Kind.ABSTRACT),
        (LocalAddress("answer", token="x"), Clues("a@example.org", token_purpose="abstract"), Kind.ABSTRACT),
        (LIST, Clues("ana@example.org", token_purpose="approve"), Kind.DECISION),
        (
            LocalAddress("approve", token="a" * 26),
            Clues("a@example.org", token_purpose="join"),
            Kind.CONFIRMATION,
        ),
        (LocalAddress("commands"), HUMAN, Kind.COMMAND),
        (LocalAddress("join", "fr"), HUMAN, Kind.COMMAND),
        (LocalAddress("synthesis", "fr", phase=2), HUMAN, Kind.SYNTHESIS),
        (LocalAddress("translation", "en", 12), HUMAN, Kind.TRANSLATION),
        (LocalAddress("reply", "fr", 12), HUMAN, Kind.COMMENT),
        (LIST, Clues("a@example.org", translates=True, answers_contribution=True), Kind.TRANSLATION),
        (LIST, Clues("a@example.org", answers_contribution=True), Kind.COMMENT),
        (LIST, Clues("a@example.org", answered_kind="receipt_held"), Kind.CORRECTION),
        (LIST, Clues("a@example.org", answered_kind="receipt_rejected"), Kind.APPEAL),
        (LIST, Clues("a@example.org", answered_kind="opening"), Kind.CONTRIBUTION),
    ],
)
def test_the_table_reads_aloud(to: LocalAddress | None, clues: Clues, wanted: Kind) -> None:
    assert kind("Subject: x", to, clues) is wanted


def test_an_archive_s_own_list_headers_do_not_make_its_mail_automatic() -> None:
    archive = Clues("ana@example.org", archive=True)
    assert kind("List-Id: <x.example.net>\nPrecedence: list", clues=archive) is Kind.CONTRIBUTION
