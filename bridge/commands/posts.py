"""`held`, `approve`, `reject`, `discard`, `undo`, `move`, `split`: decided as by mail, by the same functions; `shunted`, `outbox`."""

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
    show_json,
    show_rows,
)
from handlers.context import Context
from handlers.decide import Decided, Ruling, Status, decide
from handlers.move import move
from handlers.publish import what_is
from handlers.split import split
from handlers.words import find_language
from store.posts import APPROVED, HELD, Post

_DONE: dict[Ruling, str] = {
    "approve": "published",
    "reject": "returned; its author is told in 30 minutes",
    "discard": "deleted",
    "undo": "taken back; it waits again",
}
ADMINISTRATOR = "the administrator"
_REFUSED: dict[Status, str] = {
    Status.STANDS: " is not waiting",
    Status.WAITING: " is waiting: nothing was decided",
    Status.TOO_LATE: ": only a rejection can be taken back, within 30 minutes",
    Status.SAME_LIST: " is on that list already",
    Status.HAS_VERSION: ": there is a text of this contribution in that language already",
    Status.NOT_TWO: ": it is not a new text in two languages, one below the other",
}

IdArgument = Annotated[int, typer.Argument(help="The id that `held` shows.", min=1, max=LARGEST_ID)]
DeliveryArgument = Annotated[int, typer.Argument(help="The id that `shunted` shows.", min=1, max=LARGEST_ID)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (held, approve, reject, discard, undo, outbox):
        app.command()(command)
    app.command("move")(move_text)
    app.command("split")(split_text)
    shunted_app = typer.Typer(help="Mail that was set aside, because handling it failed.")
    shunted_app.callback(invoke_without_command=True)(list_shunted)
    shunted_app.command("show")(show_shunted)
    shunted_app.command("retry")(retry_shunted)
    app.add_typer(shunted_app, name="shunted")


def held(
    post_id: Annotated[
        int | None,
        typer.Argument(help="Show one text whole, with what was left out of it.", min=1, max=LARGEST_ID),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what waits for a moderator, or is approved and waits for the text that it belongs to."""
    if post_id is not None:
        _show_post(post_id, config, as_json)
        return
    with open_forum(config) as house, house.unit() as ctx:
        rows = [
            (
                post.revision_id,
                what_is(ctx, post),
                post.version.language,
                post.revision.author_email,
                post.revision.title,
                post.revision.received_at,
                "approved, with its original"
                if post.revision.state == APPROVED
                else ", ".join(post.revision.hold_reasons),
            )
            for post in ctx.uow.waiting.list_posts((HELD, APPROVED))
        ]
    show_rows(
        "Waiting for approval",
        ("id", "what", "language", "author", "title", "received", "reasons"),
        rows,
        as_json,
    )


def _show_post(post_id: int, config: ConfigOption, as_json: bool) -> None:
    """One text: who wrote and who sent it, why it waits, its text, and what was taken out of the mail."""
    with open_forum(config) as house, house.unit() as ctx:
        post = _get_post(ctx, post_id)
        revision = post.revision
        shown = {
            "id": post.revision_id,
            "what": what_is(ctx, post),
            "state": revision.state,
            "language": post.version.language,
            "title": revision.title,
            "author": revision.author_name,
            "place": revision.place,
            "sent by": revision.sent_by,
            "address": revision.author_email,
            "received": revision.received_at,
            "reasons": ", ".join(revision.hold_reasons),
            "text from": revision.source,
            "attachments": revision.attachments,
        }
        text, cut = revision.text, revision.cut
        attached = [f"{item['name']} ({item['size']} bytes)" for item in revision.attachments]
    if as_json:
        show_json({**shown, "text": text, "cut": cut})
        return
    shown["attachments"] = ", ".join(attached)
    # In a column of their own, on one line each: what people write must not look like another line of ours.
    show_rows("", ("name", "value"), [(name, value) for name, value in shown.items() if value], as_json=False)
    typer.echo(f"\n{text}")
    if cut:
        typer.echo(f"\n--- left out ---\n{cut}")


def approve(post_id: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Publish a text."""
    _decide(post_id, "approve", "", config)


def reject(
    post_id: IdArgument,
    reason: Annotated[str, typer.Option(help="What the author is told, after 30 minutes.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Return a text to its author."""
    _decide(post_id, "reject", reason, config)


def discard(post_id: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Delete a text without a word."""
    _decide(post_id, "discard", "", config)


def undo(post_id: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take a rejection back, within 30 minutes."""
    _decide(post_id, "undo", "", config)


def outbox(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show mail that is waiting to be sent, or could not be."""
    with open_forum(config) as house, house.unit() as ctx:
        rows = [
            (
                mail.outgoing_id,
                mail.kind,
                mail.subject,
                mail.waiting,
                mail.failed,
                mail.next_attempt_at,
                mail.reply,
            )
            for mail in ctx.uow.outbox.list_waiting()
        ]
    show_rows(
        "Outbox", ("id", "kind", "subject", "waiting", "failed", "next attempt", "last reply"), rows, as_json
    )


def list_shunted(
    context: typer.Context, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show what was set aside."""
    if context.invoked_subcommand:
        return
    with open_forum(config) as house, house.unit() as ctx:
        rows = [
            (
                delivery.id,
                delivery.recipient,
                delivery.received_at,
                (delivery.traceback.strip().splitlines() or [""])[-1],
            )
            for delivery in ctx.uow.deliveries.list_shunted()
        ]
    show_rows("Set aside", ("id", "recipient", "received", "cause"), rows, as_json)


def show_shunted(delivery_id: DeliveryArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print the traceback of a delivery that was set aside."""
    with open_forum(config) as house, house.unit() as ctx:
        try:
            typer.echo(ctx.uow.deliveries.get(delivery_id).traceback, nl=False)
        except KeyError:
            raise RefusedError(f"there is no delivery {delivery_id}") from None


def retry_shunted(delivery_id: DeliveryArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let a delivery be handled again: by the running daemon, or at the next `run` or `tick`."""
    with change_forum(config) as ctx:
        if not ctx.uow.deliveries.retry(delivery_id):
            raise RefusedError(f"delivery {delivery_id} is not set aside")
    typer.echo(f"delivery {delivery_id} waits to be handled again")


def move_text(
    post_id: IdArgument,
    language: Annotated[str, typer.Argument(help="The list to move it to: fr, or French.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Move a text that waits to the list of another language, whose moderators decide."""
    with change_forum(config) as ctx:
        post = _get_post(ctx, post_id)
        to = find_language(language, ctx.settings.languages)
        if to is None:
            raise RefusedError(f"the forum has no list in {language}")
        title = post.revision.title
        _refuse(title, move(ctx, post, to, ADMINISTRATOR, "command line"))
    typer.echo(f'"{title}": moved to the list in {to}, where it waits')


def split_text(post_id: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Publish a text in two languages, one below the other, as one contribution with two originals."""
    with change_forum(config) as ctx:
        post = _get_post(ctx, post_id)
        title = post.revision.title
        _refuse(title, split(ctx, post, ADMINISTRATOR, "command line"))
        number = post.contribution.number
    typer.echo(f'"{title}": published in two languages' + (f" as no. {number}" if number else ""))


def _get_post(ctx: Context, post_id: int) -> Post:
    post = ctx.uow.contributions.find_post(post_id)
    if post is None:
        raise RefusedError(f"there is no text {post_id}")
    return post


def _refuse(title: str, decided: Decided) -> None:
    """RefusedError, with what stands, where nothing was changed."""
    standing = decided.decision
    if decided.status is Status.STANDS and standing is not None:
        raise RefusedError(
            f'"{title}" was decided already: {standing.verdict} by {standing.moderator}, '
            f"{standing.decided_at:%Y-%m-%d %H:%M} UTC"
        )
    if decided.status in _REFUSED:
        raise RefusedError(f'"{title}"{_REFUSED[decided.status]}')


def _decide(post_id: int, verdict: Ruling, reason: str, config: ConfigOption) -> None:
    with change_forum(config) as ctx:
        post = _get_post(ctx, post_id)
        title = post.revision.title
        _refuse(title, decide(ctx, post, verdict, ADMINISTRATOR, "command line", reason))
        number = post.contribution.number
    numbered = f" as no. {number}" if verdict == "approve" and number else ""
    typer.echo(f'"{title}": {_DONE[verdict]}{numbered}')
