"""Tells the lists of other languages what was published: one short mail each, with an abstract where there is one.

A contribution is told to every list in whose language it cannot be read; a comment to the list that what it comments was
written on, and no further. Somebody on several lists hears of it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.render import Rendered
from handlers.context import Context
from handlers.list_mail import enqueue_list_mail
from handlers.mail.abstracts import find_own, is_from_text
from handlers.notices import About, render_notice, shown_name, with_place
from handlers.words import abstract_lexicon
from store.abstracts import AUTHOR
from store.posts import APPROVED, ORIGINAL, PUBLISHED, Post
from store.readers import FULL, NOTICE, Readers
from store.tables import Abstract, Contribution

ELSEWHERE = "elsewhere"
"""The kind of this mail; an answer to it is a comment, or an abstract."""
PATIENCE = timedelta(minutes=15)
"""How long an external list is not told: it may have been sent the same text, and distribute it itself."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What templates show of an abstract; `name` is empty where it is the author's own."""

    title: str
    text: str
    machine: bool
    name: str


def keep_own_abstracts(ctx: Context, post: Post) -> None:
    """What its author says of a text in its first lines, in other languages, is published with it.

    An abstract that has stayed the same in a corrected text does not take the place of a newer one.
    """
    if post.version.role != ORIGINAL:
        return
    revision, languages = post.revision, ctx.settings.languages
    own = find_own(revision.text, abstract_lexicon(languages), post.version.language, languages)
    for each in own:
        earlier = ctx.uow.abstracts.list_by(post.contribution_id, each.language, revision.author_email)
        former = next((one for one in reversed(earlier) if one.origin == AUTHOR), None)
        if former is not None and (former.title, former.text) == (each.title, each.text):
            continue
        abstract = Abstract(
            contribution_id=post.contribution_id,
            language=each.language,
            state=PUBLISHED,
            origin=AUTHOR,
            title=each.title,
            text=each.text,
            author_name=revision.author_name,
            author_email=revision.author_email,
            machine=each.machine,
            delivery_id=revision.delivery_id,
            received_at=revision.received_at,
        )
        ctx.uow.abstracts.add(abstract)
        ctx.uow.abstracts.publish(abstract)


def tell_elsewhere(ctx: Context, posts: Sequence[Post]) -> None:
    """A text was published for the first time, in the language of each of `posts`: the others are told of the first.

    Not where a translation waits for just that, because its list gets the text itself.
    """
    post = posts[0]
    written = [each.version.language for each in posts]
    coming = {
        each.version.language
        for each in ctx.uow.waiting.list_depending((APPROVED,), post.contribution_id)
        if each.contribution_id == post.contribution_id
    }
    told = [
        language
        for language in _list_concerned(ctx, post.contribution)
        if language not in written and language not in coming
    ]
    abstracts = {
        language: ctx.uow.abstracts.find_published(post.contribution_id, language) for language in told
    }
    # Whoever is on two of these lists has it where there is an abstract.
    for language in sorted(told, key=lambda one: abstracts[one] is None):
        _enqueue(ctx, post, language, abstracts[language], f"{post.contribution_id}.{language}", written)
        written.append(language)


def spare_list(ctx: Context, post: Post) -> None:
    """The list of a language gets the text itself: whoever was not told of it yet need not be."""
    ctx.uow.outbox.cancel_about(post.contribution_id, ELSEWHERE, post.version.language)


def tell_abstract(ctx: Context, abstract: Abstract) -> None:
    """An abstract is there now: its list hears of it once, unless the whole text can be read there."""
    named = ctx.uow.contributions.find_contribution(abstract.contribution_id)
    kept = ctx.uow.merges.find_kept(named) if named is not None else None
    original = ctx.uow.contributions.find_original(kept) if kept is not None else None
    if (
        original is None
        or original.contribution.withdrawn_at
        or not ctx.uow.contributions.is_live(original.revision)
    ):
        return
    there = [post.version.language for post in ctx.uow.contributions.list_published(original.contribution_id)]
    if abstract.language in _list_concerned(ctx, original.contribution) and abstract.language not in there:
        key = f"{original.contribution_id}.{abstract.language}.abstract"
        _enqueue(ctx, original, abstract.language, abstract, key, there)


def show_abstract(abstract: Abstract, language: str) -> Shown:
    """An abstract for its reader; its title only where the text does not begin with it."""
    return Shown(
        title="" if is_from_text(abstract.title, abstract.text) else abstract.title,
        text=abstract.text,
        machine=abstract.machine,
        name="" if abstract.origin == AUTHOR else shown_name(abstract.author_name, language),
    )


def _list_concerned(ctx: Context, contribution: Contribution) -> tuple[str, ...]:
    """Whose lists are told: all of them; of a comment only those of whoever wrote what it comments."""
    parent = ctx.uow.contributions.find_contribution(contribution.parent_id)
    languages = ctx.settings.languages
    return languages if parent is None else tuple(one for one in languages if one == parent.language)


def _enqueue(
    ctx: Context, post: Post, language: str, abstract: Abstract | None, key: str, not_on: Sequence[str]
) -> None:
    number = post.contribution.number or 0
    enqueue_list_mail(
        ctx,
        ELSEWHERE,
        key,
        language,
        _render(ctx, post, language, abstract),
        reply_to=ctx.addresses.reply(number, language),
        about=About(post.contribution_id, post.revision_id),
        # A post to several external lists: what comes from the others is waited for.
        send_at=None if ctx.settings.list_for(language).hosted else ctx.now + PATIENCE,
        readers=Readers((FULL, NOTICE), post.revision.author_email, tuple(not_on)),
    )


def _render(ctx: Context, post: Post, language: str, abstract: Abstract | None) -> Rendered:
    contribution, revision = post.contribution, post.revision
    parent = ctx.uow.contributions.find_contribution(contribution.parent_id)
    return render_notice(
        ctx,
        ELSEWHERE,
        language,
        number=contribution.number,
        title=abstract.title if abstract else revision.title,
        author_name=with_place(shown_name(contribution.author_name, language), revision.place),
        text_language=post.version.language,
        target=language,
        size=len(revision.text.encode()),
        abstract=show_abstract(abstract, language) if abstract else None,
        parent=(parent.number, parent.title) if parent else None,
    )
