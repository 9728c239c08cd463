"""`ingest`: an archive, or mail that an edge could not bring. Quiet unless told otherwise: nobody is written to."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bridge.archive import ArchiveError, find_files, read_messages
from bridge.commands.forum import DEFAULT_CONFIG, ConfigOption, RefusedError, open_forum, report_shunted
from bridge.wake import wake_daemon
from bridge.wiring import House, keep_in_step, make_worker
from config.addresses import parse_address
from config.forum import Settings
from handlers.mail.headers import decode_header_value
from handlers.mail.parse import ParsedMail, parse_mail
from store.spool import Envelope, Spool

AHEAD = 500
"""Messages that may be on their way to the spool at once."""
AHEAD_BYTES = 50_000_000
"""And how much they may be together."""
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
NOWHERE = "unknown"
"""The recipient of mail that names no address of ours: it is accounted for as misaddressed."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help=".eml files, mboxes, Maildirs, or folders of them.")],
    list_address: Annotated[
        str | None, typer.Option("--list", help="The list it was sent to; else what its headers say.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live/--quiet", help="As if it arrived now, or without writing to anybody.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Read mail from files into the forum."""
    try:
        files = [file for path in paths for file in find_files(path)]
    except ArchiveError as error:
        raise RefusedError(str(error)) from None
    console = Console(stderr=True)
    with (
        open_forum(config, create=True) as house,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        if list_address and parse_address(house.settings, list_address) is None:
            raise RefusedError(f'"{list_address}" is no address of the forum')
        keep_in_step(house)
        stored, failed = _spool(house, files, list_address, live, bar)
        with report_shunted(house):
            handled = _handle(house, bar)
        wake_daemon(house.settings.database_url)
    typer.echo(f"{stored} read, {handled} handled")
    if failed:
        raise RefusedError("\n".join(failed))


def _spool(
    house: House, files: list[Path], list_address: str | None, live: bool, bar: Progress
) -> tuple[int, list[str]]:
    """How many messages are stored, and one line for each that could not be."""
    spool = Spool(house.database, lambda: None)
    spool.start()
    pending: list[tuple[Path, Future[int]]] = []
    stored = 0
    failed: list[str] = []
    ahead = 0
    task = bar.add_task("reading", total=len(files))
    for file in files:
        for raw in _read(file, failed):
            pending.append((file, spool.submit(_envelope(house, raw, list_address, live))))
            ahead += len(raw)
            if len(pending) >= AHEAD or ahead >= AHEAD_BYTES:
                stored += _collect(pending, failed)
                ahead = 0
        bar.advance(task)
    stored += _collect(pending, failed)
    spool.stop()
    return stored, failed


def _read(file: Path, failed: list[str]) -> Iterator[bytes]:
    try:
        yield from read_messages(file)
    except OSError as error:
        failed.append(f"{file}: cannot be read: {error.strerror}")


def _collect(pending: list[tuple[Path, "Future[int]"]], failed: list[str]) -> int:
    stored = 0
    for file, future in pending:
        try:
            future.result()
            stored += 1
        except Exception as error:  # the spool says why it could not promise it, whatever that is
            failed.append(f"{file}: cannot be stored: {type(error).__name__}")
    pending.clear()
    return stored


def _handle(house: House, bar: Progress) -> int:
    with house.unit() as ctx:
        waiting = ctx.uow.deliveries.count_waiting()
    task = bar.add_task("handling", total=waiting)
    # What is due is announced by the daemon or by `tick`: reading an archive writes to nobody.
    return make_worker(house, lambda: None).handle_waiting(lambda: bar.advance(task))


def _envelope(house: House, raw: bytes, list_address: str | None, live: bool) -> Envelope:
    mail = parse_mail(raw)
    now = house.now()
    date = mail.date if mail.date and EARLIEST <= mail.date <= now else now
    return Envelope(
        mail_from=_sender(mail),
        rcpt_tos=(list_address,) if list_address else _recipients(house.settings, mail),
        content=raw,
        received_at=now if live else date,
        edge="ingest",
        live=live,
    )


def _sender(mail: ParsedMail) -> str:
    """The envelope's sender as the last server wrote it down; "<>" is a bounce, and no header at all is not."""
    for name, value in mail.headers:
        if name.lower() == "return-path" and "<" in value:
            return decode_header_value(value).strip(" <>") or "<>"
    return mail.author.email if mail.author else NOWHERE


def _recipients(settings: Settings, mail: ParsedMail) -> tuple[str, ...]:
    """The addresses of ours in To and Cc, in order."""
    found = [box.email for box in mail.to if parse_address(settings, box.email) is not None]
    return tuple(dict.fromkeys(found)) or (NOWHERE,)
