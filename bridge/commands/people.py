"""`subscribers`: who is on the hosted lists."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

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
from config.forum import Settings
from handlers.context import Context
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import Mailbox, parse_mailboxes

app = typer.Typer(help="Who is on the hosted lists.", no_args_is_help=True)

ListOption = Annotated[str, typer.Option("--list", help="The address of a list.")]
PeopleArgument = Annotated[list[str], typer.Argument(help='Addresses, also as "Name <address>".')]


@app.command()
def add(people: PeopleArgument, list_address: ListOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Put people on a list; they are not asked."""
    boxes = [_parse_person(person) for person in people]
    with change_forum(config) as ctx:
        language = _find_list(ctx.settings, list_address)
        new = sum(ctx.uow.people.subscribe(box.email, language, box.name) for box in boxes)
    typer.echo(f"{new} added, {len(boxes) - new} there already")


@app.command()
def remove(people: PeopleArgument, list_address: ListOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take people off a list."""
    boxes = [_parse_person(person) for person in people]
    with change_forum(config) as ctx:
        language = _find_list(ctx.settings, list_address)
        gone = sum(bool(ctx.uow.people.unsubscribe(box.email, language)) for box in boxes)
    typer.echo(f"{gone} removed, {len(boxes) - gone} not there")


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
    file: Annotated[Path, typer.Argument(help="CSV with the columns email, language and name.")],
    list_address: Annotated[
        str | None, typer.Option("--list", help="The list for rows without a language.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put the people of a CSV file on their lists: all of them, or none where a row is wrong."""
    with change_forum(config) as ctx:
        default = _find_list(ctx.settings, list_address) if list_address else ""
        new, known = import_file(ctx, file, default)
    typer.echo(f"{new} added, {known} there already")


def import_file(ctx: Context, file: Path, default_language: str = "") -> tuple[int, int]:
    """How many rows of a CSV file are new on their lists, and how many were there. RefusedError names every wrong row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            # Spreadsheets in French and Spanish write semicolons.
            first = lines.readline()
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=";" if ";" in first else ",")
            if "email" not in (reader.fieldnames or ()):
                raise RefusedError(f"{file.name}:1: the first line names the columns: email,language,name")
            rows = list(_read_rows(reader, ctx.settings, default_language))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RefusedError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if wrong := [row for row in rows if isinstance(row, str)]:
        raise RefusedError("\n".join(f"{file.name}:{line}" for line in wrong))
    good = [row for row in rows if not isinstance(row, str)]
    new = ctx.uow.people.add_all(good)
    return new, len(good) - new


def _read_rows(
    reader: "csv.DictReader[str]", settings: Settings, default: str
) -> Iterable[tuple[str, str, str] | str]:
    """(email, language, name), or what is wrong with the row behind its line number."""
    for row in reader:
        email = (row.get("email") or "").strip().lower()
        language = (row.get("language") or default).strip()
        if not parse_mailboxes(email) or not is_deliverable(email):
            yield f'{reader.line_num}: "{email}" is not an e-mail address'
        elif language not in settings.languages:
            yield f'{reader.line_num}: the forum has no list in "{language}"'
        else:
            yield email, language, (row.get("name") or "").strip()


def _parse_person(text: str) -> Mailbox:
    boxes = parse_mailboxes(text)
    if len(boxes) != 1 or not is_deliverable(boxes[0].email):
        raise RefusedError(f'"{text}" is not an e-mail address')
    return boxes[0]


def _find_list(settings: Settings, address: str) -> str:
    for item in settings.lists:
        if address.lower() in (item.address, item.language):
            return item.language
    raise RefusedError(f'the forum has no list "{address}"')
