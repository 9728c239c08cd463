"""A word about a translation that is there: its translator finds it still right, or somebody has reread a machine's.

The first needs the notice that asked, which only its translator has; the second a moderator, because From can be forged.
"""

from handlers.authorship import find_author
from handlers.context import Context, Incoming, Outcome
from handlers.hold import ask_moderators
from handlers.notices import About, enqueue_answer, may_answer, render_notice
from handlers.receipts import confirm_receipt, return_to_author
from handlers.versions import REREAD, find_said
from store.posts import HELD, TRANSLATION, Post, is_stale
from store.tables import Contribution, Revision


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Nothing is decided by what says no more than a name in From."""
    answered = incoming.answered
    contribution = incoming.subject_of
    if contribution is None and answered is not None:
        contribution = ctx.uow.contributions.find_contribution(answered.contribution_id)
    if not incoming.live or contribution is None or not incoming.author_email:
        return Outcome("review", "nothing-to-review")
    if find_said(ctx, incoming.text) == "still-right":
        return _confirm(incoming, contribution, ctx)
    return _reread(incoming, contribution, ctx)


def _confirm(incoming: Incoming, contribution: Contribution, ctx: Context) -> Outcome:
    """The translation is of the corrected text from now on; of the one that the notice showed, and no newer one."""
    answered = incoming.answered
    language = answered.language if answered else incoming.language
    carried = ctx.uow.contributions.find_post(answered.revision_id if answered else None)
    post = ctx.uow.contributions.current_text(contribution.id or 0, language)
    if post is None or post.version.role != TRANSLATION or carried is None:
        return Outcome("review", "nothing-to-review")
    translator = post.revision.author_email
    if incoming.mail.author_count != 1 or incoming.author_email not in ctx.uow.people.list_addresses(
        translator
    ):
        ctx.uow.journal.write("refused-review", "unknown", f"revision {post.revision_id}")
        return_to_author(ctx, incoming, language, post.revision.title, "not-translator")
        return Outcome("review", "other-address", post.contribution_id, post.revision_id)
    ctx.uow.contributions.lock(post)
    if carried.contribution_id == post.contribution_id and carried.revision_id > (
        post.revision.source_revision_id or 0
    ):
        post.revision.source_revision_id = carried.revision_id
        ctx.uow.contributions.add(post.revision)
    ctx.uow.journal.write(
        "still-right", translator, f"revision {post.revision_id}", source=carried.revision_id
    )
    _thank(incoming, post, ctx)
    return Outcome("review", "still-right", post.contribution_id, post.revision_id)


def _thank(incoming: Incoming, post: Post, ctx: Context) -> None:
    """A receipt: an answer to it is a corrected translation."""
    if not may_answer(ctx, incoming.author_email, "receipt"):
        return
    language = post.version.language
    original = ctx.uow.contributions.find_original(post.contribution)
    rendered = render_notice(
        ctx,
        "still_right",
        language,
        title=post.revision.title,
        number=post.contribution.number,
        text_language=language,
        stale=original is not None and is_stale(post, original),
    )
    enqueue_answer(
        ctx,
        incoming,
        "receipt_published",
        f"d{incoming.delivery_id}",
        language,
        rendered,
        reply_to=ctx.addresses.answers(language),
        about=About(post.contribution_id, post.revision_id),
    )


def _reread(incoming: Incoming, contribution: Contribution, ctx: Context) -> Outcome:
    """The same text in the name of whoever has reread it; it takes the place of the machine's when a moderator says so."""
    post = ctx.uow.contributions.current_text(contribution.id or 0, incoming.language)
    if post is None or post.version.role != TRANSLATION or not post.revision.machine:
        title = post.revision.title if post else contribution.title
        return_to_author(ctx, incoming, incoming.language, title, "not-machine")
        return Outcome("review", "not-machine", contribution.id)
    for form in ctx.uow.waiting.list_forms(post.version.id):
        if form.author_email == incoming.author_email and REREAD in form.hold_reasons:
            return Outcome("duplicate", "same-text", revision_id=form.revision_id)
    kept = _keep(incoming, post, ctx)
    ask_moderators(ctx, kept)
    if not incoming.mail.spam:
        confirm_receipt(ctx, incoming, kept)
    return Outcome(HELD, REREAD, kept.contribution_id, kept.revision_id)


def _keep(incoming: Incoming, post: Post, ctx: Context) -> Post:
    reasons = [REREAD]
    if incoming.mail.author_count != 1:
        reasons.append("several-authors")
    if incoming.mail.spam:
        reasons.append("suspected-spam")
    machine = post.revision
    author = find_author(ctx, incoming, None)
    revision = Revision(
        version_id=machine.version_id,
        delivery_id=incoming.delivery.id,
        message_id=incoming.message_id,
        source_revision_id=machine.source_revision_id,
        state=HELD,
        title=machine.title,
        text=machine.text,
        cut=incoming.cut,
        text_hash=machine.text_hash,
        author_name=author.name,
        author_email=incoming.author_email,
        place=author.place,
        covers=list(machine.covers),
        attachments=list(machine.attachments),
        hold_reasons=reasons,
        received_at=incoming.delivery.received_at,
    )
    ctx.uow.contributions.add(revision)
    return Post(post.contribution, post.version, revision)
