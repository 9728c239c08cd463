"""Reads the text of one document in a process that can do nothing else: bytes in at stdin, UTF-8 out at stdout.

`bridge/documents.py` starts it by its path, isolated (`python -I`): it imports nothing of the forum. Its limits are
set before a library is loaded; before a byte is parsed it also loses the right to open anything, file or socket.
What a document may hide is told in OWASP's "XML External Entity Prevention" and in David Fifield's "A better zip bomb".
"""

import contextlib
import importlib
import io
import pkgutil
import resource
import sys
import zipfile
from collections.abc import Iterator

PASSWORD, TOO_LARGE, NO_TEXT, UNREADABLE = 10, 11, 12, 13
"""Exit statuses: why there is no text."""

MEMORY = 512 * 2**20
"""Bytes of address space."""
CPU_SECONDS = 10
MAX_TEXT = 1_000_000
"""Bytes of text that are handed back; a longer one is not cut, it is refused."""
MAX_ENTRIES = 2_000
"""Files in a package; a hundred pages with pictures have a few dozen."""
MAX_UNPACKED = 64 * 2**20
"""Bytes of a whole package, unpacked."""
MAX_XML = 16 * 2**20
"""Bytes of one XML file in it: about a thousand pages."""
MAX_PAGES = 300

_LIBRARIES = ("docx", "odfdo", "pypdf", "lxml.etree")
_CODECS = ("utf-8", "utf-16", "utf-16-be", "utf-16-le", "latin-1", "cp1252", "mac_roman", "cp437", "gbk", "big5", "euc_kr",
           "shift_jis", "charmap", "unicode_escape")  # fmt: skip
"""What is looked up while a document is read, and could not be loaded any more by then."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class RefusedError(Exception):
    """There is no text, for the reason of this exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def main() -> int:
    """The exit status: 0 where the text was written."""
    set_limits()
    content = sys.stdin.buffer.read()
    try:
        load_libraries()
        close_the_door()
        text = read_text(content).strip()
        if not text:
            return NO_TEXT
        encoded = text.encode("utf-8", "replace")
        if len(encoded) > MAX_TEXT:
            return TOO_LARGE
    except RefusedError as error:
        return error.status
    except MemoryError:
        return TOO_LARGE
    except Exception:  # a broken document makes its library raise what it likes
        return UNREADABLE
    sys.stdout.buffer.write(encoded)
    sys.stdout.buffer.flush()
    return 0


def set_limits() -> None:
    """Memory, processor, and nothing written; each is lowered as far as the system lets us."""
    limits = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
    )
    for which, wanted in limits:
        _, hard = resource.getrlimit(which)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # The processor's soft limit is an ordinary signal, its hard one a second later cannot be caught.
        resource.setrlimit(which, (value, value + 1 if which == resource.RLIMIT_CPU else value))


def load_libraries() -> None:
    """Everything that is needed later, because later nothing can be opened."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    pypdf = importlib.import_module("pypdf")
    for module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with contextlib.suppress(ImportError):  # what draws pictures wants a library that is not here
            importlib.import_module(module.name)
    for name in _CODECS:
        "".encode(name)


def close_the_door() -> None:
    """From here on no file and no socket can be opened: standard input, output and errors are all there is."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def find_refusal(content: bytes) -> int | None:
    """The exit status of what shows at a glance to be no document that can be read; None for what is worth a try.

    The name is not asked: a picture that is called .docx is a picture.
    """
    if content.startswith(_OLE):
        # A legacy Word file, or a new one that is locked with a password: neither can be read.
        return PASSWORD if "EncryptedPackage".encode("utf-16-le") in content else UNREADABLE
    return None if content.startswith(_ZIP) or _is_pdf(content) else UNREADABLE


def read_text(content: bytes) -> str:
    """The text of a Word (2007 and later), OpenDocument or PDF file."""
    if (refusal := find_refusal(content)) is not None:
        raise RefusedError(refusal)
    return read_pdf(content) if _is_pdf(content) else read_package(content)


def _is_pdf(content: bytes) -> bool:
    """Readers look for the mark in the first kilobyte, so some programs write before it."""
    return not content.startswith(_ZIP) and b"%PDF-" in content[:1_024]


