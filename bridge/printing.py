"""A booklet as PDF (WeasyPrint) and as EPUB 3 (EbookLib): the extra `manyvoices[print]`, loaded when it is asked for.

Nothing is fetched while a page is laid out, from wherever: what participants wrote is text, and only text.
"""

import io
from datetime import UTC, datetime
from typing import Any

from config.pages import find_direction, render_page
from handlers.booklet import Booklet

STYLE = """\
@page { size: A5; margin: 18mm 15mm; @bottom-center { content: counter(page); font-size: 8pt } }
@page :first { @bottom-center { content: none } }
body { font: 10pt/1.4 "DejaVu Serif", "Noto Naskh Arabic", "DejaVu Sans", serif; hyphens: auto }
h1 { font-size: 18pt; margin-top: 30mm; hyphens: none }
h2 { font-size: 13pt; break-after: avoid; hyphens: none }
h3 { font-size: 11pt; break-after: avoid }
nav { break-before: page }
nav ol { list-style: none; padding: 0 }
nav a { color: inherit; text-decoration: none }
nav a::after { content: leader(".") target-counter(attr(href), page) }
article { margin-top: 8mm }
article:first-of-type { break-before: page }
article p { margin: 0 0 .6em; orphans: 2; widows: 2 }
.author { font-weight: bold }
.about { font-style: italic }
"""


class PrintingError(Exception):
    """A booklet cannot be made here; the text is one line that says what to install."""


def make_pdf(booklet: Booklet) -> bytes:
    """The booklet as PDF, A5, with its fonts inside. PrintingError where WeasyPrint or Pango is missing."""
    try:
        import weasyprint
    except ImportError:
        raise PrintingError(_missing("PDF")) from None
    except OSError:
        # The library is there, but not what it lays out text with.
        raise PrintingError(
            "PDF needs Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
        ) from None

    class Refuse(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"a booklet has nothing to fetch: {url[:80]}")

    refuse = Refuse()  # type: ignore[no-untyped-call]
    page = render_page("booklet", booklet.language, booklet=booklet)
    style = weasyprint.CSS(string=STYLE, url_fetcher=refuse)
    return bytes(weasyprint.HTML(string=page, url_fetcher=refuse).write_pdf(stylesheets=[style]))


def make_epub(booklet: Booklet, identifier: str, now: datetime) -> bytes:
    """The booklet as EPUB 3, a chapter for each contribution. PrintingError where EbookLib is missing."""
    try:
        from ebooklib import epub
    except ImportError:
        raise PrintingError(_missing("EPUB")) from None
    direction = find_direction(booklet.language)
    book = epub.EpubBook()
    book.set_identifier(identifier)
    book.set_title(booklet.forum_title)
    book.set_language(booklet.language)
    book.set_direction(direction)
    chapters = [_chapter(epub, booklet, "start", booklet.forum_title, "epub_start")]
    for entry in booklet.entries:
        title = f"{entry.number}. {entry.title}"
        chapters.append(_chapter(epub, booklet, f"c{entry.number}", title, "epub_chapter", entry=entry))
    for chapter in chapters:
        book.add_item(chapter)
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav(direction=direction, title=booklet.forum_title))
    book.toc = chapters
    book.spine = [chapters[0], "nav", *chapters[1:]]
    file = io.BytesIO()
    epub.write_epub(file, book, {"mtime": now.astimezone(UTC), "raise_exceptions": True})
    return file.getvalue()


def _chapter(epub: Any, booklet: Booklet, name: str, title: str, template: str, **values: object) -> Any:
    chapter = epub.EpubHtml(
        uid=name,
        file_name=f"{name}.xhtml",
        title=title,
        lang=booklet.language,
        direction=find_direction(booklet.language),
    )
    chapter.content = render_page(template, booklet.language, booklet=booklet, **values)
    return chapter


def _missing(what: str) -> str:
    return f"{what} needs the extra that prints: pip install 'manyvoices[print]'"
