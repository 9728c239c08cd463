"""Published texts by mail: a contribution, in one language or in two side by side, and a synthesis; long ones in parts."""

from collections.abc import Mapping
from dataclasses import asdict

from config.render import Rendered
from handlers.context import Context
from handlers.distribution import find_heading, list_attachments
from handlers.elsewhere import show_abstract
from handlers.mail.alignment import align, render_pairs
from handlers.mail.titles import is_first_line
from handlers.notices import choose_language, render_notice, shown_name, with_place
from handlers.requests import Request, answer_once_a_day, may_have_text, take_part
from handlers.versions import find_marks
from store.posts import ORIGINAL, TRANSLATION, Post, find_covered
from store.sql import id_of
from store.tables import Abstract


def answer_synthesis(request: Request, ctx: Context) -> Rendered | None:
    """The synthesis of a phase, in the language asked for, else the reader's, else the forum's, else any."""
    phase = ctx.uow.phases.find_latest(request.number) if request.number is not None else None
    syntheses = ctx.uow.phases.list_syntheses(phase.id) if phase else {}
    synthesis = choose_language(syntheses, request.wanted, request.language, ctx.forum_language, *syntheses)
    if phase is None or synthesis is None:
        return answer_once_a_day(request, ctx, "no_synthesis", request.language)
    line = f"synthesis {phase.number} {synthesis.language}"
    return _text(
        request, ctx, line, "synthesis_text", synthesis.text, synthesis.language, number=phase.number
    )


def answer_get(request: Request, ctx: Context) -> Rendered | None:
    """A published text in the language asked for, else the reader's, else its own; or in two languages."""
    found = ctx.uow.contributions.find_by_number(request.number or 0)
    if found is not None and found.withdrawn_at is not None:
        return answer_once_a_day(request, ctx, "withdrawn_contribution", request.language)
    # A number that was merged leads to another, whose number is said.
    number = (found.number if found else None) or 0
    posts = (
        {post.version.language: post for post in ctx.uow.contributions.list_published(id_of(found))}
        if found
        else {}
    )
    if found is not None and ("both" in request.said or len(request.named) > 1):
        pair = _choose_pair(request, found.language, posts, ctx)
        if pair is not None:
            return _both(request, ctx, number, *pair)
    if found is not None and request.wanted and request.wanted not in posts:
        abstract = ctx.uow.abstracts.find_published(id_of(found), request.wanted)
        if abstract is not None and found.language in posts and may_have_text(request, ctx):
            return _abstract(request, ctx, posts[found.language], abstract)
    post = choose_language(posts, request.wanted, request.language, *posts)
    if found is None or post is None:
        return answer_once_a_day(request, ctx, "no_contribution", request.language)
    translated, place = post.version.role == TRANSLATION, post.revision.place
    return _text(
        request,
        ctx,
        f"get {number} {post.version.language}",
        "contribution_text",
        post.revision.text,
        post.version.language,
        number=number,
        title=post.revision.title,
        heading=find_heading(post.revision, request.language),
        lacks=_find_lack(request, posts),
        author_name=with_place(
            shown_name(post.contribution.author_name, request.language), "" if translated else place
        ),
        translator_name=with_place(shown_name(post.revision.author_name, request.language), place)
        if translated
        else "",
        marks=find_marks(ctx, post),
        day=post.revision.received_at.astimezone(ctx.settings.zone).date(),
        attachments=list_attachments(post),
    )


def _find_lack(request: Request, posts: Mapping[str, Post]) -> str:
    """The language that a text is wanted in, where it cannot be read in it."""
    language = request.wanted or request.language
    return "" if language in posts else language


def _abstract(request: Request, ctx: Context, original: Post, abstract: Abstract) -> Rendered:
    """What there is in the language asked for, where nobody has translated the text; and how to get the text itself."""
    return render_notice(
        ctx,
        "abstract_text",
        request.language,
        number=original.contribution.number,
        title=abstract.title,
        author_name=with_place(
            shown_name(original.contribution.author_name, request.language), original.revision.place
        ),
        text_language=original.version.language,
        size=len(original.revision.text.encode()),
        abstract=show_abstract(abstract, request.language),
    )


def _choose_pair(
    request: Request, original: str, posts: Mapping[str, Post], ctx: Context
) -> tuple[Post, Post] | None:
    """The two texts to be shown, the original first where it is one of them; None where there is only one.

    Two languages that are named are meant; with one, or none, the original stands beside it or the reader's own.
    """
    named = [language for language in request.named if language in posts]
    others = (*named, request.language, *ctx.settings.languages)
    first = named[0] if len(named) > 1 and original not in named else original
    second = next((language for language in others if language in posts and language != first), None)
    if first not in posts or second is None:
        return None
    return posts[first], posts[second]


def _both(request: Request, ctx: Context, number: int, one: Post, other: Post) -> Rendered | None:
    """Paragraph by paragraph, each with its translation under it."""
    covers = find_covered(other.revision) if one.version.role == ORIGINAL else ()
    pairs = align(one.revision.text, other.revision.text, covers)
    return _text(
        request,
        ctx,
        f"get {number} both {one.version.language} {other.version.language}",
        "both",
        render_pairs(pairs),
        other.version.language,
        number=number,
        title=one.revision.title,
        other_title="" if is_first_line(other.revision.title, other.revision.text) else other.revision.title,
        author_name=with_place(
            shown_name(one.contribution.author_name, request.language), one.revision.place
        ),
        languages=(one.version.language, other.version.language),
        marks=find_marks(ctx, other),
    )


def _text(
    request: Request, ctx: Context, line: str, template: str, text: str, text_language: str, **values: object
) -> Rendered | None:
    """A part of a text; `line` is the command that asks for it again."""
    if not may_have_text(request, ctx):
        return None
    part = take_part(request, ctx, line, text, request.language)
    return render_notice(
        ctx, template, request.language, text_language=text_language, **asdict(part), **values
    )
