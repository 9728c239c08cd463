"""`subscribers`: who is on the hosted lists."""

import sys
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from bridge.commands.forum import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    RefusedError,
    change_forum,
    open_forum,
    show_rows,
)
from bridge.members import MembersError, parse_members, write_members
from config.forum import Settings
from handlers.context import Context
from handlers.forget import forget_person, is_in_settings
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import Mailbox, parse_mailboxes
from store.privacy import Forgotten

app = typer.Typer(help="Who is on the hosted lists.", no_args_is_help=True)

ListOption = Annotated[str, typer.Option("--list", help="The address of a list.")]
PeopleArgument = Annotated[list[str], typer.Argument(help='Addresses, also as "Name <address>".')]


@app.command()
def add(people: PeopleArgument, list_address: ListOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Put people on a list; they are not asked."""
    boxes = [_parse_person(person) for person in people]
    with change_forum(config) as ctx:
        language = _find_list(ctx.settings, list_address)
        mode = ctx.settings.forum.delivery
        new = sum(ctx.uow.people.subscribe(box.email, language, box.name, mode=mode) for box in boxes)
    typer.echo(f"{new} added, {len(boxes) - new} there already")


@app.command()
def remove(people: PeopleArgument, list_address: ListOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take people off a list."""
    boxes = [_parse_person(person) for person in people]
    with change_forum(config) as ctx:
        language = _find_list(ctx.settings, list_address)
        gone = sum(bool(ctx.uow.people.unsubscribe(box.email, language)) for box in boxes)
    typer.echo(f"{gone} removed, {len(boxes) - gone} not there")


@app.command()
def forget(
    people: PeopleArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Forget people for good: what they published stays without their name. They are neither asked nor told."""
    boxes = [_parse_person(person) for person in people]
    rows = []
    with change_forum(config) as ctx:
        for box in boxes:
            if not ctx.uow.known.is_known(ctx.uow.people.list_addresses(box.email)):
                raise RefusedError(f"nothing is stored about {box.email}")
            done = forget_person(ctx, box.email)
            rows.append((box.email, *(_count(value) for value in asdict(done).values())))
    names = [field.name for field in fields(Forgotten)]
    show_rows("Forgotten", ("person", *names), rows, as_json)
    if named := [box.email for box in boxes if is_in_settings(ctx.settings, box.email)]:
        typer.echo(f"forum.toml still names {', '.join(named)}", err=True)


@app.command("list")
def list_people(
    list_address: Annotated[
        str | None, typer.Option("--list", help="The address of a list; else all.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show who is on a list."""
    with open_forum(config) as house, house.unit() as ctx:
        language = _find_list(house.settings, list_address) if list_address else None
        rows = [
            (one.email, one.name, one.language, one.joined_at)
            for one in ctx.uow.people.list_subscribers(language)
        ]
    show_rows("Subscribers", ("email", "name", "language", "joined"), rows, as_json)


@app.command("import")
def import_people(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV (email, language, name), the output of `mailman members`, or a dump of Sympa; - reads standard input."
        ),
    ],
    list_address: Annotated[
        str | None, typer.Option("--list", help="The list of those whose line names no language.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put the people of a file on their lists: all of them, or none where a line is wrong."""
    with change_forum(config) as ctx:
        default = _find_list(ctx.settings, list_address) if list_address else ""
        new, known, silent = import_file(ctx, file, default)
    typer.echo(
        f"{new} added, {known} there already" + (f", {silent} left out (they take no mail)" if silent else "")
    )


@app.command("export")
def export_people(
    list_address: Annotated[
        str | None, typer.Option("--list", help="The address of a list; else all.")
    ] = None,
    form: Annotated[
        Literal["csv", "mailman"], typer.Option("--format", help="mailman: one `Name <address>` a line.")
    ] = "csv",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print who is on a list, so that another program (or `import`) can read it."""
    with open_forum(config) as house, house.unit() as ctx:
        language = _find_list(house.settings, list_address) if list_address else None
        typer.echo(write_members(ctx.uow.people.list_subscribers(language), form), nl=False)


@app.command("bounces")
def list_bounces(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show whose mail came back, how often, and who is suspended for it."""
    with open_forum(config) as house, house.unit() as ctx:
        rows = [
            (one.email, one.bounces, one.last_at, one.status, one.suspended)
            for one in ctx.uow.bounces.list_bouncing(ctx.now - timedelta(days=days))
        ]
    show_rows("Bounces", ("email", "bounces", "last", "status", "suspended"), rows, as_json)


def import_file(ctx: Context, file: Path, default_language: str = "") -> tuple[int, int, int]:
    """How many of a file are new on their lists, were there, and take no mail. RefusedError names every wrong line."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        members = parse_members(text)
    except MembersError as error:
        raise RefusedError(f"{file.name}:1: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    rows, wrong = [], []
    for member in members:
        language = member.language or default_language
        if member.mistake:
            wrong.append(f"{file.name}:{member.line}: {member.mistake}")
        elif language not in ctx.settings.languages:
            needed = f'the forum has no list in "{language}"' if language else "which list? (--list ADDRESS)"
            wrong.append(f"{file.name}:{member.line}: {needed}")
        elif member.takes_mail:
            rows.append((member.email, language, member.name))
    if wrong:
        raise RefusedError("\n".join(wrong))
    new = ctx.uow.people.add_all(rows, ctx.settings.forum.delivery)
    return new, len(rows) - new, len(members) - len(rows)


def _parse_person(text: str) -> Mailbox:
    boxes = parse_mailboxes(text)
    if len(boxes) != 1 or not is_deliverable(boxes[0].email):
        raise RefusedError(f'"{text}" is not an e-mail address')
    return boxes[0]


def _count(value: object) -> object:
    return len(value) if isinstance(value, tuple) else value


def _find_list(settings: Settings, address: str) -> str:
    for item in settings.lists:
        if address.lower() in (item.address, item.language):
            return item.language
    raise RefusedError(f'the forum has no list "{address}"')
