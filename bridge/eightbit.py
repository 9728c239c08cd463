"""Mail for a server that takes seven bits only: the text becomes quoted-printable (RFC 6152 §3, RFC 2045 §6.7)."""

import binascii
import re

_EIGHT_BIT = re.compile(rb"(?im)^(Content-Transfer-Encoding:[ \t]*)8bit(?=[ \t]*\r?$)")


def quote_body(content: bytes) -> bytes:
    """A mail of one text part with its body quoted, its other headers as they were; ASCII mail is unchanged."""
    head, separator, body = content.partition(b"\r\n\r\n")
    if body.isascii() or not _EIGHT_BIT.search(head):
        return content
    # Line by line: the encoder guesses the line ends of a whole text from its first.
    lines = [binascii.b2a_qp(line, istext=True).replace(b"\n", b"\r\n") for line in body.split(b"\r\n")]
    return _EIGHT_BIT.sub(rb"\g<1>quoted-printable", head) + separator + b"\r\n".join(lines)
