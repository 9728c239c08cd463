"""Tells translators that the text which they translated was corrected: what changed, and what to do about it.

Nothing is marked: a translation is out of date where its original has another text than the one that it was made from.
"""

from handlers.context import Context
from handlers.mail.changes import find_changes, shorten_changes
from handlers.mail.parts import PART
from handlers.notices import About, enqueue_notice, render_notice
from handlers.words import review_words
from store.posts import TRANSLATION, Post, is_stale

STALE = "stale"
"""The kind of this notice. Its revision is the original's new text, which an answer is then made from."""
MAX_CHANGE = 1_200
"""Bytes of a paragraph, before and after, that are shown."""


def tell_translators(ctx: Context, post: Post) -> None:
    """A text has taken the place of another one: one mail to the author of each translation.

    None to who corrected it, nor about what an archive brought. What has the same words needs no other translation.
    """
    if post.version.language != post.contribution.language:
        return
    live = ctx.uow.contributions.is_live(post.revision)
    for translation in ctx.uow.contributions.list_stale(post.contribution):
        _follow_or_tell(ctx, translation, post, live=live)


def tell_if_stale(ctx: Context, post: Post) -> None:
    """A translation is published of a text that was corrected while it was made, or while it waited."""
    original = ctx.uow.contributions.find_original(post.contribution)
    if post.version.role == TRANSLATION and original is not None and is_stale(post, original):
        _follow_or_tell(ctx, post, original, live=ctx.uow.contributions.is_live(post.revision))


def _follow_or_tell(ctx: Context, translation: Post, original: Post, *, live: bool) -> None:
    source = ctx.uow.contributions.find_post(translation.revision.source_revision_id)
    if source is None:
        return
    # What no moderator has published is shown to nobody: the new text is new throughout then.
    before = source if source.revision.published_at is not None else None
    changes = find_changes(before.revision.text if before else "", original.revision.text)
    titles = before.revision.title if before else original.revision.title, original.revision.title
    if not changes and titles[0] == titles[1]:
        translation.revision.source_revision_id = original.revision_id
        ctx.uow.contributions.add(translation.revision)
        return
    translator = translation.revision.author_email
    if (
        not live
        or not translator
        or original.revision.author_email in ctx.uow.people.list_addresses(translator)
    ):
        return
    language, number = translation.version.language, translation.contribution.number or 0
    shown, more = shorten_changes(changes, PART, MAX_CHANGE)
    rendered = render_notice(
        ctx,
        "stale",
        language,
        number=number,
        title=translation.revision.title,
        titles=titles if titles[0] != titles[1] else None,
        text_language=language,
        original_language=original.version.language,
        changes=shown,
        more=more,
        word=review_words((language,))["still-right"][0],
    )
    enqueue_notice(
        ctx,
        STALE,
        # Once for each pair of texts, whatever happens in between.
        f"{translation.revision_id}.{original.revision_id}",
        translator,
        language,
        rendered,
        reply_to=ctx.addresses.translate(number, language),
        about=About(translation.contribution_id, original.revision_id),
    )
