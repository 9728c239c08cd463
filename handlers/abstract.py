"""An abstract by a translator, a moderator or the author: it waits until a moderator of its list has said yes.

From proves nothing, so a moderator's own is asked back like any other; where nothing is moderated none waits.
"""

from handlers.abstract_mail import (
    ABSTRACT,
    ask_about_abstract,
    confirm_abstract,
    tell_moderator,
    tell_what_became,
)
from handlers.abstracting import Brought, find_brought
from handlers.authorship import find_author
from handlers.context import Context, Incoming, Outcome
from handlers.elsewhere import tell_abstract
from handlers.mail.abstracts import MAX_TEXT
from handlers.mail.answers import Verdict, clean_reason, parse_answer
from handlers.words import answer_words
from store.abstracts import AUTHOR, MODERATOR, REPLACED, TRANSLATOR
from store.posts import COMPLETE, HELD, PUBLISHED, REJECTED
from store.sql import id_of
from store.tables import Abstract, Contribution, Token

MOST_A_DAY = 20
"""Abstracts of one address: each writes to all moderators of its list."""

_BY_ADDRESS: dict[str, Verdict] = {"approve": "approve", "reject": "reject", "discard": "discard"}


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Keep an abstract, or carry out what a moderator decided about one."""
    if not incoming.live:
        return Outcome("abstract", "archive")
    token = incoming.token
    if token is not None and token.purpose == ABSTRACT:
        return _decide(incoming, token, ctx)
    brought = find_brought(
        ctx, incoming.mail, incoming.text, incoming.to, incoming.answered, incoming.subject_of
    )
    if brought is None or not incoming.author_email or incoming.mail.author_count != 1:
        return Outcome("abstract", "no-author")
    return _receive(incoming, brought, ctx)


def _receive(incoming: Incoming, brought: Brought, ctx: Context) -> Outcome:
    contribution = brought.contribution
    if contribution is None or (problem := _find_problem(brought, contribution, ctx)):
        problem = problem if contribution is not None else "unknown"
        confirm_abstract(ctx, incoming, brought, problem)
        return Outcome("abstract", problem, contribution.id if contribution else None)
    earlier = ctx.uow.abstracts.list_by(id_of(contribution), brought.language, incoming.author_email)
    for one in earlier:
        if one.state in (HELD, PUBLISHED) and (one.title, one.text) == (brought.title, brought.text):
            return Outcome("duplicate", "same-text", contribution.id)
    if not ctx.uow.people.allow(incoming.author_email, ABSTRACT, MOST_A_DAY):
        return Outcome("abstract", "limit", contribution.id)
    for one in earlier:
        if one.state == HELD:
            ctx.uow.abstracts.set_state(one, REPLACED)
            ctx.uow.tokens.end_about(ABSTRACT, str(one.id))
    abstract = _keep(incoming, brought, contribution, ctx)
    if ctx.settings.forum.moderation == "none" and not incoming.mail.spam:
        _publish(abstract, ctx)
        return Outcome("abstract", PUBLISHED, contribution.id)
    for email in ctx.settings.moderators(brought.language):
        ask_about_abstract(ctx, abstract, contribution, email)
    confirm_abstract(ctx, incoming, brought, "received")
    return Outcome("abstract", HELD, contribution.id)


def _find_problem(brought: Brought, contribution: Contribution, ctx: Context) -> str:
    """Why it cannot be taken; nothing where it can."""
    if contribution.withdrawn_at is not None:
        return "unknown"
    if brought.language == contribution.language:
        return "own-language"
    version = ctx.uow.contributions.find_version(contribution.id, brought.language)
    if version and version.current_revision_id is not None and version.completeness == COMPLETE:
        return "there"
    if not brought.text:
        return "empty"
    return "too-long" if len(brought.text) > MAX_TEXT else ""


def _keep(incoming: Incoming, brought: Brought, contribution: Contribution, ctx: Context) -> Abstract:
    email = incoming.author_email
    origin = TRANSLATOR
    if email in ctx.settings.moderators(brought.language):
        origin = MODERATOR
    if email in ctx.uow.people.list_addresses(contribution.author_email):
        origin = AUTHOR
    abstract = Abstract(
        contribution_id=id_of(contribution),
        language=brought.language,
        state=HELD,
        origin=origin,
        title=brought.title,
        text=brought.text,
        author_name=find_author(ctx, incoming, None).name,
        author_email=email,
        machine=brought.machine,
        delivery_id=incoming.delivery.id,
        received_at=incoming.delivery.received_at,
    )
    ctx.uow.abstracts.add(abstract)
    return abstract


def _decide(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """The first decision stands; only the address that was asked decides."""
    abstract = ctx.uow.abstracts.find(int(token.about or 0))
    if abstract is None:
        return Outcome("decision", "unknown-token")
    if incoming.mail.author_count != 1 or incoming.author_email != token.email:
        ctx.uow.journal.write("refused-answer", "unknown", f"abstract {abstract.id}")
        return Outcome("decision", "other-address", abstract.contribution_id)
    kind = incoming.to.kind if incoming.to else ""
    answer = parse_answer(incoming.text, answer_words(ctx.settings.languages))
    verdict, reason = answer.verdict, answer.reason
    if by_address := _BY_ADDRESS.get(kind):
        verdict, reason = by_address, clean_reason(incoming.text) if by_address == "reject" else ""
    ctx.uow.abstracts.lock(abstract)
    if verdict not in ("approve", "reject", "discard") or answer.number:
        tell_moderator(ctx, incoming, token, abstract, "unclear")
        return Outcome("decision", "unclear", abstract.contribution_id)
    if abstract.state != HELD or not ctx.uow.tokens.use(token):
        status = "expired" if abstract.state == HELD else "stands"
        tell_moderator(ctx, incoming, token, abstract, status)
        return Outcome("decision", status, abstract.contribution_id)
    ctx.uow.tokens.end_about(ABSTRACT, token.about)
    ctx.uow.journal.write(verdict, token.email, f"abstract {abstract.id}", reason=reason)
    if verdict == "approve":
        _publish(abstract, ctx)
    else:
        ctx.uow.abstracts.set_state(abstract, REJECTED)
        if verdict == "reject":
            tell_what_became(ctx, abstract, "returned", reason)
    return Outcome("decision", "done", abstract.contribution_id)


def _publish(abstract: Abstract, ctx: Context) -> None:
    """Show it; its list hears of the first one, its sender of each."""
    if ctx.uow.abstracts.publish(abstract):
        tell_abstract(ctx, abstract)
    tell_what_became(ctx, abstract, "published")
