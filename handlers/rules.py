"""Accept, hold, reject or discard: an ordered table of rules, each with a named reason.

The reason reaches the moderator, the log and the tests by the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """What becomes of a post."""

    ACCEPT = "accept"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the rules may look at; sizes in bytes."""

    moderation: str
    size: int
    max_size: int
    text: str
    attachments: int
    spam: bool
    authors: int
    correction: bool = False
    doubtful_link: bool = False
    replaced_size: int = 0
    second_translation: bool = False
    unread: bool = False
    from_attachment: bool = False
    sent_for_another: bool = False
    other_language: bool = False
    two_languages: bool = False
    unlike_original: bool = False
    """It names a contribution that it does not look like a translation of."""
    likely_translation: bool = False
    """It may be a translation of a contribution, by what it says."""
    likely_correction: bool = False
    """Its author has sent nearly the same text before."""
    distributed: bool = False
    """An external list has distributed it: its moderation was that list's."""
    past_list: bool = False
    """It came where only what that list distributes should."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A disposition and why: the names of the rules that were true, or who accepted it in our place."""

    disposition: Disposition
    reasons: tuple[str, ...] = ()


SHRUNK = 3
"""A corrected text that is this many times shorter than what it would replace is pointed out."""

EXTERNAL_LIST = "external-list"
"""The reason of what an external list has accepted."""

Rule = tuple[str, Disposition, Callable[[Submitted], bool]]

RULES: tuple[Rule, ...] = (
    ("too-large", Disposition.REJECT, lambda post: post.size > post.max_size),
    ("empty", Disposition.REJECT, lambda post: not post.text.strip() and not post.attachments),
    ("attachment-only", Disposition.HOLD, lambda post: not post.text.strip() or post.unread),
    ("text-from-attachment", Disposition.HOLD, lambda post: post.from_attachment),
    # From can be forged: somebody's name must not stand under words that only a forger says are theirs.
    ("sent-for-another", Disposition.HOLD, lambda post: post.sent_for_another),
    ("several-authors", Disposition.HOLD, lambda post: post.authors != 1),
    ("suspected-spam", Disposition.HOLD, lambda post: post.spam),
    ("not-from-list", Disposition.HOLD, lambda post: post.past_list),
    ("correction", Disposition.HOLD, lambda post: post.correction),
    # "Thank you!" in answer to a receipt is no corrected text.
    ("much-shorter", Disposition.HOLD, lambda post: post.size * SHRUNK < post.replaced_size),
    ("second-translation", Disposition.HOLD, lambda post: post.second_translation),
    ("doubtful-link", Disposition.HOLD, lambda post: post.doubtful_link),
    ("unlike-original", Disposition.HOLD, lambda post: post.unlike_original),
    ("likely-translation", Disposition.HOLD, lambda post: post.likely_translation),
    ("likely-correction", Disposition.HOLD, lambda post: post.likely_correction),
    ("two-languages", Disposition.HOLD, lambda post: post.two_languages),
    ("other-language", Disposition.HOLD, lambda post: post.other_language),
    # From can be forged: without a trusted authentication result nobody is known, so newcomers' rules hold all.
    ("newcomer", Disposition.HOLD, lambda post: post.moderation == "newcomers" and not post.distributed),
    ("all-posts", Disposition.HOLD, lambda post: post.moderation == "all" and not post.distributed),
)


def judge(post: Submitted) -> Verdict:
    """The first rejecting rule decides; else every holding rule that is true is named; else accept."""
    true = [(name, disposition) for name, disposition, is_true in RULES if is_true(post)]
    for name, disposition in true:
        if disposition is Disposition.REJECT:
            return Verdict(disposition, (name,))
    if true:
        return Verdict(Disposition.HOLD, tuple(name for name, _ in true))
    return Verdict(Disposition.ACCEPT, (EXTERNAL_LIST,) if post.distributed else ())
