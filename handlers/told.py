"""Tells a moderator what stands after an answer that decided nothing, or that changed what was decided before."""

from config.i18n import get_catalogue
from handlers.choices import find_named
from handlers.context import Context, Incoming
from handlers.decide import Decided
from handlers.hold import find_two_languages
from handlers.mail.answers import Answer
from handlers.notices import About, enqueue_notice, render_notice
from handlers.offers import find_offered
from store.posts import HELD, Post
from store.privacy import FORGOTTEN
from store.tables import Token

ANSWERS_A_DAY = 20
"""To one moderator; they are no strangers, also where they are on no list."""

_NO_ANSWER = Answer(None)


def tell_what_stands(
    ctx: Context,
    incoming: Incoming,
    token: Token,
    post: Post,
    status: str,
    decided: Decided | None = None,
    answer: Answer = _NO_ANSWER,
) -> None:
    """What stands, and the answers we know; to whoever wrote, or pressed a button. At most twenty a day."""
    email = token.email if incoming.pressed else incoming.author_email
    if not incoming.live or not ctx.uow.people.allow(email, "decision", ANSWERS_A_DAY):
        return
    language = token.language
    catalogue = get_catalogue(language)
    decision = decided.decision if decided else None
    named = find_named(ctx, post, answer) if answer.number else None
    undone = ctx.uow.links.find_undone(post.revision_id)
    rendered = render_notice(
        ctx,
        "decision",
        language,
        status=status,
        title=post.revision.title,
        number=post.contribution.number,
        verdict=decision.verdict if decision else "",
        moderator=_show(decision.moderator if decision else "", language),
        moment=catalogue.moment(decision.decided_at, ctx.settings.zone) if decision else "",
        text_language=post.version.language,
        asked_language=answer.language,
        asked_number=(named.number if named else None) or answer.number,
        offered=find_offered(ctx, post, language),
        separated_by=_show(undone.undone_by if undone else "", language),
        separated_on=catalogue.moment(undone.undone_at, ctx.settings.zone)
        if undone and undone.undone_at
        else "",
        waits=post.revision.state == HELD,
        written_in=post.revision.written_in,
        two_languages=find_two_languages(ctx, post),
    )
    enqueue_notice(
        ctx,
        "decision",
        f"{incoming.delivery_id}",
        email,
        language,
        rendered,
        in_reply_to=incoming.message_id,
        automatic="auto-replied",
        about=About(post.contribution_id, post.revision_id, token_id=token.id),
    )


def _show(moderator: str, language: str) -> str:
    """Who decided: an address, or somebody who was forgotten since."""
    return get_catalogue(language).gettext("a former moderator") if moderator == FORGOTTEN else moderator
