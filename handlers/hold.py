"""Asks the moderators about a text that waits: one mail a moderator, each with a token of its own."""

from datetime import timedelta

from config.render import Rendered
from handlers.context import Context
from handlers.distribution import MAX_FILE_NAME, list_attachments
from handlers.mail.language import find_parts
from handlers.mail.parts import clip, cut_text
from handlers.notices import About, enqueue_notice, render_notice
from handlers.offers import find_offered
from handlers.publish import what_is
from handlers.versions import find_marks, find_rival
from handlers.words import review_words
from store.posts import Post
from store.sql import id_of

TOKEN_LIFETIME = timedelta(days=30)
MAX_NOTICE = 3_000
"""Bytes of a moderator's notice; with its headers it stays under 4 kB."""
SHORTEST = 200
"""Bytes of the text that are shown whatever the rest takes."""
MAX_CUT, SHORTEST_CUT = 500, 200
"""Bytes that are shown of what was left out: beside a short text, and beside one that needs the room itself."""


def ask_moderators(ctx: Context, post: Post) -> None:
    """A notice to every moderator of the version's list; any of them decides, the first answer stands."""
    for email in ctx.settings.moderators(post.version.language):
        ask_moderator(ctx, post, email)


def ask_moderator(ctx: Context, post: Post, email: str) -> None:
    """One notice, with a new token that is bound to the revision and the moderator."""
    language = post.version.language
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(
        secret, "approve", email, language, TOKEN_LIFETIME, revision_id=post.revision_id
    )
    rendered = _fit(ctx, post, language, secret)
    enqueue_notice(
        ctx,
        "held",
        f"{post.revision_id}.{id_of(token)}",
        email,
        language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(post.contribution_id, post.revision_id, token_id=token.id),
    )


def _fit(ctx: Context, post: Post, language: str, secret: str) -> Rendered:
    """The notice in its room: what was left out gives way first, then the text."""
    shown = min(len(post.revision.text.encode()), MAX_NOTICE)
    rendered = _render(ctx, post, language, secret, shown, MAX_CUT)
    if len(rendered.body.encode()) > MAX_NOTICE:
        rendered = _render(ctx, post, language, secret, shown, SHORTEST_CUT)
    # A text that is cut short says so, which takes room again.
    while (excess := len(rendered.body.encode()) - MAX_NOTICE) > 0 and shown > SHORTEST:
        shown = max(shown - excess, SHORTEST)
        rendered = _render(ctx, post, language, secret, shown, SHORTEST_CUT)
    return rendered


def _render(ctx: Context, post: Post, language: str, secret: str, room: int, cut_room: int) -> Rendered:
    """The notice, with at most `room` bytes of the text and `cut_room` of what was left out."""
    revision, addresses = post.revision, ctx.addresses
    offered = find_offered(ctx, post, language)
    beginning, whole = cut_text(revision.text, room)
    left_out, left_out_whole = cut_text(revision.cut, cut_room)
    return render_notice(
        ctx,
        "held",
        language,
        title=revision.title,
        author_name=revision.author_name,
        author_email=revision.author_email,
        approved_before=ctx.uow.contributions.count_approved(revision.author_email),
        what=what_is(ctx, post),
        number=post.contribution.number,
        subject_title=_title_of_parent(ctx, post),
        text_language=language,
        size=len(revision.text.encode()),
        attachments=list_attachments(post),
        reasons=tuple(revision.hold_reasons),
        written_in=revision.written_in,
        two_languages=find_two_languages(ctx, post),
        offered=offered,
        marks=find_marks(ctx, post),
        rival=find_rival(ctx, post),
        reread_word=review_words((language,))["reread"][0],
        beginning=beginning,
        whole=whole,
        place=revision.place,
        sent_by=revision.sent_by,
        source=clip(revision.source, MAX_FILE_NAME, MAX_FILE_NAME),
        left_out=left_out,
        left_out_whole=left_out_whole,
        token=secret,
        approve_address=addresses.token("approve", secret),
        separate_address=addresses.token("separate", secret),
        reject_address=addresses.token("reject", secret),
        discard_address=addresses.token("discard", secret),
    )


def find_two_languages(ctx: Context, post: Post) -> tuple[str, ...]:
    """The languages that a text can be split into; nothing where that is not offered."""
    if "two-languages" not in post.revision.hold_reasons:
        return ()
    parts = find_parts(post.revision.text, ctx.settings.languages)
    return tuple(part.language for part in parts or ())


def _title_of_parent(ctx: Context, post: Post) -> str:
    """The title of what is commented."""
    parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
    return parent.title if parent else ""
