"""The text of attached documents, read in a child process: real ones in three formats, and what is made to harm."""

import io
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import odfdo
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import documents_child as child
from bridge.documents import MAX_DOCUMENT, SECONDS, read_document
from handlers.mail.documents import Document
from tests.documents import TEXT, make_docx, make_odt, make_pdf

RELATIONS = b"""<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
TYPES = b"""<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
W = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(document: bytes, **more: bytes) -> bytes:
    """A Word file with a document.xml of our own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", document)
        for name, content in more.items():
            package.writestr(name, content)
    return buffer.getvalue()


def body(inner: bytes, head: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + head + b'<w:document xmlns:w="' + W + b'"><w:body>' + inner
        + b"</w:body></w:document>"
    )  # fmt: skip


def billion_laughs() -> bytes:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    return word(body(b"<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", b"<!DOCTYPE x [" + entities + b"]>"))


def hidden_entities() -> bytes:
    """The same in UTF-16, where no byte string of the document says ENTITY."""
    text = billion_laughs_source().decode().replace('<?xml version="1.0"?>', "")
    return word(('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16"))


def billion_laughs_source() -> bytes:
    with zipfile.ZipFile(io.BytesIO(billion_laughs())) as package:
        return package.read("word/document.xml")


def external_entity(path: Path) -> bytes:
    path.write_text("the secret of this machine, in many words so that it would be seen")
    head = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file://' + str(path).encode() + b'">]>'
    return word(body(b"<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", head))


def zip_bomb() -> bytes:
    """A hundred kilobytes that unpack to a hundred megabytes, as a picture."""
    return word(body(b""), **{"word/media/image1.png": b"\0" * 100_000_000})


def xml_bomb() -> bytes:
    """A document.xml of forty megabytes."""
    return word(body(b"<w:p><w:r><w:t>" + b"x" * 40_000_000 + b"</w:t></w:r></w:p>"))


def lying_zip() -> bytes:
    """It says that its document is 10 bytes, and unpacks to fifty million."""
    raw = word(body(b"<w:p><w:r><w:t>" + b"x" * 50_000_000 + b"</w:t></w:r></w:p>"))
    real = struct.pack("<L", len(body(b"<w:p><w:r><w:t>" + b"x" * 50_000_000 + b"</w:t></w:r></w:p>")))
    assert raw.count(real) == 2
    return raw.replace(real, struct.pack("<L", 10))


def overlapping_zip() -> bytes:
    """One stream of data that two thousand and one names share."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"x" * 1_000_000)
        entry = package.infolist()[0]
        for number in range(child.MAX_ENTRIES):
            copy = zipfile.ZipInfo(f"word/{number}.xml")
            for name in ("header_offset", "file_size", "compress_size", "CRC", "compress_type"):
                setattr(copy, name, getattr(entry, name))
            package.filelist.append(copy)
            package.NameToInfo[copy.filename] = copy
    return buffer.getvalue()


def deep_xml() -> bytes:
    return word(body(b"<w:p>" * 50_000 + b"</w:p>" * 50_000))


def spanned_table() -> bytes:
    """One cell that says it is a hundred million columns wide."""
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr><w:p/></w:tc>'
    return word(body(b"<w:tbl><w:tr>" + cell + b"</w:tr></w:tbl>"))


def odf_spaces() -> bytes:
    """A paragraph of a billion spaces in twelve bytes (ODF 1.2, part 1, 6.1.3)."""
    return make_odt('<text:p>a<text:s text:c="1000000000"/>b</text:p>')


