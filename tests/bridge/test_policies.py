"""What a domain asks of mail in its name, and in whose name a text is passed on."""

import asyncio
from pathlib import Path

import pytest
import structlog

from bridge.policies import PolicyLookup, find_policy, parse_record
from tests.house import FORUM, TestHouse, answer, mail

RECORDS = {
    "_dmarc.strict.example.org": ["v=DMARC1; p=reject; rua=mailto:x@example.org"],
    "_dmarc.open.example.org": ["v=DMARC1;p=none"],
    "_dmarc.example.com": ["v=DMARC1; p=none; sp=quarantine"],
    "_dmarc.twice.example.net": ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
}


async def resolve(name: str) -> list[str]:
    if "broken" in name:
        raise LookupError(name)
    return RECORDS.get(name, [])


@pytest.mark.parametrize(
    ("domain", "policy"),
    [
        ("strict.example.org", "reject"),
        ("STRICT.example.org.", "reject"),
        ("open.example.org", "none"),
        ("mail.strict.example.org", "reject"),
        ("example.com", "none"),
        ("deep.down.in.example.com", "quarantine"),
        ("twice.example.net", "absent"),
        ("nothing.example.net", "absent"),
        ("broken.example.net", "unknown"),
        (".".join("abcdefghijklmnop") + ".strict.example.org", "reject"),
    ],
)
def test_a_domain_or_the_nearest_above_it_says_what_it_asks_for(domain: str, policy: str) -> None:
    assert asyncio.run(find_policy(domain, resolve)) == policy


@pytest.mark.parametrize(
    ("record", "policy"),
    [("v=DMARC1; p=nonsense", "none"), ("v=spf1 -all", None), ("v=DMARC1", "none"), ("", None)],
)
def test_a_record_is_read_as_the_standard_says(record: str, policy: str | None) -> None:
    assert parse_record([record], below=False) == policy


def passed_on(folder: Path, rewrite: str, sender: str, *, look: bool = True) -> tuple[str, str]:
    """From and Reply-To of a text as the list gets it."""
    forum = FORUM.replace("[forum]\n", "[forum]\n", 1).replace(
        "max_contribution_size", f'from_rewrite = "{rewrite}"\nmax_contribution_size'
    )
    house = TestHouse(folder, forum)
    house.subscribe("luz@example.org", language="en")
    house.post(mail(sender=sender, name="Ana"), "sse-en@forum.example.org", mail_from=sender)
    if look:
        asyncio.run(PolicyLookup(house.house.unit, resolve, structlog.get_logger()).look_up())
    raw, address = answer(house.one("held"), "ok", sender="moderator-en@example.org")
    house.post(raw, address, mail_from="moderator-en@example.org")
    sent = next(sent for sent in house.outbox() if sent.kind == "contribution")
    house.close()
    return sent.header("From"), sent.header("Reply-To")


LIST = "Ana via The forum <sse-en@forum.example.org>"


@pytest.mark.parametrize(
    ("rewrite", "sender", "shown"),
    [
        ("always", "ana@open.example.org", LIST),
        ("never", "ana@strict.example.org", "Ana <ana@strict.example.org>"),
        ("dmarc", "ana@strict.example.org", LIST),
        ("dmarc", "ana@open.example.org", "Ana <ana@open.example.org>"),
        ("dmarc", "ana@nothing.example.net", "Ana <ana@nothing.example.net>"),
        ("dmarc", "ana@broken.example.net", LIST),
    ],
)
def test_the_list_stands_in_from_where_the_author_s_domain_asks_for_it(
    tmp_path: Path, rewrite: str, sender: str, shown: str
) -> None:
    assert passed_on(tmp_path, rewrite, sender) == (shown, "sse+c1-en@forum.example.org")


def test_a_domain_that_was_not_looked_up_yet_counts_as_one_that_objects(tmp_path: Path) -> None:
    assert passed_on(tmp_path, "dmarc", "ana@open.example.org", look=False)[0] == LIST


def test_an_answer_is_kept_and_not_asked_for_again(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    for sender in ("ana@open.example.org", "luz@broken.example.net"):
        house.post(mail(f"From {sender}.", sender=sender), "sse-en@forum.example.org", mail_from=sender)
    asked: list[str] = []

    async def count(name: str) -> list[str]:
        asked.append(name)
        return await resolve(name)

    lookup = PolicyLookup(house.house.unit, count, structlog.get_logger())
    asyncio.run(lookup.look_up())
    asyncio.run(lookup.look_up())
    assert asked == ["_dmarc.broken.example.net", "_dmarc.open.example.org"]
    house.wait(hours=2)
    asyncio.run(lookup.look_up())
    assert asked[2:] == ["_dmarc.broken.example.net"]
    house.close()
