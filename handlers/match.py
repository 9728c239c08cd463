"""Of which contribution is a text a version, by what it says? Asks the content matcher; keeps what was decided and why.

The matcher is long-lived and knows texts by the ids of their revisions; what they belong to is asked of the store each
time, because people join and separate contributions meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.context import Context
from handlers.linking.boilerplate import cut_recurring
from handlers.linking.matching import (
    MOST_CHOICES,
    NOTHING_FOUND,
    Candidate,
    Found,
    Indexed,
    Match,
    Matcher,
)
from handlers.linking.reasons import Reason
from handlers.linking.twins import find_twin
from store.links import LINKED, SUGGESTED
from store.posts import Post
from store.sql import id_of
from store.tables import Contribution
from store.vectors import Stored

TWIN = "twin"
"""The signal of a text that its author sent nearly the same of before: offered to be replaced, not translated."""
NEAREST = 40
"""Texts that are looked at closely, of all times and of those near in time."""
EARLIER = 10
"""Earlier posts of an author, and of a list, in which something recurs."""
OWN = 20
"""An author's texts among which a corrected one may have its first form."""

OVERLAP = 50
"""Ids below the newest known that are looked at again: the transaction that took them may have been slower."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A text as the matcher saw it, to be kept; and the texts that it may be a version of.

    `replaces` is the contribution whose text, by the same author in the same language, is nearly this one.
    """

    text: str
    vectors: bytes
    found: Found = NOTHING_FOUND
    replaces: Match | None = None


NOT_COMPARED = Compared("", b"")


def compare(
    ctx: Context, text: str, text_hash: str, language: str, author: str, received_at: datetime
) -> Compared:
    """What a new text that names no contribution may be a version of."""
    replaces = _find_replaced(ctx, text, language, author)
    matcher = _find_matcher(ctx, language)
    if matcher is None:
        return replace(NOT_COMPARED, replaces=replaces)
    compared, vectors = encode_text(ctx, matcher, text, language, author)
    if not vectors:
        return replace(NOT_COMPARED, replaces=replaces)
    _catch_up(ctx, matcher)
    since = received_at - timedelta(days=ctx.settings.forum.link_days)
    near = [
        *matcher.find_nearest(vectors, language, since=since, limit=NEAREST),
        *matcher.find_nearest(vectors, language, limit=NEAREST),
        *matcher.find_siblings(vectors, language),
    ]
    stored = ctx.uow.vectors.list_candidates(matcher.model, tuple(dict.fromkeys(near)), language)
    matcher.move({text.revision_id: text.contribution_id for text in stored})
    separated = ctx.uow.vectors.list_separated(text_hash)
    phase = ctx.uow.phases.find_at(received_at)
    candidates = [
        _candidate(one, phase.id if phase else None, received_at, ctx.settings.forum.link_days)
        for one in stored
        if one.contribution_id not in separated
    ]
    found = matcher.decide(compared, vectors, language, candidates)
    return Compared(compared, vectors, _only_suggest_taken(found, stored), replaces)


def remember(ctx: Context, post: Post, compared: Compared = NOT_COMPARED) -> None:
    """Keep the vectors of a text, so that its translations find it."""
    matcher = _find_matcher(ctx, post.version.language)
    if matcher is None or post.contribution.parent_id is not None:
        return
    text, vectors = compared.text, compared.vectors
    if not vectors:
        text, vectors = encode_text(
            ctx, matcher, post.revision.text, post.version.language, post.revision.author_email
        )
    if vectors:
        ctx.uow.vectors.keep(post.revision_id, matcher.model, text, vectors)


def remember_missing(ctx: Context, limit: int) -> int:
    """Encode texts that came while there was no matcher, or another model; how many there were."""
    matcher = ctx.matcher
    if matcher is None:
        return 0
    languages = [language for language in ctx.settings.languages if matcher.knows(language)]
    missing = ctx.uow.vectors.list_missing(matcher.model, languages, limit)
    for revision_id, text, language, author in missing:
        compared, vectors = encode_text(ctx, matcher, text, language, author)
        # Kept also where it has no words: it is not to be looked at again.
        ctx.uow.vectors.keep(revision_id, matcher.model, compared, vectors)
    return len(missing)


