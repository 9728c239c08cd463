"""`print`: a phase in one file, for those without e-mail."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bridge.commands.forum import DEFAULT_CONFIG, ConfigOption, RefusedError, get_phase, open_forum
from bridge.printing import make_epub, make_pdf
from handlers.booklet import load_booklet, render_booklet
from handlers.words import find_language


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("print")(print_phase)


def print_phase(
    phase: Annotated[str, typer.Option(help="The phase: 3, or 2.3 with its theme.")],
    language: Annotated[str, typer.Option(help="The language of the readers.")],
    config: ConfigOption = DEFAULT_CONFIG,
    form: Annotated[
        Literal["text", "pdf", "epub"], typer.Option("--format", help="A5 pages, or a book for a reader.")
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="The file to write; else standard output.")] = None,
) -> None:
    """Print a phase: its question, counts and contributions, without commands or addresses."""
    if form != "text" and output is None and sys.stdout.isatty():
        raise RefusedError(f"a {form} is not for a terminal: give --output FILE")
    with open_forum(config) as house, house.unit() as ctx:
        known = find_language(language, ctx.settings.languages)
        if known is None:
            raise RefusedError(f'the forum has no list in "{language}"')
        theme, row = get_phase(ctx, phase)
        booklet = load_booklet(ctx, row, known)
        name = f"{ctx.settings.forum.name}.{ctx.settings.forum.domain}/{theme}.{row.number}/{known}"
        now = ctx.now
    if form == "text":
        content = render_booklet(booklet).body.encode()
    else:
        content = make_pdf(booklet) if form == "pdf" else make_epub(booklet, name, now)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        output.write_bytes(content)
