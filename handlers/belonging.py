"""What a mail belongs to: the contribution that it translates, or comments; by signals and by threading.

Threading never leaves the forum: only messages that the store knows are followed. What says that it is of this forum's
number and comes from a thread that is not ours is a moderator's to judge.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.addresses import LocalAddress
from handlers.agreement import agree
from handlers.context import Context
from handlers.elsewhere import ELSEWHERE
from handlers.external import name_list
from handlers.linking.matching import MOST_CHOICES, Match
from handlers.linking.signals import (
    MIN_WORDS,
    Signal,
    find_bare_code,
    find_code,
    find_signal,
    is_elsewheres,
)
from handlers.linking.wording import CODE
from handlers.mail.headers import decode_header_value
from handlers.mail.listed import clean_prefix
from handlers.mail.parse import ParsedMail
from handlers.versions import CARRIED
from handlers.words import translation_wording
from store.posts import Post
from store.tables import Contribution, Outgoing

PUBLICATIONS = ("contribution", "translation", "comment", "correction", "notice", ELSEWHERE)
"""Kinds of our mail that pass on what somebody wrote, or say that it is there: an answer is a comment."""
DIGEST = "digest"
"""Kind of our mail that tells of many texts: an answer is a comment on the one that it names, `[#12]`."""
MAX_HEADERS = 5
"""Headers of one name that are looked at."""

_ANOTHER_FORUM = re.compile(r"<[a-z_]{1,30}\.[a-z2-7]{28}@([^<>@\s]+)>")
"""What a forum like this one calls its mail."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """The contribution that a mail translates, where `signal` says how that is known, or else comments.

    `match` is why, where the texts were compared. A signal without a contribution is a moderator's to judge; `named`
    are those that it may be of.
    """

    signal: Signal | None = None
    contribution: Contribution | None = None
    match: Match | None = None
    named: tuple[Contribution, ...] = ()


NOTHING = Belonging()


@dataclass(frozen=True, slots=True)
class Thread:
    """What a mail answers: `ids` as it names them, the nearest first; the post and the mail of ours that they are."""

    ids: Sequence[str] = ()
    post: Post | None = None
    answered: Outgoing | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether it answers something, and nothing that we know."""
        return bool(self.ids) and self.post is None and self.answered is None

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether it answers what a list was told of a text in another language: its number says nothing by itself."""
        return self.answered is not None and self.answered.kind == ELSEWHERE


def find_belonging(
    mail: ParsedMail, text: str, to: LocalAddress | None, thread: Thread, ctx: Context
) -> Belonging:
    """What a text that was sent to an address belongs to."""
    if to is None or to.kind not in ("list", "reply", "translation"):
        return NOTHING
    subject = clean_own_prefix(ctx, mail.subject)
    found = _find_translated(mail, subject, text, to, thread, ctx)
    if found.signal is None and found.contribution is None and to.kind != "translation":
        found = Belonging(contribution=_find_commented(subject, text, to, thread, ctx))
    # What it answers may have been merged into another since.
    kept = ctx.uow.merges.find_kept(found.contribution) if found.contribution else None
    return replace(found, contribution=kept)


def clean_own_prefix(ctx: Context, subject: str) -> str:
    """A subject without the names of this forum's lists in front: "[sse-fr] Re: [#12] …"."""
    for language in ctx.settings.languages:
        subject = clean_prefix(subject, name_list(ctx.settings, language))
    return subject


def _find_translated(
    mail: ParsedMail, subject: str, text: str, to: LocalAddress, thread: Thread, ctx: Context
) -> Belonging:
    """Signals 1 to 4: what it is a version of, and how that is known."""
    if carried := _find_carried(to, thread.answered, ctx):
        return carried
    signal = find_signal(
        address_number=to.number if to.kind == "translation" else None,
        answered_number=to.number if to.kind == "reply" else None,
        subject=subject,
        text=text,
        headers=_list_headers(mail),
        wording=translation_wording(ctx.settings.languages),
    )
    if signal is not None and (signal.said or not thread.is_from_elsewhere):
        return _judge(signal, to, thread, ctx)
    if (left := find_bare_code(subject)) and left.translates:
        named = ctx.uow.contributions.find_by_number(left.number)
        if named is not None and _is_titled(ctx, named, left.title):
            return Belonging(Signal(left.number, "code"), named)
    return _find_answered(text, mail.author.email if mail.author else "", to, thread, ctx)


def _find_carried(to: LocalAddress, answered: Outgoing | None, ctx: Context) -> Belonging | None:
    """An answer that lost its plus-address, to a mail of ours that brought its author a text to translate."""
    if (
        answered is None
        or answered.kind not in CARRIED
        or (to.kind, to.language) != ("list", answered.language)
    ):
        return None
    carried = ctx.uow.contributions.find_contribution(answered.contribution_id)
    named = ctx.uow.contributions.find_by_number(carried.number) if carried and carried.number else None
    return Belonging(Signal(named.number or 0, "address"), named) if named else None


