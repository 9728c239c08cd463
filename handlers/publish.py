"""Publishes a text: numbered, passed on to the list of its language, its author told."""

from datetime import date, datetime

from config.render import Rendered
from handlers.context import Context
from handlers.distribution import What, distribute, list_translation_addresses
from handlers.elsewhere import keep_own_abstracts, spare_list, tell_elsewhere
from handlers.notices import About, enqueue_notice, may_answer, render_notice
from handlers.stale import tell_if_stale, tell_translators
from handlers.versions import REREAD, find_marks, is_reread
from handlers.words import review_words
from store.posts import APPROVED, COMPLETE, HELD, TRANSLATION, WITHDRAWN, Post
from store.tables import Phase

Pause = tuple[int, date]


def publish(ctx: Context, post: Post, second: Post | None = None) -> str:
    """Publish a revision, and what was approved and waited for it; the outcome of its delivery.

    A translation of an original that is not published, or a comment on it, waits with it; so does what belongs to a
    contribution that is withdrawn, until that is restored. `second` is the other original of a message in two
    languages: nobody is asked to translate into it, and the author is told once.
    """
    posts = (post, second) if second else (post,)
    if _waits_for_another(ctx, post):
        for each in posts:
            ctx.uow.contributions.set_state(each, APPROVED)
        return HELD
    what = what_is(ctx, post)
    first = post.contribution.number is None
    for each in posts:
        ctx.uow.contributions.publish(each)
        spare_list(ctx, each)
        if each.version.completeness == COMPLETE:
            # Whoever had taken it to translate has nothing left to do.
            ctx.uow.claims.finish(each.version.language, contribution_id=each.contribution_id)
        keep_own_abstracts(ctx, each)
    _withdraw_older(ctx, post)
    if ctx.uow.contributions.is_live(post.revision):
        for each in posts:
            # The readers have a machine translation already that somebody has reread now.
            if not is_reread(each):
                distribute(ctx, each, what)
        if first:
            tell_elsewhere(ctx, posts)
        tell_author(ctx, post, what)
    if what == "correction":
        tell_translators(ctx, post)
    tell_if_stale(ctx, post)
    if first:
        for waiting in ctx.uow.waiting.list_depending((APPROVED,), post.contribution_id):
            if waiting.revision.state != APPROVED:
                continue  # published meanwhile, with a comment that waited as well
            outcome = publish(ctx, waiting)
            ctx.uow.deliveries.change_outcome(waiting.revision.delivery_id, outcome)
    return "published" if what == "contribution" else what


def _waits_for_another(ctx: Context, post: Post) -> bool:
    parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
    if any(row is not None and row.withdrawn_at is not None for row in (post.contribution, parent)):
        return True
    if post.contribution.number is not None:
        return False
    return post.version.role == TRANSLATION or (parent is not None and parent.number is None)


def _withdraw_older(ctx: Context, post: Post) -> None:
    """What the same author sent earlier for this version, and still waits, is replaced and can no longer be approved.

    Nor can it be said any more that somebody has reread the text that it had until now.
    """
    email, came = post.revision.author_email, (post.revision.received_at, post.revision_id)
    for form in ctx.uow.waiting.list_forms(post.version.id):
        same = bool(email) and form.author_email == email
        if (same and (form.received_at, form.revision_id) < came) or REREAD in form.hold_reasons:
            _withdraw(ctx, form.revision_id)


def _withdraw(ctx: Context, revision_id: int) -> None:
    other = ctx.uow.contributions.find_post(revision_id)
    if other is not None:
        ctx.uow.contributions.set_state(other, WITHDRAWN)
        ctx.uow.tokens.end_for_revision(revision_id)
        ctx.uow.deliveries.change_outcome(other.revision.delivery_id, WITHDRAWN)


def what_is(ctx: Context, post: Post) -> What:
    """What a text is to its readers. Somebody else's second translation is a translation, and no correction."""
    if post.is_correction:
        current = ctx.uow.contributions.find_post(post.version.current_revision_id)
        another = current is not None and current.revision.author_email != post.revision.author_email
        if post.version.role != TRANSLATION or not another:
            return "correction"
    if post.version.role == TRANSLATION:
        return "translation"
    return "comment" if post.contribution.parent_id is not None else "contribution"


def find_pause(ctx: Context, post: Post) -> Pause | None:
    """Number and local opening day of the next phase, where a text came while none is open."""
    contribution = post.contribution
    if contribution.parent_id is not None or contribution.phase_id is not None:
        return None
    following: Phase | None = ctx.uow.phases.find_next(post.revision.received_at)
    return (following.number, following.opens_at.astimezone(ctx.settings.zone).date()) if following else None


def tell_author(ctx: Context, post: Post, what: What, *, key: str = "") -> None:
    """The second receipt: the number, and how to correct and translate the text. Once for each key of a text."""
    revision, language = post.revision, post.version.language
    if not may_answer(ctx, revision.author_email, "receipt"):
        return
    rendered = render_notice(
        ctx,
        "receipt_published",
        language,
        title=revision.title,
        what="reread" if is_reread(post) else what,
        number=post.contribution.number,
        text_language=language,
        marks=find_marks(ctx, post),
        reread_word=review_words((language,))["reread"][0],
        # Whose text has waited was told when it came.
        pause=None if revision.hold_reasons else find_pause(ctx, post),
        wanted=list_translation_addresses(ctx, post.contribution) if what == "contribution" else (),
    )
    enqueue_receipt(ctx, post, "receipt_published", key or str(revision.id), rendered)


def enqueue_receipt(
    ctx: Context, post: Post, kind: str, key: str, rendered: Rendered, send_at: datetime | None = None
) -> None:
    """A mail to the author about a text that is kept: an answer to theirs, in the language of the list."""
    language = post.version.language
    enqueue_notice(
        ctx,
        kind,
        key,
        post.revision.author_email,
        language,
        rendered,
        reply_to=ctx.addresses.answers(language),
        in_reply_to=post.revision.message_id,
        automatic="auto-replied",
        send_at=send_at,
        about=About(post.contribution_id, post.revision_id),
    )
