"""Passes a published text on: whole, or as a few lines, to those on the list of its language who want it so.

One mail and one statement for each way of having it, however many readers there are. Who reads by digest, or has no
room left this week, is told later (`handlers/digest.py`); its author has a receipt and no copy.
"""

from datetime import date
from typing import Literal

from config.i18n import get_catalogue
from handlers.author import find_from
from handlers.context import Context
from handlers.list_mail import enqueue_list_mail
from handlers.mail.parts import PART, clip, split_parts
from handlers.mail.titles import is_first_line
from handlers.notices import About, get_message_id, render_notice, shown_name, with_place
from handlers.versions import find_marks
from handlers.words import review_words
from store.posts import PARTIAL, TRANSLATION, Post
from store.readers import FULL, NOTICE, Readers
from store.tables import Contribution, Revision

What = Literal["contribution", "translation", "comment", "correction"]
NOTICED = "notice"
"""Kind of the mail with the first lines of a text, to those who want no more."""
FIRST_LINES = 200
"""Characters of a text that a notice shows, and at most twice as many bytes."""
MAX_FILE_NAME = 60
"""Characters, and bytes, of an attachment's name that are shown."""
MAX_LISTED = 5
"""Attachments that are named."""


def distribute(ctx: Context, post: Post, what: What) -> None:
    """To those on the list of its language, each as they want it; to an external list as a whole.

    An external list that has distributed it itself does not get it again.
    """
    language, author = post.version.language, post.revision.author_email
    ctx.uow.wishes.end_modes()
    ctx.uow.digests.add(post, everywhere=what == "contribution")
    if post.revision.distributed_on == language:
        return
    parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
    hosted = ctx.settings.list_for(language).hosted
    _pass_on(ctx, post, what, parent, Readers((FULL,), author) if hosted else Readers())
    want_notices = Readers((NOTICE,), author)
    if hosted and ctx.uow.outbox.has_readers(language, want_notices):
        _give_notice(ctx, post, what, parent, want_notices)


def _pass_on(ctx: Context, post: Post, what: What, parent: Contribution | None, readers: Readers) -> None:
    """The text itself; a long one in its first part, the rest to be asked for."""
    contribution, revision, language = post.contribution, post.revision, post.version.language
    number = contribution.number or 0
    parts = split_parts(revision.text, PART)
    translated, marks = post.version.role == TRANSLATION, find_marks(ctx, post)
    rendered = render_notice(
        ctx,
        "publication",
        language,
        number=number,
        what=what,
        title=revision.title,
        heading=find_heading(revision, language),
        author_name=_find_author(post),
        translated=translated,
        translator_name=with_place(shown_name(revision.author_name, language), revision.place),
        # An address is shown to nobody.
        sent_by="" if "@" in revision.sent_by else revision.sent_by,
        day=_find_day(ctx, revision),
        text=parts[0] if parts else "",
        parts=len(parts),
        size=len(revision.text.encode()),
        attachments=list_attachments(post),
        parent=(parent.number, parent.title) if parent else None,
        original_language=contribution.language,
        wanted=tuple(
            wanted for wanted in list_translation_addresses(ctx, contribution) if wanted[0] != language
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
        readers=readers,
    )


def _give_notice(ctx: Context, post: Post, what: What, parent: Contribution | None, readers: Readers) -> None:
    """A few lines about it, of a few hundred bytes (after the EMEC conferences of 1999): an answer gets the text."""
    contribution, revision, language = post.contribution, post.revision, post.version.language
    beginning, whole = find_first_lines(revision)
    rendered = render_notice(
        ctx,
        "notice",
        language,
        number=contribution.number or 0,
        what=what,
        title=revision.title,
        heading=find_heading(revision, language),
        author_name=_find_author(post),
        translator_name=shown_name(revision.author_name, language)
        if post.version.role == TRANSLATION
        else "",
        parent_number=parent.number if parent else None,
        day=_find_day(ctx, revision),
        size=len(revision.text.encode()),
        languages=_list_languages(ctx, contribution),
        beginning=beginning,
        whole=whole,
        attachments=len(revision.attachments),
    )
    enqueue_list_mail(
        ctx,
        NOTICED,
        f"{revision.id}",
        language,
        rendered,
        in_reply_to=_thread_id(ctx, parent or contribution, language, revision.id, NOTICED),
        about=About(contribution.id, revision.id),
        readers=readers,
    )


def find_heading(revision: Revision, language: str) -> str:
    """What stands above a text: its title, unless the text begins with that."""
    if is_first_line(revision.title, revision.text):
        return ""
    return revision.title or get_catalogue(language).gettext("(no title)")


def find_first_lines(revision: Revision, most: int = FIRST_LINES) -> tuple[str, bool]:
    """The beginning of a text in one paragraph, without its title, and whether that is all of it."""
    text = revision.text.strip()
    first, _, rest = text.partition("\n")
    # A title that is a part of its line leaves out what that goes on with.
    if " ".join(first.split()).strip(" .:!*") == revision.title.strip(" .:!*"):
        text = rest
    words = " ".join(text.split())
    shown = clip(words, most, 2 * most)
    if shown == words:
        return words, True
    return (shown.rpartition(" ")[0] or shown).rstrip(" ,;:،؛"), False


def list_attachments(post: Post) -> tuple[tuple[str, int], ...]:
    """Name, short enough to be shown, and size in bytes of what came along."""
    return tuple(
        (clip(str(item["name"]), MAX_FILE_NAME, MAX_FILE_NAME), int(item["size"]))
        for item in post.revision.attachments[:MAX_LISTED]
    )


def list_translation_addresses(ctx: Context, contribution: Contribution) -> tuple[tuple[str, str], ...]:
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


def _find_author(post: Post) -> str:
    """Who wrote it, as its readers are told, also where somebody translated it."""
    place = "" if post.version.role == TRANSLATION else post.revision.place
    return with_place(shown_name(post.contribution.author_name, post.version.language), place)


def _find_day(ctx: Context, revision: Revision) -> date:
    return revision.received_at.astimezone(ctx.settings.zone).date()


def _thread_id(
    ctx: Context, root: Contribution, language: str, revision_id: int | None, kind: str = ""
) -> str:
    """The mail on the same list that this one belongs under, so that mail programs show them together.

    `kind` is "notice" for those who had the root as a notice.
    """
    version = ctx.uow.contributions.find_version(root.id, language)
    first = ctx.uow.contributions.find_first_published(version) if version else None
    if version is None or first is None or first.id == revision_id:
        return ""
    if first.distributed_on == language:
        return first.message_id
    passed_on = "comment" if root.parent_id is not None else "contribution"
    return get_message_id(
        ctx, kind or ("translation" if version.role == TRANSLATION else passed_on), str(first.id)
    )


def _list_languages(ctx: Context, contribution: Contribution) -> tuple[str, ...]:
    """The languages that a contribution can be read in, the original's first."""
    posts = ctx.uow.contributions.list_published(contribution.id or 0)
    return tuple(post.version.language for post in posts)


def _list_stale_languages(ctx: Context, post: Post) -> tuple[str, ...]:
    """Where a text has changed that others translate: the languages of those that are out of date now."""
    if post.version.language != post.contribution.language:
        return ()
    return tuple(stale.version.language for stale in ctx.uow.contributions.list_stale(post.contribution))
