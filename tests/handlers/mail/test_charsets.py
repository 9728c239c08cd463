"""Text in every charset that is claimed, and in the one that it is really in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.charsets import compose, decode_bytes, find_codec

WORDS = "Où l’été mûrit, señora, ação"


@pytest.mark.parametrize(
    "charset", ["zip", "rot13", "hex", "idna", "punycode", "unicode_escape", "", "../etc", "\xe9", "a" * 100]
)
def test_codecs_that_are_no_charset_are_refused(charset: str) -> None:
    assert find_codec(charset) is None


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (WORDS.encode(), "utf-8", WORDS),
        (WORDS.encode(), "us-ascii", WORDS),
        (WORDS.encode(), "iso-8859-1", WORDS),
        (WORDS.encode(), "windows-1252", WORDS),
        (WORDS.encode(), "x-nothing", WORDS),
        (WORDS.encode("cp1252"), "utf-8", WORDS),
        (WORDS.encode("cp1252"), "us-ascii", WORDS),
        (WORDS.encode("cp1252"), "iso-8859-1", WORDS),
        (WORDS.encode("cp1252"), "", WORDS),
        (WORDS.encode("utf-16"), "utf-16", WORDS),
        (WORDS.encode("utf-16"), "utf-8", WORDS),
        (WORDS.encode("utf-8-sig"), "iso-8859-1", WORDS),
        (b"plain words", "utf-16", "plain words"),
        ("مرحبا".encode("cp1256"), "windows-1256", "مرحبا"),
        ("مرحبا بكم".encode(), "windows-1256", "مرحبا بكم"),
        ("مرحبا".encode("iso-8859-6"), "iso-8859-6", "مرحبا"),
        ("こんにちは".encode("iso-2022-jp"), "iso-2022-jp", "こんにちは"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("é".encode() + b"t\xe9 " + "é".encode(), "utf-8", "été é"),
        ("été".encode()[:-1], "utf-8", "ét\ufffd"),
        (b"caf\xe9", "utf-8", "café"),
        (b"a\x81b\x80", "windows-1252", "a\x81b€"),
    ],
)
def test_text_is_read_in_the_charset_that_it_is_in(data: bytes, charset: str, text: str) -> None:
    assert decode_bytes(data, charset) == text


@pytest.mark.parametrize(
    "text", [WORDS, "«\u00a0Où\u00a0?\u00a0» — là", "في القرية بئران", "Não é só açúcar"]
)
def test_text_that_was_encoded_twice_is_repaired(text: str) -> None:
    twice = "".join(
        bytes([b]).decode("cp1252", "replace") if b not in b"\x81\x8d\x8f\x90\x9d" else chr(b)
        for b in text.encode()
    )
    assert decode_bytes(twice.encode(), "utf-8") == text


@pytest.mark.parametrize(
    "text", ["Ã©", "He saw “Ã©” and “Ã¨”, and an é", "MANHÃ\u00a0! MAÇÃ\u00a0!", "Â§ 3", "naïve Ã"]
)
def test_what_may_be_meant_is_left(text: str) -> None:
    assert decode_bytes(text.encode(), "utf-8") == text


def test_words_compare_equal_however_they_were_typed_and_piles_of_marks_are_cut() -> None:
    assert compose("e\u0301te\u0301") == "été"
    assert compose("لُغَةٌ") == "لُغَةٌ"
    assert len(compose("a" + "\u0301\u0316" * 50_000)) < 10


@given(
    st.binary(),
    st.text(max_size=20)
    | st.sampled_from(["utf-8", "utf-16", "gb2312", "hz", "utf-7", "iso-2022-jp", "cp1256"]),
)
def test_any_bytes_in_any_charset_are_text_that_a_database_takes(data: bytes, charset: str) -> None:
    text = decode_bytes(data, charset)
    assert "\0" not in text
    text.encode()
    compose(text)


@given(st.text())
def test_utf8_is_never_damaged_beyond_recognition(text: str) -> None:
    assert decode_bytes(text.encode(), "utf-8").count("\ufffd") <= text.count("\ufffd")
