"""Publishes a text: numbered, passed on to the list of its language, its author told."""

from datetime import date, datetime
from typing import Literal

from config.render import Rendered
from handlers.author import find_from
from handlers.context import Context
from handlers.list_mail import enqueue_list_mail
from handlers.mail.parts import PART, clip, split_parts
from handlers.notices import (
    About,
    enqueue_notice,
    get_message_id,
    may_answer,
    render_notice,
    shown_name,
    with_place,
)
from store.posts import APPROVED, HELD, TRANSLATION, WITHDRAWN, Post
from store.tables import Contribution, Phase

What = Literal["contribution", "translation", "comment", "correction"]
MAX_FILE_NAME = 60
"""Characters, and bytes, of an attachment's name that are shown."""
MAX_LISTED = 5
"""Attachments that are named."""

Pause = tuple[int, date]


def publish(ctx: Context, post: Post, second: Post | None = None) -> str:
    """Publish a revision, and what was approved and waited for it; the outcome of its delivery.

    A translation of an original that is not published, or a comment on it, waits with it. `second` is the other
    original of a message in two languages: nobody is asked to translate into it, and the author is told once.
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
    _withdraw_older(ctx, post)
    if ctx.uow.contributions.is_live(post.revision):
        for each in posts:
            _pass_on(ctx, each, what)
        _tell_author(ctx, post, what)
    if first:
        for waiting in ctx.uow.waiting.list_depending((APPROVED,), post.contribution_id):
            if waiting.revision.state != APPROVED:
                continue  # published meanwhile, with a comment that waited as well
            outcome = publish(ctx, waiting)
            ctx.uow.deliveries.change_outcome(waiting.revision.delivery_id, outcome)
    return "published" if what == "contribution" else what


def _waits_for_another(ctx: Context, post: Post) -> bool:
    if post.contribution.number is not None:
        return False
    parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
    return post.version.role == TRANSLATION or (parent is not None and parent.number is None)


def _withdraw_older(ctx: Context, post: Post) -> None:
    """What the same author sent earlier for this version, and still waits, is replaced and can no longer be approved."""
    for other in ctx.uow.waiting.list_posts((HELD, APPROVED), post.contribution_id):
        older = (other.revision.received_at, other.revision_id) < (
            post.revision.received_at,
            post.revision_id,
        )
        same = bool(post.revision.author_email) and (other.version.id, other.revision.author_email) == (
            post.version.id,
            post.revision.author_email,
        )
        if older and same:
            ctx.uow.contributions.set_state(other, WITHDRAWN)
            ctx.uow.tokens.end_for_revision(other.revision_id)
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


def list_attachments(post: Post) -> tuple[tuple[str, int], ...]:
    """Name, short enough to be shown, and size in bytes of what came along."""
    return tuple(
        (clip(str(item["name"]), MAX_FILE_NAME, MAX_FILE_NAME), int(item["size"]))
        for item in post.revision.attachments[:MAX_LISTED]
    )


def find_pause(ctx: Context, post: Post) -> Pause | None:
    """Number and local opening day of the next phase, where a text came while none is open."""
    contribution = post.contribution
    if contribution.parent_id is not None or contribution.phase_id is not None:
        return None
    following: Phase | None = ctx.uow.phases.find_next(post.revision.received_at)
    return (following.number, following.opens_at.astimezone(ctx.settings.zone).date()) if following else None


def _pass_on(ctx: Context, post: Post, what: What) -> None:
    """To everybody on the list of its language; a long text in its first part, the rest to be asked for.

    An external list that has distributed it itself does not get it again.
    """
    contribution, revision, language = post.contribution, post.revision, post.version.language
    if revision.distributed_on == language:
        return
    number = contribution.number or 0
    parts = split_parts(revision.text, PART)
    parent = ctx.uow.contributions.find_contribution(contribution.parent_id)
    rendered = render_notice(
        ctx,
        "publication",
        language,
        number=number,
        what=what,
        title=revision.title,
        author_name=with_place(
            shown_name(contribution.author_name, language), "" if what == "translation" else revision.place
        ),
        translator_name=with_place(shown_name(revision.author_name, language), revision.place),
        # An address is shown to nobody.
        sent_by="" if "@" in revision.sent_by else revision.sent_by,
        day=revision.received_at.astimezone(ctx.settings.zone).date(),
        text=parts[0] if parts else "",
        parts=len(parts),
        size=len(revision.text.encode()),
        attachments=list_attachments(post),
        parent=(parent.number, parent.title) if parent else None,
        original_language=contribution.language,
        wanted=_addresses_for_translations(ctx, contribution),
        leave_address=ctx.addresses.action(language, "leave")
        if ctx.settings.list_for(language).hosted
        else "",
    )
    enqueue_list_mail(
        ctx,
        what,
        f"{revision.id}",
        language,
        rendered,
        # Whoever sent it for somebody else must not stand there under the other's name.
        author=find_from(
            ctx, revision.author_name, "" if revision.sent_by else revision.author_email, language
        ),
        reply_to=ctx.addresses.reply(number, language),
        in_reply_to=_thread_id(ctx, parent or contribution, language, revision.id),
        about=About(contribution.id, revision.id),
    )


def _thread_id(ctx: Context, root: Contribution, language: str, revision_id: int | None) -> str:
    """The mail on the same list that this one belongs under, so that mail programs show them together."""
    version = ctx.uow.contributions.find_version(root.id, language)
    first = ctx.uow.contributions.find_first_published(version) if version else None
    if version is None or first is None or first.id == revision_id:
        return ""
    if first.distributed_on == language:
        return first.message_id
    kind = "comment" if root.parent_id is not None else "contribution"
    return get_message_id(ctx, "translation" if version.role == TRANSLATION else kind, str(first.id))


def _addresses_for_translations(ctx: Context, contribution: Contribution) -> tuple[tuple[str, str], ...]:
    """(language, address) of the languages that a contribution cannot be read in yet."""
    number = contribution.number or 0
    there = {post.version.language for post in ctx.uow.contributions.list_published(contribution.id or 0)}
    return tuple(
        (language, ctx.addresses.translate(number, language))
        for language in ctx.settings.languages
        if language not in there
    )


def _tell_author(ctx: Context, post: Post, what: What) -> None:
    """The second receipt: the number, and how to correct and translate the text."""
    revision, language = post.revision, post.version.language
    if not may_answer(ctx, revision.author_email, "receipt"):
        return
    rendered = render_notice(
        ctx,
        "receipt_published",
        language,
        title=revision.title,
        what=what,
        number=post.contribution.number,
        text_language=language,
        pause=find_pause(ctx, post),
        wanted=_addresses_for_translations(ctx, post.contribution) if what == "contribution" else (),
    )
    enqueue_receipt(ctx, post, "receipt_published", str(revision.id), rendered)


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
