"""What each address of the forum means."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.addresses import TOKEN_LENGTH, Addresses, LocalAddress, parse_address
from config.forum import Settings

TOKEN = "abcdefghijklmnopqrstuvwxyz"


def make_settings(delimiter: str = "+") -> Settings:
    document: dict[str, Any] = {
        "server": {"smarthost": "smtp://127.0.0.1:2525", "subaddress_delimiter": delimiter},
        "forum": {
            "name": "sse",
            "domain": "forum.example.org",
            "default_language": "en",
            "organizers": ["organizer@example.org"],
            "title": {"en": "Territories"},
        },
        "lists": [
            {"language": "en", "address": "sse-en@forum.example.org"},
            {"language": "fr", "address": "sse-fr@forum.example.org"},
            {
                "language": "es",
                "address": "foro@lists.example.net",
                "hosted": False,
                "subscribed_as": "sse-in@forum.example.org",
            },
        ],
        "path": Path("/nowhere/forum.toml"),
    }
    return Settings.model_validate(document)


SETTINGS = make_settings()


@pytest.mark.parametrize(
    ("local", "meaning"),
    [
        ("sse-fr", LocalAddress("list", "fr")),
        ("SSE-FR", LocalAddress("list", "fr")),
        ("sse-fr+c12", LocalAddress("reply", "fr", 12)),
        ("sse-en+t12", LocalAddress("translation", "en", 12)),
        ("sse+c12-es", LocalAddress("reply", "es", 12)),
        ("sse+t12-es", LocalAddress("translation", "es", 12)),
        ("sse", LocalAddress("commands")),
        ("sse-fr+join", LocalAddress("join", "fr")),
        ("sse-fr+leave", LocalAddress("leave", "fr")),
        ("sse-fr+help", LocalAddress("help", "fr")),
        ("sse+help", LocalAddress("help")),
        (f"sse+m-{TOKEN}", LocalAddress("answer", token=TOKEN)),
        (f"sse+ok-{TOKEN}", LocalAddress("approve", token=TOKEN)),
        (f"sse+no-{TOKEN.upper()}", LocalAddress("reject", token=TOKEN)),
        (f"sse+drop-{TOKEN}", LocalAddress("discard", token=TOKEN)),
        (f"sse+separate-{TOKEN}", LocalAddress("separate", token=TOKEN)),
        ("sse+s2-fr", LocalAddress("synthesis", "fr", phase=2)),
        ("sse+s2.3-fr", LocalAddress("synthesis", "fr", theme=2, phase=3)),
        ("postmaster", LocalAddress("postmaster")),
        ("sse+b-17-x7", LocalAddress("bounce", token="17-x7")),
        ("sse+u-r17-x7", LocalAddress("unsubscribe", token="r17-x7")),
    ],
)
def test_every_address_of_the_contract(local: str, meaning: LocalAddress) -> None:
    assert parse_address(SETTINGS, f"{local}@forum.example.org") == meaning


@pytest.mark.parametrize(
    "email",
    [
        "sse-fr@example.org",
        "sse-pt@forum.example.org",
        "sse-fr+c0@forum.example.org",
        "sse-fr+c12-en@forum.example.org",
        "sse+t12@forum.example.org",
        "sse+t12-pt@forum.example.org",
        "sse+s2-pt@forum.example.org",
        "sse+ok-short@forum.example.org",
        "sse+@forum.example.org",
        "nobody@forum.example.org",
        "@forum.example.org",
        "",
        "sse",
    ],
)
def test_an_address_that_is_none_of_ours_is_unknown(email: str) -> None:
    assert parse_address(SETTINGS, email) is None


def test_an_external_list_is_known_by_its_own_address() -> None:
    assert parse_address(SETTINGS, "Foro@lists.example.net") == LocalAddress("list", "es")
    assert Addresses(SETTINGS).action("es", "leave") == "sse+leave@forum.example.org"


def test_the_address_that_is_subscribed_to_an_external_list_has_a_meaning_of_its_own() -> None:
    assert parse_address(SETTINGS, "SSE-in@forum.example.org") == LocalAddress("subscription", "es")


def test_an_external_list_hears_from_the_forum_and_answers_to_one_person_stay_with_us() -> None:
    write = Addresses(SETTINGS)
    assert (write.poster("es"), write.answers("es")) == (write.commands, write.commands)
    assert (write.poster("fr"), write.answers("fr")) == (
        "sse-fr@forum.example.org",
        "sse-fr@forum.example.org",
    )


@given(
    st.sampled_from("+=_"),
    st.sampled_from(["en", "fr", "es"]),
    st.integers(1, 999_999_999),
    st.integers(1, 9999),
    st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH),
)
def test_what_is_written_is_read_back(
    delimiter: str, language: str, number: int, phase: int, token: str
) -> None:
    settings = make_settings(delimiter)
    write = Addresses(settings)
    assert parse_address(settings, write.commands) == LocalAddress("commands")
    assert parse_address(settings, write.list(language)) == LocalAddress("list", language)
    assert parse_address(settings, write.reply(number, language)) == LocalAddress("reply", language, number)
    assert parse_address(settings, write.translate(number, language)) == LocalAddress(
        "translation", language, number
    )
    assert parse_address(settings, write.synthesis(phase, language)) == LocalAddress(
        "synthesis", language, phase=phase
    )
    for kind in ("answer", "approve", "reject", "discard", "separate"):
        assert parse_address(settings, write.token(kind, token)) == LocalAddress(kind, token=token)


@given(st.text(max_size=80))
def test_reading_an_address_never_fails(local: str) -> None:
    parse_address(SETTINGS, f"{local}@forum.example.org")
