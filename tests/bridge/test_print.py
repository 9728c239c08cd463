"""`manyvoices print`: a file that a printer, a radio or an e-book reader can use, and nothing fetched for it."""

import io
import zipfile
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest
from ebooklib import ITEM_DOCUMENT, epub
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from bridge.printing import make_epub, make_pdf
from handlers.booklet import Booklet, Entry
from handlers.versions import Marks
from store.counts import Counts
from tests.bridge.command_line import CommandLine
from tests.bridge.running import write_forum
from tests.house import mail
from tests.peers import miss_peer

NOW = datetime(2013, 9, 22, 8, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script><img src="file:///etc/passwd"><style>@import url(http://127.0.0.1:9/)</style> & "'


def entry(number: int, language: str, text: str, title: str = "Seeds") -> Entry:
    return Entry(
        number=number,
        title=title,
        author_name="Ana Souza",
        day=date(2013, 9, 10),
        written_in=language,
        language=language,
        paragraphs=(text,),
        marks=Marks(),
    )


def booklet(language: str = "en", *entries: Entry) -> Booklet:
    return Booklet(
        language=language,
        forum_title="Who gains & who pays?",
        phase_number=3,
        opens=date(2013, 9, 9),
        closes=date(2013, 9, 21),
        questions=("Who gains?",),
        counted_on=date(2013, 9, 22),
        counts=Counts(len(entries), ((("en",), len(entries)),)),
        all_languages=("en", "fr", "ar"),
        where_we_are=(),
        synthesis=(),
        entries=entries,
    )


@pytest.fixture
def pango() -> None:
    """What WeasyPrint lays out text with: libraries of the system, which not every machine has."""
    for library in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset", "fontconfig"):
        if find_library(library) is None:
            miss_peer(
                f"lib{library}", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
            )


def read_pdf(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(content))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split()).replace("\u2010 ", "")


@pytest.mark.usefixtures("pango")
def test_a_pdf_has_every_text_in_its_own_script_with_its_fonts() -> None:
    arabic = "نحفظ البذور في قريتنا"
    reader, text = read_pdf(
        make_pdf(
            booklet(
                "en",
                entry(1, "en", "We keep seeds."),
                entry(2, "fr", "Nous gardons des semences, été comme hiver."),
                entry(3, "ar", arabic, title="البذور"),
            )
        )
    )
    assert "We keep seeds." in text
    assert "Nous gardons des semences, été comme hiver." in text
    assert set(arabic) - {" "} <= set(text)
    assert "Written in French, not translated yet." in text
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in cast(DictionaryObject, page["/Resources"])["/Font"].values()  # type: ignore[attr-defined]
    ]
    descendants = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert descendants
    assert all("/FontFile2" in font or "/FontFile3" in font for font in descendants)


@pytest.mark.usefixtures("pango")
def test_what_a_participant_wrote_is_text_and_nothing_is_fetched(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, text = read_pdf(make_pdf(booklet("en", entry(1, "en", HOSTILE, title=HOSTILE))))
    assert "alert(1)" in text
    assert "root:" not in text
    assert "a booklet has nothing to fetch" not in caplog.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_epub_has_a_chapter_for_each_contribution(language: str, tmp_path: Path) -> None:
    content = make_epub(
        booklet(language, entry(1, "en", HOSTILE), entry(2, "fr", "Des semences.")), "sse/2.3", NOW
    )
    archive = zipfile.ZipFile(io.BytesIO(content))
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert archive.read("mimetype") == b"application/epub+zip"
    path = tmp_path / "book.epub"
    path.write_bytes(content)
    book = epub.read_epub(path)
    documents = {
        item.get_name(): item.get_content().decode() for item in book.get_items_of_type(ITEM_DOCUMENT)
    }
    assert {"start.xhtml", "c1.xhtml", "c2.xhtml"} <= set(documents)
    assert "&lt;script&gt;" in documents["c1.xhtml"]
    assert "<script" not in documents["c1.xhtml"]
    assert 'lang="fr"' in documents["c2.xhtml"]
    assert not any("http://127" in text and "&lt;" not in text for text in documents.values())
    opf = archive.read("EPUB/content.opf").decode()
    assert "2013-09-22T08:00:00Z" in opf
    assert f"<dc:language>{language}</dc:language>" in opf


def test_control_characters_do_not_break_a_book() -> None:
    assert make_epub(booklet("en", entry(1, "en", "a\tb")), "x", NOW)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A forum with one published text."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.post(mail())
    cli.ok("tick")
    cli.ok("approve", "1")
    return cli


@pytest.mark.usefixtures("pango")
def test_print_writes_a_file_in_each_format(cli: CommandLine) -> None:
    form: Callable[[str], Path] = lambda name: cli.folder / f"booklet.{name}"  # noqa: E731
    for name in ("text", "pdf", "epub"):
        cli.ok("print", "--phase", "1", "--language", "French", "--format", name, "--output", form(name))
    assert "Le forum\n" in form("text").read_text(encoding="utf-8")
    assert form("pdf").read_bytes().startswith(b"%PDF-")
    assert zipfile.is_zipfile(form("epub"))


def test_print_says_what_it_cannot_do(cli: CommandLine, tmp_path: Path) -> None:
    assert (cli("print", "--phase", "9", "--language", "fr").code, cli("print").code) == (1, 2)
    done = cli("print", "--phase", "1", "--language", "klingon")
    assert (done.code, done.err) == (1, 'the forum has no list in "klingon"\n')
    done = cli("print", "--phase", "1", "--language", "fr", "--output", tmp_path / "no" / "file")
    assert done.code == 1
    assert "No such file" in done.err


def test_a_missing_extra_is_one_clear_line(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    monkeypatch.setitem(__import__("sys").modules, "ebooklib", None)
    for name, what in (("pdf", "PDF"), ("epub", "EPUB")):
        done = cli(
            "print", "--phase", "1", "--language", "fr", "--format", name, "--output", cli.folder / "x"
        )
        assert done == replace(
            done, code=1, err=f"{what} needs the extra that prints: pip install 'manyvoices[print]'\n"
        )
