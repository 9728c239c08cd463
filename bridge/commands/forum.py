"""What the commands of the command line share: the configuration, an open forum, and how results are shown."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bridge.wake import wake_daemon
from bridge.wiring import House, open_house
from config.forum import load_settings
from handlers.context import Context
from store.tables import Phase

ConfigOption = Annotated[
    Path,
    typer.Option("--config", envvar="MANYVOICES_CONFIG", help="The forum's definition.", show_default=True),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
DEFAULT_CONFIG = Path("forum.toml")
LARGEST_ID = 2**31 - 1
"""What every database takes as an id."""

_PHASE = re.compile(r"(?:(?P<theme>\d{1,9})\.)?(?P<number>\d{1,9})", re.ASCII)


class RefusedError(Exception):
    """A command cannot be carried out; the text is one clear line."""


@contextmanager
def open_forum(config: Path, *, now: datetime | None = None, create: bool = False) -> Iterator[House]:
    """The forum of a configuration, at the machine's time or at an instant."""
    house = open_house(load_settings(config), now=(lambda: now) if now else None, create=create)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def change_forum(config: Path) -> Iterator[Context]:
    """A unit of work that is committed when nothing was refused; a running daemon is woken."""
    with open_forum(config) as house:
        with house.unit() as ctx:
            yield ctx
            ctx.uow.commit()
        wake_daemon(house.settings.database_url)


@contextmanager
def report_shunted(house: House) -> Iterator[None]:
    """A line on stderr where handling mail meanwhile has set some aside."""
    before = _count_shunted(house)
    yield
    if new := _count_shunted(house) - before:
        typer.echo(f"{new} set aside (manyvoices shunted shows why)", err=True)


def _count_shunted(house: House) -> int:
    with house.unit() as ctx:
        return len(ctx.uow.deliveries.list_shunted())


def get_phase(ctx: Context, said: str) -> tuple[int, Phase]:
    """Theme number and phase of "3" (the most recently started theme's) or "2.3". RefusedError where there is none."""
    named = _PHASE.fullmatch(said)
    if named is None:
        raise RefusedError(f'"{said}" is not a phase such as 3 or 2.3')
    phases, number = ctx.uow.phases, int(named["number"])
    phase = phases.find(int(named["theme"]), number) if named["theme"] else phases.find_latest(number)
    if phase is None:
        raise RefusedError(f"there is no phase {said}")
    return phases.theme_number(phase), phase


def show_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], as_json: bool) -> None:
    """A table for people, a list of objects for programs."""
    if as_json:
        show_json([dict(zip(columns, map(_plain, row), strict=True)) for row in rows])
        return
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(map(_cell, row)))
        return
    table = Table(*columns, title=title)
    for row in rows:
        # Text: what people write in brackets is no markup.
        table.add_row(*(Text(_cell(cell)) for cell in row))
    console.print(table)


def show_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _cell(value: object) -> str:
    """One line without tabs and without what a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(_plain(value))).split())


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else value
