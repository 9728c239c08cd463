"""`link`, `unlink`, `merge`, `withdraw`: joined and separated as by mail, by the same functions; `links` says why."""

from typing import Annotated

import typer

from bridge.commands.forum import (
    DEFAULT_CONFIG,
    LARGEST_ID,
    ConfigOption,
    JsonOption,
    RefusedError,
    change_forum,
    open_forum,
    show_rows,
)
from bridge.commands.posts import ADMINISTRATOR, IdArgument
from handlers import joining
from handlers.context import Context
from handlers.decide import Status
from handlers.reasons import describe_reasons
from handlers.words import find_language
from store.posts import APPROVED, HELD, Post
from store.tables import Contribution, Link

_REFUSED: dict[Status, str] = {
    Status.STANDS: "it was returned or deleted",
    Status.HAS_VERSION: "there is a text of that contribution in this language already",
    Status.JOINED: "it is that contribution already",
    Status.IS_COMMENT: "a comment is a text of its own",
    Status.IS_WITHDRAWN: "it is withdrawn",
    Status.NOT_WITHDRAWN: "it is not withdrawn",
    Status.NOT_PUBLISHED: "it is not published",
    Status.NOT_LINKED: "it is a contribution of its own already",
    Status.HAS_TRANSLATIONS: "others are translations of it: separate these",
}
_COLUMNS = (
    "id",
    "title",
    "language",
    "is",
    "number",
    "probability",
    "how",
    "why",
    "by",
    "since",
    "undone by",
)

NumberArgument = Annotated[int, typer.Argument(help="The number of a contribution.", min=1, max=LARGEST_ID)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(link)
    app.command()(unlink)
    app.command()(merge)
    app.command()(withdraw)
    app.command()(links)


def link(post_id: IdArgument, number: NumberArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Join a text to a contribution, as its translation; one that waits still waits."""
    with change_forum(config) as ctx:
        post, contribution = _get_post(ctx, post_id), _get_contribution(ctx, number)
        title = post.revision.title
        _refuse(f'"{title}"', joining.link(ctx, post, contribution, by=ADMINISTRATOR, how="command line"))
        post = _get_post(ctx, post_id)
        waits = ", and waits" if post.revision.state == HELD else ""
        kept = ctx.uow.merges.find_kept(post.contribution).number
        language = post.version.language
    typer.echo(f'"{title}": the text of no. {kept} in {language} now{waits}')


def unlink(
    number: Annotated[
        int,
        typer.Argument(
            help="The number of a contribution; or alone, the id of a text.",
            metavar="NUMBER|ID",
            min=1,
            max=LARGEST_ID,
        ),
    ],
    language: Annotated[str | None, typer.Argument(help="Which of its texts: fr, or French.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Separate a text from a contribution; what was merged has its number again. They are not suggested again."""
    with change_forum(config) as ctx:
        post = _get_post(ctx, number) if language is None else _get_text(ctx, number, language)
        title = post.revision.title
        _refuse(f'"{title}"', joining.unlink(ctx, post, by=ADMINISTRATOR, how="command line"))
        own = _get_post(ctx, post.revision_id).contribution.number
    typer.echo(
        f'"{title}": separated; ' + (f"it is no. {own} now" if own else "it waits, as a text of its own")
    )


def merge(
    number: NumberArgument, other_number: NumberArgument, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Make one contribution of two, under the lower number; the higher number leads there."""
    with change_forum(config) as ctx:
        one, other = _get_contribution(ctx, number), _get_contribution(ctx, other_number)
        status = joining.merge(ctx, one, other, by=ADMINISTRATOR, how="command line")
        _refuse(f"no. {number} and no. {other_number}", status)
        kept = ctx.uow.merges.find_kept(one).number
    typer.echo(f"no. {number} and no. {other_number} are no. {kept} now")


def withdraw(
    number: NumberArgument,
    restore: Annotated[bool, typer.Option("--restore", help="Let it count again.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Withdraw a contribution: it keeps its number, and leaves later counts."""
    act = joining.restore if restore else joining.withdraw
    with change_forum(config) as ctx:
        contribution = _get_contribution(ctx, number)
        _refuse(f"no. {number}", act(ctx, contribution, by=ADMINISTRATOR, how="command line"))
        kept = ctx.uow.merges.find_kept(contribution).number
    typer.echo(f"no. {kept}: restored" if restore else f"no. {kept}: withdrawn")


def links(
    number: Annotated[
        int | None,
        typer.Argument(help="Those of one contribution; else all.", min=1, max=LARGEST_ID),
    ] = None,
    held: Annotated[bool, typer.Option("--held", help="Only of texts that wait.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what texts were taken for, how likely that is and why, and what somebody decided about it."""
    with open_forum(config) as house, house.unit() as ctx:
        only = ctx.uow.contributions.find_numbered(number) if number is not None else None
        if number is not None and only is None:
            raise RefusedError(f"there is no contribution {number}")
        states = (HELD, APPROVED) if held else ()
        found = ctx.uow.links.list_links(only.id if only else None, states=states)
        rows = [_describe(ctx, link, post) for link, post in found]
    show_rows("Joined and suggested", _COLUMNS, rows, as_json)


def _describe(ctx: Context, link: Link, post: Post) -> tuple[object, ...]:
    """The administrator's own language is not known: in English, as everything on the command line."""
    contribution = ctx.uow.contributions.find_contribution(link.contribution_id)
    return (
        post.revision_id,
        post.revision.title,
        post.version.language,
        link.state,
        contribution.number if contribution else None,
        None if link.probability is None else round(link.probability, 3),
        link.signal,
        describe_reasons(link.reasons, "en"),
        link.made_by,
        link.made_at,
        link.undone_by,
    )


def _get_post(ctx: Context, post_id: int) -> Post:
    post = ctx.uow.contributions.find_post(post_id)
    if post is None:
        raise RefusedError(f"there is no text {post_id}")
    return post


def _get_contribution(ctx: Context, number: int) -> Contribution:
    contribution = ctx.uow.contributions.find_by_number(number)
    if contribution is None:
        raise RefusedError(f"there is no contribution {number}")
    return contribution


def _get_text(ctx: Context, number: int, said: str) -> Post:
    """The text of a contribution in a language: its own where it was merged and that stayed, else of what it leads to."""
    language = find_language(said, ctx.settings.languages)
    if language is None:
        raise RefusedError(f"the forum has no list in {said}")
    kept, numbered = _get_contribution(ctx, number), ctx.uow.contributions.find_numbered(number)
    for contribution in (numbered, kept):
        version = ctx.uow.contributions.find_version(contribution.id, language) if contribution else None
        newest = ctx.uow.contributions.find_newest_text(version) if version else None
        if newest is not None:
            return _get_post(ctx, newest.id or 0)
    raise RefusedError(f"no. {number} has no text in {language}")


def _refuse(what: str, status: Status) -> None:
    """RefusedError where nothing was changed."""
    if status is not Status.DONE:
        raise RefusedError(f"{what}: {_REFUSED.get(status, status.value)}; nothing was changed")