def keep_found(ctx: Context, post: Post, compared: Compared, linked_by: str, match: Match | None) -> None:
    """Write down what a text was taken for: the link that was made, or those that a moderator may make."""
    if linked_by:
        _keep(ctx, post, post.contribution_id, LINKED, linked_by, match, 1)
        return
    # What it may replace it is no translation of: one row, and the choices count from 1.
    replaced = compared.replaces.contribution if compared.replaces else None
    suggested = [one for one in compared.found.suggested if one.contribution != replaced]
    for choice, one in enumerate(suggested, 1):
        _keep(ctx, post, one.contribution, SUGGESTED, "content", one, choice)
    if compared.replaces is not None:
        _keep(
            ctx,
            post,
            compared.replaces.contribution,
            SUGGESTED,
            TWIN,
            compared.replaces,
            len(suggested) + 1,
        )


def keep_named(ctx: Context, post: Post, named: Sequence[Contribution]) -> None:
    """Offer what a text names to a moderator, where it names several."""
    for choice, one in enumerate(named, 1):
        _keep(ctx, post, id_of(one), SUGGESTED, "code", None, choice)


def _keep(
    ctx: Context, post: Post, contribution_id: int, state: str, signal: str, match: Match | None, choice: int
) -> None:
    ctx.uow.links.keep(
        post.revision_id,
        contribution_id,
        state=state,
        signal=signal,
        probability=match.probability if match else None,
        reasons=[(reason.name, *reason.values) for reason in match.reasons] if match else (),
        covers=(match.covered.first, match.covered.last, match.covered.total)
        if match and match.covered
        else (),
        choice=choice,
    )


def _find_matcher(ctx: Context, language: str) -> Matcher | None:
    return ctx.matcher if ctx.matcher is not None and ctx.matcher.knows(language) else None


def encode_text(ctx: Context, matcher: Matcher, text: str, language: str, author: str) -> tuple[str, bytes]:
    """The text without what recurs in its author's and its list's posts, and its vectors."""
    compared = cut_recurring(text, ctx.uow.vectors.list_earlier(language, author, EARLIER))
    return compared, matcher.encode(compared)


def _catch_up(ctx: Context, matcher: Matcher) -> None:
    """Add what was kept since, by whatever process; what others have not committed yet gets a later look."""
    after = max(0, matcher.newest - OVERLAP)
    matcher.add(
        Indexed(one.revision_id, one.contribution_id, one.language, one.received_at, one.vectors)
        for one in ctx.uow.vectors.list_after(matcher.model, after)
        if one.vectors
    )


def _candidate(one: Stored, phase_id: int | None, received_at: datetime, days: int) -> Candidate:
    """`recent`: of the same phase, or received within so many days before or after."""
    near = abs(one.received_at - received_at) <= timedelta(days=days)
    return Candidate(
        key=one.revision_id,
        contribution=one.contribution_id,
        language=one.language,
        text=one.compared,
        vectors=one.vectors,
        recent=near or (phase_id is not None and one.phase_id == phase_id),
    )


def _only_suggest_taken(found: Found, stored: Sequence[Stored]) -> Found:
    """A second text in a language never takes the place of the first by itself."""
    taken = {one.contribution_id for one in stored if one.taken}
    if found.linked is None or found.linked.contribution not in taken:
        return found
    return Found(None, (found.linked, *found.suggested)[:MOST_CHOICES])


def _find_replaced(ctx: Context, text: str, language: str, author: str) -> Match | None:
    """What the same address wrote nearly the same of before, in the same language."""
    if not author:
        return None
    own = ctx.uow.vectors.list_own(language, author, OWN)
    twin = find_twin(text, [(revision_id, earlier) for revision_id, _, earlier in own])
    if twin is None:
        return None
    contribution = next(contribution_id for revision_id, contribution_id, _ in own if revision_id == twin.key)
    reason = Reason("shared-words", (str(round(100 * twin.share)),))
    return Match(twin.key, contribution, twin.share, (reason,))
