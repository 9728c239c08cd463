"""Documents for tests, made here: Word, OpenDocument and PDF."""

import io
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import docx

TEXT = "We keep seeds in our village, and share them each spring with whoever asks for some."

_ODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:text>{inner}</office:text></office:body></office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def make_docx(*paragraphs: str, table: tuple[str, ...] = ()) -> bytes:
    """A Word file as python-docx writes it, with one row of cells at its end."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        for cell, text in zip(document.add_table(1, len(table)).rows[0].cells, table, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_odt(
    inner: str, *, mimetype: str = "application/vnd.oasis.opendocument.text", manifest: str = _MANIFEST
) -> bytes:
    """An OpenDocument file whose body is `inner` (XML)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        package.writestr("content.xml", _ODT.format(inner=inner))
        package.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def make_pdf(content: bytes, *, filters: str = "") -> bytes:
    """A PDF of one page with this content stream (ISO 32000-1, 7.5)."""
    extra = f" /Filter {filters}".encode() if filters else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), extra, content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def attach(raw: bytes, name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    """A mail with one more attachment."""
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.SMTP))
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()