def flate_bomb() -> bytes:
    """A page whose content unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    data = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(1_000)), packer.flush()])
    return make_pdf(data, filters="/FlateDecode")


def nested_flate() -> bytes:
    data = b" " * 50_000_000
    for _ in range(3):
        data = zlib.compress(data, 9)
    return make_pdf(data, filters="[/FlateDecode /FlateDecode /FlateDecode]")


def circular_pdf() -> bytes:
    """A page tree that is its own child."""
    return make_pdf(b"").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def deep_pdf() -> bytes:
    return make_pdf(b"").replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * 100_000 + b"]" * 100_000)


def endless_pdf() -> bytes:
    """A content stream of a million operators that nest."""
    return make_pdf(zlib.compress(b"q BT " * 1_000_000), filters="/FlateDecode")


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(make_pdf(f"BT /F1 12 Tf 72 720 Td ({TEXT}) Tj ET".encode())))
    writer.encrypt("a password", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def locked_odt() -> bytes:
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:encryption-data/></manifest:manifest>'
    return make_odt("\x01\x02", manifest=manifest)


HARMFUL: dict[str, Callable[[], bytes]] = {
    "zip bomb": zip_bomb,
    "a huge document.xml": xml_bomb,
    "a zip file that lies about its size": lying_zip,
    "a zip file whose entries overlap": overlapping_zip,
    "a billion laughs": billion_laughs,
    "a billion laughs in UTF-16": hidden_entities,
    "deep XML": deep_xml,
    "a cell a hundred million columns wide": spanned_table,
    "a billion spaces": odf_spaces,
    "a PDF page of a gigabyte": flate_bomb,
    "a PDF stream packed three times": nested_flate,
    "a PDF whose pages go in a circle": circular_pdf,
    "a deeply nested PDF": deep_pdf,
    "a PDF of a million operators": endless_pdf,
}


def test_a_word_file_is_read() -> None:
    """Headings, tabs, tables and other scripts; the formatting is not there."""
    text = read_document(make_docx("Seeds", f"{TEXT}", "أسماء ñandú", table=("a", "b"))).text
    assert text == f"Seeds\n\n{TEXT}\n\nأسماء ñandú\n\na\n\nb"


def test_tracked_changes_and_text_boxes_of_word_are_read_once() -> None:
    """What was inserted counts, what was deleted does not, and the second form of a box is left out."""
    inner = (
        b"<w:p><w:r><w:t>We </w:t></w:r><w:ins><w:r><w:t>keep</w:t></w:r></w:ins>"
        b"<w:del><w:r><w:delText>sell</w:delText></w:r></w:del><w:r><w:t xml:space='preserve'> seeds.</w:t></w:r></w:p>"
        b"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>maize</w:t></w:r></w:p>"
        b"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>beans</w:t></w:r></w:p>"
        b"<w:p><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        b"<mc:Choice><w:txbxContent><w:p><w:r><w:t>A box</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        b"<mc:Fallback><w:txbxContent><w:p><w:r><w:t>A box</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        b"</mc:AlternateContent></w:p>"
    )
    assert read_document(word(body(inner))).text == "We keep seeds.\n\n- maize\n- beans\n\nA box"


def test_an_opendocument_is_read() -> None:
    """Its lists keep their dashes; deleted text and notes in the margin are left out."""
    inside = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:h>Graines</text:h>"
        "<text:p>Nous<text:s/>gardons<office:annotation><text:p>vraiment ?</text:p></office:annotation> des"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>note</text:p></text:note-body>"
        "</text:note> graines</text:p>"
        "<text:list><text:list-item><text:p>un</text:p></text:list-item>"
        "<text:list-item><text:p>deux</text:p></text:list-item></text:list>"
    )
    assert read_document(make_odt(inside)).text == "Graines\n\nNous gardons des graines\n\n- un\n- deux"


def test_an_opendocument_as_a_program_writes_it_is_read() -> None:
    """With styles, a manifest and all."""
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Paragraph(TEXT))
    buffer = io.BytesIO()
    document.save(buffer)
    assert read_document(buffer.getvalue()).text == TEXT


def test_a_pdf_is_read_and_its_paragraphs_are_whole_again() -> None:
    """The lines of a page are not the lines of a text."""
    lines = ["We keep seeds in our village, and every spring we share them with who-", "ever asks for some of them, as our mothers did.", "It is not much."]  # fmt: skip
    content = "BT /F1 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    assert read_document(make_pdf(content.encode())).text == (
        "We keep seeds in our village, and every spring we share them with whoever asks for some of them, "
        "as our mothers did.\nIt is not much."
    )


def test_a_pdf_that_is_only_locked_against_changes_is_read() -> None:
    """It opens with an empty password."""
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(make_pdf(f"BT /F1 12 Tf 72 720 Td ({TEXT}) Tj ET".encode())))
    writer.encrypt("", "the owner's", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert read_document(buffer.getvalue()).text == TEXT


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000, "unreadable"),
        (b"Only words.\n", "unreadable"),
        (b"{\\rtf1 Only words.}", "unreadable"),
        (b"PK\x03\x04" + b"\0" * 500, "unreadable"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000, "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\0" * (MAX_DOCUMENT + 1), "too-large"),
    ],
    ids=["nothing", "a picture", "words", "rtf", "half a zip", "half a pdf", "legacy Word", "locked Word", "too large"],
)  # fmt: skip
def test_what_is_no_document_whatever_its_name_is_not_readable(content: bytes, failure: str) -> None:
    """The name is not even looked at: a picture that is called .docx is a picture."""
    assert read_document(content) == Document("", failure)


def test_other_packages_are_not_readable() -> None:
    """A plain zip, a spreadsheet, a package within a package: nothing is unpacked for its own sake."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.docx", make_docx(TEXT))
    assert read_document(buffer.getvalue()) == Document("", "unreadable")
    sheet = make_odt("<text:p>a</text:p>", mimetype="application/vnd.oasis.opendocument.spreadsheet")
    assert read_document(sheet) == Document("", "unreadable")


