"""A copy of its own: the return path that names its recipient, and the way out that only its recipient was given."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.stamp import make_stamp, split_copies
from config.addresses import parse_address
from config.forum import Settings
from config.signing import verify
from handlers.leaving import verify_leave
from handlers.mail.compose import Letter, compose
from handlers.return_path import parse_recipient
from store.dispatch import Batch, Recipient
from tests.outgoing import check_outgoing

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
SECRET = b"a secret that tests know"
LIST_HEADERS = (
    ("List-Id", "<sse-fr.forum.example.org>"),
    ("List-Post", "<mailto:sse-fr@forum.example.org>"),
    ("List-Help", "<mailto:sse@forum.example.org?subject=help>"),
    ("List-Subscribe", "<mailto:sse@forum.example.org?subject=join%20fr>"),
    ("List-Unsubscribe", "<mailto:sse@forum.example.org?subject=leave%20fr>"),
    ("Precedence", "list"),
    ("X-Manyvoices-Loop", "forum.example.org"),
)


def make_settings(**server: Any) -> Settings:
    document: dict[str, Any] = {
        "server": {"smarthost": "smtp://127.0.0.1:2525", **server},
        "forum": {
            "name": "sse",
            "domain": "forum.example.org",
            "default_language": "fr",
            "organizers": ["organizer@example.org"],
            "title": {"fr": "Territoires"},
        },
        "lists": [{"language": "fr", "address": "sse-fr@forum.example.org"}],
        "path": Path("/nowhere/forum.toml"),
    }
    return Settings.model_validate(document)


WEB = {"web": "127.0.0.1:8080", "base_url": "https://forum.example.org/"}


def letter(
    body: str = "Nous gardons des graines.", headers: tuple[tuple[str, str], ...] = LIST_HEADERS
) -> bytes:
    return compose(
        Letter(
            from_name="Ana via Forum",
            from_email="sse-fr@forum.example.org",
            to="sse-fr@forum.example.org",
            subject="[#12] Des graines",
            body=body,
            message_id="<contribution.x@forum.example.org>",
            date=NOW,
            auto_submitted=None if headers else "auto-generated",
            list_headers=headers,
            language="fr",
        )
    )


def batch(*ids: int, content: bytes | None = None, personal: bool = True) -> Batch:
    people = tuple(Recipient(key, f"p{key}@example.net", 0) for key in ids or (17,))
    mail_from = "sse+b-1@forum.example.org"
    return Batch(1, "<n1@x>", "contribution", mail_from, content or letter(), NOW, people, personal)


def test_copies_of_their_own_part_and_others_stay_together() -> None:
    assert split_copies(batch(1, 2, personal=False)) == [batch(1, 2, personal=False)]
    assert split_copies(batch(1, 2)) == [batch(1), batch(2)]


@given(st.integers(1, 2**63 - 1))
def test_the_return_path_names_its_recipient_to_nobody_else(recipient: int) -> None:
    settings = make_settings()
    stamped = make_stamp(settings, SECRET)(batch(recipient))
    assert len(stamped.mail_from.partition("@")[0]) <= 64
    found = parse_address(settings, stamped.mail_from)
    assert found is not None
    assert found.kind == "bounce"
    payload = verify(SECRET, "bounce", found.token or "")
    assert payload is not None
    assert parse_recipient(payload) == recipient
    assert verify(b"another secret of theirs", "bounce", found.token or "") is None
    # A return path is no way out, and a way out is no return path.
    assert verify_leave(SECRET, found.token or "") is None


def test_over_https_a_copy_has_its_one_click_page_before_its_mail_address() -> None:
    stamped = make_stamp(make_settings(**WEB), SECRET)(batch())
    check_outgoing(stamped.content)
    message = message_from_bytes(stamped.content, policy=policy.SMTP)
    page, mailto = str(message["List-Unsubscribe"]).replace("\r\n", "").split(", ")
    token = page.removeprefix("<https://forum.example.org/u/").removesuffix(">")
    assert verify_leave(SECRET, token) == 17
    assert mailto == f"<mailto:sse@forum.example.org?subject=leave%20{token}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "server",
    [
        {},
        WEB | {"base_url": "http://forum.example.org"},
        {"base_url": WEB["base_url"]},
        WEB | {"base_url": "https://forum.example.org/>\r\nBcc: x@example.net"},
    ],
)
def test_without_a_page_over_tls_one_mail_is_the_way_out(server: dict[str, str]) -> None:
    stamped = make_stamp(make_settings(**server), SECRET)(batch())
    check_outgoing(stamped.content)
    message = message_from_bytes(stamped.content, policy=policy.SMTP)
    assert str(message["List-Unsubscribe"]).startswith("<mailto:sse@forum.example.org?subject=leave%20r")
    assert "List-Unsubscribe-Post" not in message


def test_nothing_else_of_a_mail_changes() -> None:
    content = letter("List-Unsubscribe: <mailto:x@example.net>\n\nList-Unsubscribe: <y>\n")
    stamped = make_stamp(make_settings(**WEB), SECRET)(batch(content=content)).content
    head, _, body = content.partition(b"\r\n\r\n")
    stamped_head, _, stamped_body = stamped.partition(b"\r\n\r\n")
    assert stamped_body == body
    ours = [line for line in stamped_head.split(b"\r\n") if line not in head.split(b"\r\n")]
    assert [line[:23] for line in ours] == [
        b"List-Unsubscribe: <http",
        b" <mailto:sse@forum.exam",
        b"List-Unsubscribe-Post: ",
    ]
    notice = letter("You wrote.", headers=())
    assert make_stamp(make_settings(**WEB), SECRET)(batch(content=notice)).content == notice