def _list_headers(mail: ParsedMail) -> tuple[str, ...]:
    """What every `Translation-Of` of a mail says; one is as good as another."""
    said = [value for name, value in mail.headers if name.lower() == "translation-of"]
    return tuple(decode_header_value(value) for value in said[:MAX_HEADERS])


def _judge(signal: Signal, to: LocalAddress, thread: Thread, ctx: Context) -> Belonging:
    """Whether the number that a mail names is surely what it is of."""
    if not signal.said and to.kind == "reply":
        return NOTHING  # the address says to what it is a comment
    named = ctx.uow.contributions.find_by_number(signal.number)
    foreign = signal.name != "address" and _is_from_elsewhere(signal, thread, ctx)
    if signal.rivals or named is None or named.withdrawn_at is not None or foreign:
        return Belonging(signal, named=() if foreign else _find_named(signal, to, ctx))
    about_many = thread.answered is not None and thread.answered.kind == DIGEST
    if signal.said or (named.language != to.language and not about_many):
        return Belonging(signal, named)
    return Belonging(contribution=named)  # a plain `[#12]` in the original's own language is a comment


def _find_named(signal: Signal, to: LocalAddress, ctx: Context) -> tuple[Contribution, ...]:
    """What a mail that names several numbers may be a translation of."""
    numbers = (signal.number, *signal.rivals)[:MOST_CHOICES]
    found = [ctx.uow.contributions.find_by_number(number) for number in numbers]
    those = {
        one.id: one
        for one in found
        if one is not None and one.withdrawn_at is None and one.language != to.language
    }
    return tuple(those.values())


def _is_from_elsewhere(signal: Signal, thread: Thread, ctx: Context) -> bool:
    """A plain code in a thread that is not ours, or whatever is said in one of another forum like this."""
    if not thread.is_foreign:
        return False
    domain = ctx.settings.forum.domain
    forums = [match[1].lower() for one in thread.ids if (match := _ANOTHER_FORUM.fullmatch(one))]
    return not signal.said or any(forum != domain for forum in forums)


def _find_answered(text: str, author: str, to: LocalAddress, thread: Thread, ctx: Context) -> Belonging:
    """Signal 4: an answer in another language whose text agrees with what it answers."""
    if (to.kind != "list" and not thread.is_from_elsewhere) or len(text.split()) < MIN_WORDS:
        return NOTHING
    post = thread.post or _find_answered_post(thread.answered, ctx)
    if post is None or post.contribution.parent_id is not None or post.contribution.withdrawn_at is not None:
        return NOTHING
    if to.language is None or to.language == post.version.language:
        return NOTHING
    agrees, match = agree(ctx, text, to.language, author, post)
    if not agrees:
        return NOTHING
    return Belonging(Signal(post.contribution.number or 0, "thread"), post.contribution, match)


def _find_commented(
    subject: str, text: str, to: LocalAddress, thread: Thread, ctx: Context
) -> Contribution | None:
    """The contribution that an answer belongs under: by address, by the mail that it answers, by `[#12]`."""
    contributions = ctx.uow.contributions
    if to.kind == "reply" and to.number is not None:
        return contributions.find_by_number(to.number)
    if thread.answered and thread.answered.kind in PUBLICATIONS:
        # Where its text is now: it may have been joined to another contribution, or separated from one.
        answered = _find_answered_post(thread.answered, ctx)
        return answered.contribution if answered else None
    if thread.answered:
        # Of the many that a digest tells of, the one that the answer names.
        numbers = {int(code[2]) for code in CODE.finditer(f"{subject}\n{text}")}
        told = thread.answered.kind == DIGEST and len(numbers) == 1
        return contributions.find_by_number(numbers.pop()) if told else None
    if thread.post:
        return thread.post.contribution
    if thread.is_foreign or is_elsewheres(subject):
        return None
    if (number := find_code(subject)) is not None:
        return contributions.find_by_number(number)
    if left := find_bare_code(subject):
        named = contributions.find_by_number(left.number)
        return named if named is not None and _is_titled(ctx, named, left.title) else None
    return None


def _is_titled(ctx: Context, contribution: Contribution, title: str) -> bool:
    """Whether a title is that of one of its published texts."""
    titles = {post.revision.title for post in ctx.uow.contributions.list_published(contribution.id or 0)}
    return " ".join(title.casefold().split()) in {" ".join(each.casefold().split()) for each in titles}


def _find_answered_post(answered: Outgoing | None, ctx: Context) -> Post | None:
    if answered is None or answered.kind not in PUBLICATIONS:
        return None
    return ctx.uow.contributions.find_post(answered.revision_id)