@pytest.mark.parametrize("make", [locked_pdf, locked_odt], ids=["pdf", "odt"])
def test_a_locked_document_is_not_readable(make: Callable[[], bytes]) -> None:
    """And says why."""
    assert read_document(make()) == Document("", "password")


def test_a_page_that_is_a_picture_has_no_text() -> None:
    """As a scanner makes it."""
    assert read_document(make_pdf(b"")) == Document("", "no-text")


@pytest.mark.parametrize("half", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("make", [make_docx, make_odt_text := lambda text: make_odt(f"<text:p>{text}</text:p>")], ids=["docx", "odt"])  # fmt: skip
def test_a_truncated_package_is_not_readable(make: Callable[[str], bytes], half: float) -> None:
    """Its directory stands at its end."""
    whole = make(TEXT)
    assert read_document(whole[: int(len(whole) * half)]) == Document("", "unreadable")


def test_a_truncated_pdf_gives_its_text_or_nothing() -> None:
    """Readers mend a lost directory where they can."""
    whole = make_pdf(f"BT /F1 12 Tf 72 720 Td ({TEXT}) Tj ET".encode())
    assert read_document(whole[: len(whole) // 2]).text in ("", TEXT)


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_made_to_harm_harms_nobody(name: str) -> None:
    """Not readable, within the time, and the memory of this process is what it was."""
    content = HARMFUL[name]()
    assert len(content) < MAX_DOCUMENT
    before = resident()
    began = time.monotonic()
    found = read_document(content)
    assert time.monotonic() - began < SECONDS + 2
    assert resident() - before < 8_000, "kB that the parent grew by"
    assert not found.text
    assert found.failure in ("too-large", "unreadable", "time", "no-text")


def test_an_external_entity_brings_no_file(tmp_path: Path) -> None:
    """Nor does it where the library would let it: the child has nothing left to open it with."""
    assert read_document(external_entity(tmp_path / "secret")) == Document("", "unreadable")


def test_the_clock_on_the_wall_ends_it() -> None:
    """A child that is not even done with its imports is killed, and nothing of it is left."""
    began = time.monotonic()
    assert read_document(make_docx(TEXT), seconds=0.01) == Document("", "time")
    assert time.monotonic() - began < 5


def test_a_long_text_is_refused_and_not_cut() -> None:
    """A megabyte of words is no contribution."""
    assert read_document(make_docx("seeds " * 200_000)) == Document("", "too-large")


def test_the_child_may_do_nothing() -> None:
    """No file, no socket, no process of its own, no more memory than it was given."""
    code = """
import errno, resource, socket, sys
sys.path.insert(0, sys.argv[1])
import documents_child as child
child.set_limits()
child.load_libraries()
child.close_the_door()
for attempt in (lambda: open("/etc/hostname"), socket.socket):
    try:
        attempt()
        print("done")
    except OSError as error:
        print(errno.errorcode[error.errno])
try:
    bytearray(600 * 2**20)
    print("done")
except MemoryError:
    print("no memory")
print(resource.getrlimit(resource.RLIMIT_FSIZE), resource.getrlimit(resource.RLIMIT_CORE))
"""
    here = str(Path(child.__file__).parent)
    done = subprocess.run([sys.executable, "-I", "-c", code, here], capture_output=True, stdin=subprocess.PIPE, text=True, check=True, env={})  # fmt: skip
    assert done.stdout.splitlines() == ["EMFILE", "EMFILE", "no memory", "(0, 0) (0, 0)"]


def test_secrets_of_the_environment_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given none at all: what it needs is in its arguments. Python's own settings change nothing either."""
    monkeypatch.setenv("MANYVOICES_SECRET", "x" * 64)
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert read_document(make_docx(TEXT)).text == TEXT


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([make_docx(TEXT), make_pdf(b"BT ET")]), st.data())
def test_damage_is_a_failure_and_no_error(whole: bytes, data: st.DataObject) -> None:
    """Some bytes of a good document are others."""
    broken = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=30)):
        broken[place] = data.draw(st.integers(0, 255))
    found = read_document(bytes(broken))
    assert bool(found.text) != bool(found.failure)


def resident() -> int:
    """Kilobytes of memory that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
