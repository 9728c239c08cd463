"""Which posts wait, and why."""

from dataclasses import replace

import pytest

from handlers.rules import Disposition, Submitted, judge

PLAIN = Submitted(
    moderation="none",
    size=2_000,
    max_size=1_000_000,
    text="We run a seed bank.",
    attachments=0,
    spam=False,
    authors=1,
)


def test_an_unmoderated_list_accepts_a_plain_post() -> None:
    assert judge(PLAIN).disposition is Disposition.ACCEPT


@pytest.mark.parametrize(
    ("change", "disposition", "reasons"),
    [
        ({"moderation": "all"}, Disposition.HOLD, ("all-posts",)),
        ({"moderation": "newcomers"}, Disposition.HOLD, ("newcomer",)),
        ({"spam": True}, Disposition.HOLD, ("suspected-spam",)),
        ({"authors": 2}, Disposition.HOLD, ("several-authors",)),
        ({"authors": 0, "spam": True}, Disposition.HOLD, ("several-authors", "suspected-spam")),
        ({"text": " \n", "attachments": 1}, Disposition.HOLD, ("attachment-only",)),
        ({"text": ""}, Disposition.REJECT, ("empty",)),
        ({"size": 1_000_001}, Disposition.REJECT, ("too-large",)),
        ({"size": 1_000_001, "spam": True}, Disposition.REJECT, ("too-large",)),
        ({"correction": True}, Disposition.HOLD, ("correction",)),
        ({"doubtful_link": True}, Disposition.HOLD, ("doubtful-link",)),
        ({"distributed": True}, Disposition.ACCEPT, ("external-list",)),
        ({"distributed": True, "moderation": "all"}, Disposition.ACCEPT, ("external-list",)),
        ({"distributed": True, "moderation": "newcomers"}, Disposition.ACCEPT, ("external-list",)),
        ({"distributed": True, "spam": True}, Disposition.HOLD, ("suspected-spam",)),
        ({"distributed": True, "correction": True}, Disposition.HOLD, ("correction",)),
        ({"past_list": True}, Disposition.HOLD, ("not-from-list",)),
        ({"past_list": True, "moderation": "all"}, Disposition.HOLD, ("not-from-list", "all-posts")),
    ],
)
def test_each_rule_gives_its_reason(change: dict, disposition: Disposition, reasons: tuple[str, ...]) -> None:
    verdict = judge(replace(PLAIN, **change))
    assert (verdict.disposition, verdict.reasons) == (disposition, reasons)