def read_package(content: bytes) -> str:
    """A zip file: counted as it says, then as it is, before a library sees it."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        entries = package.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise RefusedError(TOO_LARGE)
        names = {entry.filename for entry in entries}
        if len(names) != len(entries) or any(entry.flag_bits & 1 for entry in entries):
            raise RefusedError(UNREADABLE)
        total = 0
        for entry in entries:
            total += check_entry(package, entry)
            if total > MAX_UNPACKED:
                raise RefusedError(TOO_LARGE)
        kind = package.read("mimetype").strip() if "mimetype" in names else b""
        locked = "META-INF/manifest.xml" in names and b"encryption-data" in package.read(
            "META-INF/manifest.xml"
        )
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        if locked:
            raise RefusedError(PASSWORD)
        return read_opendocument(content)
    if "word/document.xml" in names or "[Content_Types].xml" in names:
        return read_word(content)
    raise RefusedError(UNREADABLE)


def check_entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Its real size in bytes. XML that is too large, or that defines entities, is refused: documents need none."""
    is_xml = entry.filename.lower().endswith((".xml", ".rels"))
    size, seen = 0, b""
    with package.open(entry) as stream:
        while block := stream.read(65_536):
            size += len(block)
            if size > (MAX_XML if is_xml else MAX_UNPACKED):
                raise RefusedError(TOO_LARGE)
            if is_xml and b"<!ENTITY" in seen + block.replace(b"\0", b""):
                raise RefusedError(UNREADABLE)
            seen = block.replace(b"\0", b"")[-8:]
    return size


def read_word(content: bytes) -> str:
    """Paragraphs in their order, those of tables and text boxes too; what was deleted with changes tracked is not text."""
    import docx

    body = docx.Document(io.BytesIO(content)).element.body
    return join(_word_paragraph(paragraph) for paragraph in body.iter(f"{_W}p"))


def _word_paragraph(paragraph: object) -> tuple[str, bool]:
    """Its text, and whether it is an item of a list."""
    pieces = []
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):  # type: ignore[attr-defined]
        above = element.getparent()
        while above is not None and above.tag != f"{_W}p":
            above = above.getparent()
        # A text box hangs in a paragraph and has its own; its second form, for old programs, says it again.
        if above is not paragraph or any(True for _ in element.iterancestors(_FALLBACK)):
            continue
        kind = element.tag.removeprefix(_W)
        if kind == "tab" and element.getparent().tag == f"{_W}tabs":
            continue
        pieces.append(
            (element.text or "") if kind == "t" else {"tab": "\t", "noBreakHyphen": "-"}.get(kind, "\n")
        )
    listed = paragraph.find(f"{_W}pPr/{_W}numPr") is not None  # type: ignore[attr-defined]
    return "".join(pieces), listed


def read_opendocument(content: bytes) -> str:
    """Paragraphs and headings in their order; tracked deletions, notes and the table of contents are left out."""
    import odfdo

    body = odfdo.Document(io.BytesIO(content)).body
    for name in ("text:tracked-changes", "office:annotation", "text:note", "text:table-of-content"):
        for element in body.get_elements(f"descendant::{name}"):
            element.delete()
    found = body.get_elements("descendant::text:p | descendant::text:h")
    return join((str(element), _is_item(element)) for element in found)


def _is_item(element: object) -> bool:
    """The first paragraph of an item of a list."""
    above = element.parent  # type: ignore[attr-defined]
    return above is not None and above.tag == "text:list-item"


def read_pdf(content: bytes) -> str:
    """The text of its pages; an empty one is a picture of a text."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(content))
    # Locked against changes only, it opens with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError(PASSWORD)
    pages, size = [], 0
    for number, page in enumerate(reader.pages):
        pages.append(page.extract_text().strip())
        size += len(pages[-1])
        if number >= MAX_PAGES or size > MAX_TEXT:
            raise RefusedError(TOO_LARGE)
    return "\n\n".join(page for page in pages if page)


def join(paragraphs: Iterator[tuple[str, bool]]) -> str:
    """A blank line between paragraphs, none between the items of a list."""
    text, after_item = [], False
    for paragraph, listed in paragraphs:
        if line := paragraph.strip():
            text.append(("\n" if listed and after_item else "\n\n") + ("- " if listed else "") + line)
            after_item = listed
    return "".join(text)


if __name__ == "__main__":
    sys.exit(main())
