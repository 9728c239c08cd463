"""Mails as real programs write them: the templates of `programs/`, filled with the words of each language.

A template is readable text; each of its parts is encoded here as its own header says, its subject as the program does.
"""

import base64
import html
import quopri
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "programs"
PROGRAMS = tuple(sorted(path.stem for path in FOLDER.glob("*.eml")))
LANGUAGES = ("en", "es", "fr", "pt", "ar")
OUR_SUBJECT = {
    "en": "Our answers to your message",
    "es": "Nuestras respuestas a su mensaje",
    "fr": "Nos réponses à votre message",
    "pt": "As nossas respostas à sua mensagem",
    "ar": "أجوبتنا على رسالتكم",
}

_QUOTE = re.compile(r"^@quote<\n(.*?)^@quote>\n", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"@(\w+)@")
_BOUNDARY = re.compile(r'boundary="?([^"\s;]+)')
_CHARSET = re.compile(r'charset="?([\w-]+)', re.IGNORECASE)
_ENCODING = re.compile(r"^Content-Transfer-Encoding: (\S+)", re.MULTILINE | re.IGNORECASE)


@cache
def read_languages() -> Mapping[str, Mapping[str, str]]:
    """What each language's programs write."""
    return tomllib.loads((FOLDER / "languages.toml").read_text(encoding="utf-8"))


def write_mail(program: str, language: str, *, subject: str = "", text: str = "", quoted: str = "") -> bytes:
    """A new mail, or with `quoted` an answer to a mail of ours with that body; lines end with CRLF."""
    values = _values(program, language, subject, text, quoted)
    template = _read(program)
    template = _QUOTE.sub(r"\1" if quoted else "", template)
    head, _, body = template.partition("\n\n")
    boundary = _BOUNDARY.search(head)
    charset = values["charset"]
    lines = [_fill(line, values, lambda value: _word(value, program, charset)) for line in head.split("\n")]
    if boundary is None:
        content = _encode(_fill(body, values), _fill(head, values), charset, program)
    else:
        parts = body.split(f"--{boundary[1]}")
        encoded = [_encode_part(part, values, program) for part in parts[1:-1]]
        content = b"".join(b"--" + boundary[1].encode() + b"\n" + part for part in encoded)
        content += b"--" + boundary[1].encode() + b"--\n"
    raw = (
        b"\n".join(line.encode("utf-8" if line.isascii() else charset) for line in lines) + b"\n\n" + content
    )
    return raw.replace(b"\n", b"\r\n")


@cache
def _read(program: str) -> str:
    return (FOLDER / f"{program}.eml").read_text(encoding="utf-8")


def _values(program: str, language: str, subject: str, text: str, quoted: str) -> dict[str, str]:
    words = dict(read_languages()[language])
    prefix = words[f"answer_{program.partition('-')[0]}"] if program in _OWN_PREFIX else words["answer"]
    if program == "nokia-charset":
        words["charset"] = words["nokia_charset"]
    marked = "".join(f"> {line}\n" if line else ">\n" for line in quoted.splitlines())
    values = words | {
        "language": language,
        "subject": f"{prefix}{OUR_SUBJECT[language]}" if quoted else subject,
        "our_subject": OUR_SUBJECT[language],
        "text": text,
        "html": html.escape(text).replace("\n", "<br>"),
        "quoted": quoted.rstrip("\n"),
        "marked": marked.rstrip("\n"),
        "quoted_html": html.escape(quoted.rstrip("\n")).replace("\n", "<br>"),
        "quoted_pre": html.escape(quoted.rstrip("\n")),
        "gmail_html": html.escape(words["gmail"]),
        "k9_html": html.escape(words["k9"]),
    }
    if program == "nokia" and language != "ar":
        # Seven bits: what has an accent loses it.
        return {name: _bare(value) for name, value in values.items()}
    return values


_OWN_PREFIX = ("outlook", "outlook-web", "nokia", "nokia-charset")


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("«", '"').replace("»", '"'))
    return "".join(char for char in decomposed if char.isascii())


def _fill(text: str, values: Mapping[str, str], write: Callable[[str], str] = lambda value: value) -> str:
    return _PLACE.sub(lambda place: write(values[place[1]]), text)


def _word(value: str, program: str, charset: str) -> str:
    """A header's value as the program encodes it (RFC 2047, or less)."""
    if value.isascii() or program == "nokia":
        return value
    if program == "gmail-web":
        return f"=?UTF-8?Q?{_q(value, 'utf-8')}?="
    if program in ("gmail-android", "thunderbird"):
        # At most 75 characters a word, as they must.
        pieces = [value[start : start + 12] for start in range(0, len(value), 12)]
        return "\n ".join(f"=?UTF-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)
    if program == "k9":
        return f"=?utf-8?Q?{_q(value, 'utf-8')}?="
    if program.startswith("outlook") or charset.startswith("windows"):
        return f"=?{charset}?B?{base64.b64encode(value.encode(charset, 'ignore')).decode()}?="
    # A telephone that leaves the blanks as they are.
    return f"=?{charset.upper()}?q?{_q(value, charset).replace('_', ' ')}?="


def _q(value: str, charset: str) -> str:
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else "_" if byte == 32 else f"={byte:02X}"
        for byte in value.encode(charset, "ignore")
    )


def _encode_part(part: str, values: Mapping[str, str], program: str) -> bytes:
    head, _, body = part.removeprefix("\n").partition("\n\n")
    head = _fill(head, values)
    charset = _CHARSET.search(head)
    return (
        head.encode()
        + b"\n\n"
        + _encode(_fill(body, values), head, charset[1] if charset else "utf-8", program)
    )


def _encode(body: str, head: str, charset: str, program: str) -> bytes:
    """A body in the charset and the transfer encoding that its head names; without a head, in what the phone has."""
    said, encoding = _CHARSET.search(head), _ENCODING.search(head)
    content = body.encode(said[1] if said else charset, "ignore")
    if encoding and encoding[1] == "quoted-printable":
        return quopri.encodestring(content)
    if encoding and encoding[1] == "base64":
        return base64.encodebytes(content)
    return content
