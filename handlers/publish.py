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
from handlers.stale import tell_if_stale, tell_translators
from handlers.versions import REREAD, find_marks, is_reread
from handlers.words import review_words
from store.posts import APPROVED, COMPLETE, HELD, PARTIAL, TRANSLATION, WITHDRAWN, Post
from store.tables import Contribution, Phase

What = Literal["contribution", "translation", "comment", "correction"]
MAX_FILE_NAME = 60
"""Characters, and bytes, of an attachment's name that are shown."""
MAX_LISTED = 5
"""Attachments that are named."""

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
        if each.version.completeness == COMPLETE:
            # Whoever had taken it to translate has nothing left to do.
            ctx.uow.claims.finish(each.version.language, contribution_id=each.contribution_id)
    _withdraw_older(ctx, post)
    if ctx.uow.contributions.is_live(post.revision):
        for each in posts:
            # The readers have a machine translation already that somebody has reread now.
            if not is_reread(each):
                _pass_on(ctx, each, what)
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
    translated, marks = post.version.role == TRANSLATION, find_marks(ctx, post)
    parent = ctx.uow.contributions.find_contribution(contribution.parent_id)
    rendered = render_notice(
        ctx,
        "publication",
        language,
        number=number,
        what=what,
        title=revision.title,
        author_name=with_place(
            shown_name(contribution.author_name, language), "" if translated else revision.place
        ),
        translated=translated,
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
        wanted=tuple(
            wanted for wanted in _addresses_for_translations(ctx, contribution) if wanted[0] != language
        ),
        marks=marks,
        rest_address=ctx.addresses.translate(number, language) if marks.covers else "",
        reread_word=review_words((language,))["reread"][0],
        stale=_list_stale_languages(ctx, post),
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
    """(language, address) of the languages that a contribution cannot be read in yet, or only a part of it."""
    number = contribution.number or 0
    there = {
        post.version.language
        for post in ctx.uow.contributions.list_published(contribution.id or 0)
        if post.version.completeness != PARTIAL
    }
    return tuple(
        (language, ctx.addresses.translate(number, language))
        for language in ctx.settings.languages
        if language not in there
    )


def _list_stale_languages(ctx: Context, post: Post) -> tuple[str, ...]:
    """Where a text has changed that others translate: the languages of those that are out of date now."""
    if post.version.language != post.contribution.language:
        return ()
    return tuple(stale.version.language for stale in ctx.uow.contributions.list_stale(post.contribution))


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
        pause=find_pause(ctx, post),
        wanted=_addresses_for_translations(ctx, post.contribution) if what == "contribution" else (),
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
