"""What takes a person out of texts: addresses in any case and with any name before them, names where they are whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.erasing import GONE, Eraser
from store.outbox import Draft
from store.unit import UnitOfWork
from tests.store.conftest import NOW

ANA = "ana@example.org"
ERASER = Eraser((ANA, "a.souza+forum@example.net"), ("Ana Souza", "Ana"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to ana@example.org.", f"Write to {GONE}."),
        ("Ana Souza <ANA@Example.ORG> wrote:", f"{GONE} wrote:"),
        ('"Ana Souza" <ana@example.org>', GONE),
        ("mailto:a.souza+forum@example.net?subject=x", f"mailto:{GONE}?subject=x"),
        ("<ana@example.org>, <bo@example.org>", f"{GONE}, <bo@example.org>"),
        # Of somebody else.
        ("susana@example.org, ana@example.org.br, x.ana@example.org", None),
        ("ana@example.orgy and ana@example-org", None),
        ("Ana, without an address, stays.", None),
    ],
)
def test_an_address_goes_with_the_name_before_it(text: str, left: str | None) -> None:
    assert ERASER.erase(text) == (text if left is None else left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ana Souza, 2 July", f"{GONE}, 2 July"),
        ("by Ana\nSouza (Recife)", f"by {GONE} (Recife)"),
        ("Anatole and Susana Souza", "Anatole and Susana Souza"),
        ("Dear Ana,", f"Dear {GONE},"),
    ],
)
def test_a_name_goes_where_it_is_whole(text: str, left: str) -> None:
    assert ERASER.erase_names(text) == left


def test_a_name_of_one_word_stays_where_others_may_mean_something_else() -> None:
    assert ERASER.erase_names("Ana Souza and Ana", full_only=True) == f"{GONE} and Ana"


def test_a_signature_goes_and_a_sentence_about_oneself_stays() -> None:
    text = "I, Ana Souza, keep seeds.\n\n-- Ana Souza\nAna.\n"
    assert ERASER.erase_signature(text) == "I, Ana Souza, keep seeds.\n\n"


def test_whose_mail_it_is_stands_in_its_header() -> None:
    assert ERASER.wrote(b"Subject: x\r\nFrom: =?utf-8?q?x?=\r\n <Ana@example.org>\r\n\r\ntext")
    assert not ERASER.wrote(b"From: bo@example.org\r\nTo: ana@example.org\r\n\r\nFrom: ana@example.org")


def test_a_mail_in_their_name_comes_from_the_list() -> None:
    mail = b'From: "Ana Souza"\r\n <ana@example.org>\r\nTo: list@example.org\r\nSubject: x\r\n\r\nAna Souza, 2 July\r\n'
    erased = ERASER.erase_mail(mail, "fr", in_their_name=True, full_only=False)
    head, _, body = erased.partition(b"\r\n\r\n")
    assert head == b"From: list@example.org\r\nTo: list@example.org\r\nSubject: x"
    assert "Ana" not in body.decode()
    assert body.decode().endswith(", 2 July\r\n")


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_but_the_address_is_lost_whatever_stands_around_it(before: str, after: str) -> None:
    erased = ERASER.erase(f"{before} {ANA} {after}")
    assert ANA not in erased.lower()
    assert erased.endswith(f" {after}") or ANA in after.lower()


@given(st.binary(max_size=200))
def test_bytes_without_an_address_stay_as_they_are(raw: bytes) -> None:
    mail = b"From: bo@example.org\r\n\r\n" + raw.replace(b"na", b"")
    assert ERASER.erase_mail(mail, "en", in_their_name=False, full_only=True) == mail


def test_a_name_with_signs_of_patterns_and_no_name_at_all_are_taken_as_they_are(uow: UnitOfWork) -> None:
    strange = Eraser((ANA,), ("A.* (x) [y] \\ %_",))
    assert strange.erase_names("A.* (x) [y] \\ %_!") == f"{GONE}!"
    assert strange.erase_names("Abc (x) y") == "Abc (x) y"
    nobody = Eraser((ANA,), ())
    assert nobody.erase_signature("A text.\n\n--\n") == "A text.\n\n--\n"
    uow.people.subscribe(ANA, "en", "A.* (x) [y] \\ %_")
    uow.outbox.enqueue(
        Draft("<x@y>", "help", "en", "x", b"To: x@y\r\n\r\nA.* (x) [y] \\ %_\r\n", "", NOW),
        ("bo@example.org",),
    )
    done = uow.privacy.forget((ANA,))
    assert (done.addresses, done.lists, done.sent) == (1, ("en",), 0)
    found = uow.outbox.find(("<x@y>",))
    assert found is not None
    assert found.content == b"To: x@y\r\n\r\na participant\r\n"
