"""`held`, `approve`, `reject`, `discard`, `undo`: the same decisions as by mail, by the same function; `shunted`, `outbox`."""

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
from handlers.decide import Status, decide
from handlers.mail.answers import Verdict
from handlers.publish import what_is
from store.posts import APPROVED, HELD

_DONE: dict[Verdict, str] = {
    "approve": "published",
    "reject": "returned; its author is told in 30 minutes",
    "discard": "deleted",
    "undo": "taken back; it waits again",
}

IdArgument = Annotated[int, typer.Argument(help="The id that `held` shows.", min=1, max=LARGEST_ID)]
DeliveryArgument = Annotated[int, typer.Argument(help="The id that `shunted` shows.", min=1, max=LARGEST_ID)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (held, approve, reject, discard, undo, outbox):
        app.command()(command)
    shunted_app = typer.Typer(help="Mail that was set aside, because handling it failed.")
    shunted_app.callback(invoke_without_command=True)(list_shunted)
    shunted_app.command("show")(show_shunted)
    shunted_app.command("retry")(retry_shunted)
    app.add_typer(shunted_app, name="shunted")


def held(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show what waits for a moderator, or is approved and waits for the text that it belongs to."""
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


def _decide(post_id: int, verdict: Verdict, reason: str, config: ConfigOption) -> None:
    with change_forum(config) as ctx:
        post = ctx.uow.contributions.find_post(post_id)
        if post is None:
            raise RefusedError(f"there is no text {post_id}")
        decided = decide(ctx, post, verdict, "the administrator", "command line", reason)
        title = post.revision.title
        if decided.status is Status.STANDS:
            standing = decided.decision
            raise RefusedError(
                f'"{title}" was decided already: {standing.verdict} by {standing.moderator}, '
                f"{standing.decided_at:%Y-%m-%d %H:%M} UTC"
                if standing
                else f'"{title}" is not waiting'
            )
        if decided.status is Status.TOO_LATE:
            raise RefusedError(f'"{title}": only a rejection can be taken back, within 30 minutes')
        number = post.contribution.number
    numbered = f" as no. {number}" if verdict == "approve" and number else ""
    typer.echo(f'"{title}": {_DONE[verdict]}{numbered}')
