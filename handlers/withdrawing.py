"""The command "withdraw": somebody takes back what they wrote, once they have confirmed it from their own address.

A contribution keeps its number and leaves later counts, and its comments stay; of a translation only that text goes.
Readers are not written to: the number says so to whoever asks for it. The moderators of its list are told.
"""

from datetime import timedelta

from config.render import Rendered
from handlers.belonging import PUBLICATIONS
from handlers.context import Context, Incoming, Outcome
from handlers.decide import Status
from handlers.joining import withdraw
from handlers.notices import About, enqueue_answer, enqueue_notice, render_notice
from handlers.requests import Request, answer_once_a_day
from store.posts import WITHDRAWN, Post
from store.tables import Contribution, Token

WITHDRAW = "withdraw"
"""The purpose of the token."""
LIFETIME = timedelta(days=3)
BETWEEN = timedelta(hours=1)
"""Between two questions about the same text."""
QUESTIONS_A_DAY = 5


def answer_withdraw(request: Request, ctx: Context) -> Rendered | None:
    """Ask whether it was really its author; why not, where it is nobody's or another's text."""
    contribution = ctx.uow.contributions.find_by_number(request.number or 0)
    if contribution is None or contribution.withdrawn_at is not None:
        template = "no_contribution" if contribution is None else "withdrawn_contribution"
        return answer_once_a_day(request, ctx, template, request.language)
    post = _find_own(ctx, contribution, request.email, request.wanted)
    if post is None:
        number = contribution.number
        return answer_once_a_day(request, ctx, "not_own", request.language, number=number, verb=WITHDRAW)
    about = f"{post.contribution_id} {post.version.language}"
    asked = ctx.uow.tokens.list_unconfirmed(WITHDRAW, (request.email,), ctx.now - BETWEEN)
    if any(token.about == about for token in asked):
        return answer_once_a_day(request, ctx, "asked", request.language)
    if ctx.uow.people.allow(request.email, WITHDRAW, QUESTIONS_A_DAY):
        _ask(request, ctx, post, about)
    return None


def confirm_withdraw(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """The author means it; `token` is spent. Nothing, where the text has become another's meanwhile."""
    contribution_id, _, language = token.about.partition(" ")
    contribution = ctx.uow.contributions.find_contribution(int(contribution_id))
    kept = ctx.uow.merges.find_kept(contribution) if contribution else None
    post = _find_own(ctx, kept, token.email, language) if kept and kept.withdrawn_at is None else None
    if post is None:
        return Outcome("command", "withdrawn-before")
    ctx.uow.contributions.lock(post)
    number, whole = post.contribution.number or 0, _is_whole(post)
    if whole:
        if withdraw(ctx, post.contribution, by="author", how="reply") is not Status.DONE:
            return Outcome("command", "withdrawn-before")
    else:
        _withdraw_text(ctx, post, ctx.uow.people.list_addresses(token.email))
    ctx.uow.outbox.cancel(post.revision_id, PUBLICATIONS)
    _tell(ctx, incoming, token, post, number, whole=whole)
    return Outcome("command", "withdrawn", post.contribution_id, post.revision_id)


def _find_own(ctx: Context, contribution: Contribution, email: str, wanted: str | None) -> Post | None:
    """Their published text: in the language that is named, else the original, else any."""
    emails = ctx.uow.people.list_addresses(email)
    for post in ctx.uow.contributions.list_published(contribution.id or 0):
        if post.revision.author_email in emails and wanted in (None, post.version.language):
            return post
    return None


def _is_whole(post: Post) -> bool:
    """Whether the whole contribution goes: with its original, what translates it."""
    return post.version.language == post.contribution.language


def _ask(request: Request, ctx: Context, post: Post, about: str) -> None:
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, WITHDRAW, request.email, request.language, LIFETIME, about=about)
    rendered = render_notice(
        ctx,
        "confirm_withdraw",
        request.language,
        number=post.contribution.number,
        title=post.revision.title,
        whole=_is_whole(post),
        text_language=post.version.language,
        token=secret,
    )
    enqueue_answer(
        ctx,
        request.incoming,
        "confirm_withdraw",
        f"{token.id}",
        request.language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(token_id=token.id),
    )


def _withdraw_text(ctx: Context, post: Post, emails: tuple[str, ...]) -> None:
    """A translation can no longer be read, and what its author sent later for it waits no longer."""
    waiting = [
        form.revision_id
        for form in ctx.uow.waiting.list_forms(post.version.id)
        if form.author_email in emails
    ]
    for revision_id in (post.revision_id, *waiting):
        other = ctx.uow.contributions.get_post(revision_id)
        ctx.uow.contributions.set_state(other, WITHDRAWN)
        ctx.uow.tokens.end_for_revision(revision_id)
        ctx.uow.deliveries.change_outcome(other.revision.delivery_id, WITHDRAWN)
    post.version.current_revision_id = None
    ctx.uow.contributions.add(post.version)
    ctx.uow.journal.write(WITHDRAW, "author", f"revision {post.revision_id}", how="reply")


def _tell(ctx: Context, incoming: Incoming, token: Token, post: Post, number: int, *, whole: bool) -> None:
    values = {
        "number": number,
        "title": post.revision.title,
        "whole": whole,
        "text_language": post.version.language,
    }
    rendered = render_notice(ctx, "withdrawn", token.language, **values)
    enqueue_answer(
        ctx,
        incoming,
        "withdrawn",
        f"{token.id}",
        token.language,
        rendered,
        # Whoever wants it back has the organizers do it.
        reply_to=ctx.addresses.postmaster,
    )
    for email in ctx.settings.moderators(post.version.language):
        rendered = render_notice(ctx, "withdrawn_told", post.version.language, **values)
        key = f"{token.id}.{email}"
        enqueue_notice(ctx, "withdrawn_told", key, email, post.version.language, rendered)
