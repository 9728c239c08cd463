"""Tells moderators that a text was joined to a contribution by what it says and published unasked, and how to undo it."""

import re

from config.forum import Settings
from handlers.context import Context
from handlers.hold import TOKEN_LIFETIME
from handlers.mail.compose import clean_header
from handlers.mail.parts import cut_text
from handlers.notices import About, enqueue_notice, render_notice, shown_name
from handlers.offers import find_offered
from store.posts import Post
from store.sql import id_of

LINK = "link"
"""The purpose of a token that separates, and does nothing else."""
MAX_BEGINNING = 400
"""Bytes that are shown of each of the two texts."""

_PAGE = re.compile(r"https?://[!-;=?-~]{1,200}")


def tell_joined(ctx: Context, post: Post) -> None:
    """One notice to each moderator of the text's list; nothing about what an archive brought."""
    if not ctx.uow.contributions.is_live(post.revision):
        return
    for email in ctx.settings.moderators(post.version.language):
        _tell(ctx, post, email)


def find_separate_page(settings: Settings, secret: str) -> str:
    """The page with the button; empty where no pages are served."""
    url = settings.server.base_url or ""
    return f"{url.rstrip('/')}/l/{secret}" if settings.server.web and _PAGE.fullmatch(url) else ""


def _tell(ctx: Context, post: Post, email: str) -> None:
    language = post.version.language
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, LINK, email, language, TOKEN_LIFETIME, revision_id=post.revision_id)
    beginning, whole = cut_text(post.revision.text, MAX_BEGINNING)
    source = ctx.uow.contributions.current_text(post.contribution_id, post.contribution.language)
    original, original_whole = cut_text(source.revision.text, MAX_BEGINNING) if source else ("", True)
    rendered = render_notice(
        ctx,
        "linked",
        language,
        title=clean_header(post.revision.title),
        author_name=shown_name(post.revision.author_name, language),
        text_language=language,
        offered=find_offered(ctx, post, language),
        beginning=beginning,
        whole=whole,
        original=original,
        original_whole=original_whole,
        token=secret,
        separate_address=ctx.addresses.token("separate", secret),
        page=find_separate_page(ctx.settings, secret),
        days=TOKEN_LIFETIME.days,
    )
    enqueue_notice(
        ctx,
        "linked",
        f"{post.revision_id}.{id_of(token)}",
        email,
        language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(post.contribution_id, post.revision_id, token_id=token.id),
    )
