"""The command line: every mistake is one clear line on stderr and exit 1; wrong usage is exit 2."""

import asyncio
import logging
import secrets
import sys
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bridge.check import find_language_warnings, find_linking_warnings, find_obstacles
from bridge.commands import ingest, linking, people, posts, printing
from bridge.commands.forum import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    RefusedError,
    get_phase,
    open_forum,
    report_shunted,
    show_json,
)
from bridge.daemon import run_daemon
from bridge.edge import EdgeError
from bridge.printing import PrintingError
from bridge.smarthost import SmarthostError
from bridge.wiring import (
    House,
    keep_in_step,
    make_relay,
    make_smarthost,
    make_worker,
    set_up_logging,
    system_clock,
)
from config.forum import load_settings
from config.i18n import MissingCatalogueError
from config.loading import ConfigError
from config.starter import write_starter
from handlers.announce import find_announced, render_announcement
from handlers.notices import render_notice
from store.database import StoreError, upgrade_database
from store.dispatch import find_next_attempt

app = typer.Typer(
    help="A citizens' forum in several languages, over plain e-mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(people.app, name="subscribers")
posts.register(app)
linking.register(app)
ingest.register(app)
printing.register(app)

CLEAR_ERRORS = (
    ConfigError,
    StoreError,
    EdgeError,
    SmarthostError,
    RefusedError,
    PrintingError,
    MissingCatalogueError,
)


def main() -> None:
    """The `manyvoices` command."""
    # What an administrator is to know of a command is a line of its own.
    set_up_logging(json=not sys.stderr.isatty(), level=logging.ERROR)
    try:
        app()
    except CLEAR_ERRORS as error:
        sys.exit(str(error))
    except DBAPIError as error:
        sys.exit(f"database: {str(error.orig).splitlines()[0]}")
    except OSError as error:
        # Full, read-only, not ours: the machine's own words say it best.
        sys.exit(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A folder, made where it is missing.")]) -> None:
    """Write a commented forum.toml that runs as it is, and a secret."""
    for path in write_starter(folder, secrets.token_bytes, system_clock().date()):
        typer.echo(f"wrote {path}")
    typer.echo(f"next: manyvoices check --config {folder / 'forum.toml'}")


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Validate forum.toml, and try the database and the smarthost."""
    settings = load_settings(config)
    for warning in (
        *settings.find_warnings(),
        *find_language_warnings(settings),
        *find_linking_warnings(settings),
    ):
        typer.echo(f"warning: {warning}")
    if obstacles := asyncio.run(find_obstacles(settings)):
        raise RefusedError("\n".join(obstacles))
    typer.echo("all is well")


@app.command()
def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the forum until it is told to stop."""
    set_up_logging(json=not sys.stderr.isatty())
    with open_forum(config, create=True) as house:
        _run_loop(run_daemon(house))


@app.command()
def tick(
    at: Annotated[
        str | None,
        typer.Option(
            help="As if it were this instant, such as 2013-09-09T09:00:05+02:00: what is due by then is really sent."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Do once what is due: handle waiting mail, announce, send. Safe to repeat."""
    instant = _parse_instant(at) if at else system_clock()
    settings = load_settings(config)
    if instant > system_clock() and not settings.server.smarthost.startswith("maildir://"):
        raise RefusedError("tick: an instant in the future needs a maildir:// smarthost; nothing was done")
    with open_forum(config, now=instant, create=True) as house:
        keep_in_step(house)
        with report_shunted(house):
            make_worker(house, lambda: None).run_once()
        sent, obstacle = asyncio.run(_send_once(house))
    typer.echo(f"{sent} sent")
    if obstacle:
        raise RefusedError(f"{obstacle}; what waits is sent by the next run or tick")


@app.command()
def digest(
    kind: Literal["opening", "reminder", "closing"],
    phase: Annotated[str, typer.Option(help="A number such as 3, or 2.3 with its theme.")],
    language: Annotated[str, typer.Option(help="One of the forum's languages.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print an announcement as it would be sent now; nothing is sent or kept."""
    with open_forum(config) as house, house.unit() as ctx:
        # In this unit only, which nobody commits.
        ctx.uow.phases.keep_in_step(house.settings)
        if language not in house.settings.languages:
            raise RefusedError(f'the forum has no list in "{language}"')
        theme, row = get_phase(ctx, phase)
        announced = find_announced(ctx, theme, row.number)
        if announced is None:
            raise RefusedError(f"phase {phase} is no longer in {config.name}")
        reminders = row.reminders or ["3d"]
        occasion = reminders[0] if kind == "reminder" else ""
        rendered = render_announcement(ctx, announced, kind, occasion, language)
    typer.echo(f"Subject: {rendered.subject}\n\n{rendered.body}", nl=False)


@app.command()
def counts(
    phase: Annotated[str, typer.Option(help="A number such as 3, or 2.3 with its theme.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print the partition of the contributions by languages: the theme so far, and of these the phase's."""
    with open_forum(config) as house, house.unit() as ctx:
        ctx.uow.phases.keep_in_step(house.settings)
        theme, row = get_phase(ctx, phase)
        found = ctx.uow.phases.count(row, house.settings.languages, ctx.now)
        if as_json:
            show_json(
                {
                    "phase": f"{theme}.{row.number}",
                    "theme_so_far": _partition(found["theme"]),
                    "in_phase": _partition(found["phase"]),
                    "comments": found["comments"],
                    "lacking": found["lacking"],
                }
            )
            return
        rendered = render_notice(
            ctx,
            "counts",
            ctx.forum_language,
            counts=found["theme"],
            phase_counts=found["phase"],
            comments=found["comments"],
            all_languages=house.settings.languages,
            phase_number=row.number,
        )
    typer.echo(rendered.body, nl=False)


@app.command()
def reconcile(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Account for every accepted delivery by its outcome; exit 1 unless the difference is 0."""
    with open_forum(config) as house, house.unit() as ctx:
        account = ctx.uow.deliveries.account()
    if as_json:
        show_json(
            {"accepted": account.accepted, "outcomes": account.outcomes, "difference": account.difference}
        )
    else:
        for outcome, number in account.outcomes.items():
            typer.echo(f"{outcome:<14}{number:>8}")
        typer.echo(f"{'accepted':<14}{account.accepted:>8}\n{'difference':<14}{account.difference:>8}")
    if account.difference:
        raise typer.Exit(1)


@db.command()
def upgrade(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the schema up to date."""
    url = load_settings(config).database_url
    try:
        upgrade_database(url)
    except CommandError as error:
        raise RefusedError(f"{url}: its schema is unknown here, a newer program made it: {error}") from error
    typer.echo("the schema is up to date")


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="A folder for the outgoing mail; else a new one.")] = None,
) -> None:
    """Run a whole forum on this machine in some seconds, and show its announcements."""
    # Imported here: nothing else needs it, and every command would pay for it.
    from bridge.demo import run_demo

    run_demo(keep)


async def _send_once(house: House) -> tuple[int, str]:
    """How many recipients have an answer, and why others could not be tried."""
    smarthost = make_smarthost(house.settings)
    relay = make_relay(house, smarthost)
    try:
        sent = await relay.send_due()
        following = find_next_attempt(house.database.engine)
        due = following is not None and following <= house.now()
        return sent, await smarthost.check() if due else ""
    finally:
        await relay.stop()


def _run_loop(work: Coroutine[None, None, None]) -> None:
    """On uvloop where it is there."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def _partition(counts: dict[str, Any]) -> dict[str, Any]:
    """A partition for programs: its lines and folded lines add up to its total."""
    return {
        "total": counts["total"],
        "lines": [{"languages": languages, "count": number} for languages, number in counts["lines"]],
        "folded": [{"languages_each": size, "count": number} for size, number in counts["folded"]],
    }


def _parse_instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(f'"{text}" is not an instant such as 2013-09-09T09:00:05+02:00') from None
    if instant.tzinfo is None:
        raise RefusedError(f'"{text}" has no offset from UTC: write 2013-09-09T09:00:05+02:00')
    return instant


if __name__ == "__main__":
    main()
