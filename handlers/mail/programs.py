"""What mail programs write above a quote, in many languages: attribution lines, header blocks, separators.

No RFC says how a quote is introduced; the tables hold what the common programs write. Everything is compared
folded: without case, accents, direction marks and odd spaces. What is not surely a program's line is none.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MAX_ATTRIBUTION = 4
"""Lines over which a mail program wraps an attribution."""
MAX_LINE = 400
"""Characters of the longest line that a program is believed to have written."""

_DIGITS = {ord(digit): str(value) for zero in "٠۰" for value, digit in enumerate(map(chr, range(ord(zero), ord(zero) + 10)))}  # fmt: skip

_YEAR = r"(?:19|20)\d\d(?!\d)|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
_CLOCK = r"\b\d{1,2} ?[:h] ?\d{2}(?!\d)|\b(?:kl\.|alle|um|as|at|a las|godz\.) ?\d{1,2}\.\d{2}(?!\d)"
_DATE = re.compile(_YEAR)
_TIME = re.compile(_CLOCK)
_STAMP = re.compile(f"{_YEAR}|{_CLOCK}")
_OPENER = re.compile(
    r"\W*(?:(?:on|le|el|em|am|no dia|a|as|op|il|den|dnia|w dniu|v|u|в|у|في|بتاريخ|يوم|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|\d)"
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|a ecrit|ecrivait|escribio|ha escrito|escribia|escreveu|escreveram|schrieb|schreef|ha scritto|"
    r"skrev|napisa[lł](?:\(a\)|a)?|написал\w*|пишет|пише|كتب|كتبت|كتبه|تمت كتابة ما يلي بواسطة)(?:\b|(?<=\)))"
)
_ENDS = re.compile(r"(?::|\w ?-{2,})\W{0,3}$")
_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_BRACKETED = re.compile(r"<[^<>]*(?:<[^<>]*>)?[^<>]*>|\([^()\s]*@[^()\s]*\)|\[mailto:[^\]\s]*\]")
_PROSE = re.compile(
    r"(?:the|our|my|we|i|la|las|el|los|le|les|un|une|una|uma|o|os|as|nous|nos|der|die|das|wir|ich|ال\w+)\b|l'"
)

_LABELS = {
    label: kind
    for kind, labels in {
        "from": "from|de|von|da|van|fra|fran|od|от|من",
        "date": "sent|date|enviado|enviada|enviado el|enviado em|enviada em|fecha|data|envoye|envoye le|gesendet|datum|"
        "skickat|inviato|verzonden|تاريخ|التاريخ|تاريخ الارسال|تم الارسال|ارسل|ارسلت",
        "to": "to|para|a|an|aan|till|til|إلى|الى",
        "subject": "subject|asunto|assunto|objet|sujet|betreff|oggetto|onderwerp|amne|emne|الموضوع",
        "other": "cc|cco|bcc|copie a|kopie|copia|reply-to|responder a|repondre a|نسخة",
    }.items()
    for label in labels.split("|")
}
_LABEL = re.compile(r"[\s*]*([^\W\d_][^:*]{0,20}?)\s*\*?\s*:\*?(?:\s|$)")

_SEPARATOR = re.compile(
    r"\W*-{2,}\s*(?:original (?:message|appointment)|mensaje (?:original|reenviado)|message (?:d'origine|original|transfere)|"
    r"mail original|(?:e-mail|courriel) d'origine|mensagem (?:original|encaminhada)|"
    r"(?:ursprungliche|weitergeleitete|original|urspr\.) ?-?nachricht|forwarded (?:message|mail)(?: from .*)?|"
    r"الرسالة الاصلية|رسالة (?:اصلية|معاد توجيهها))\s*-{2,}\W*"
)
_FORWARD = re.compile(
    r"(?:begin forwarded message|debut du message (?:reexpedie|transfere)|inicio del mensaje reenviado|"
    r"inicio da mensagem (?:encaminhada|reencaminhada)|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"بداية الرسالة المعاد توجيهها) ?:"
)
_RULE = re.compile(r"\s*(?:_{10,}|-{20,}|={20,})\s*")


@dataclass(frozen=True, slots=True)
class Attribution:
    """`sure`: it introduces a quote also where the lines below it carry no ">"."""

    lines: int
    sure: bool


def fold(line: str) -> str:
    """In small letters, without accents, direction marks and odd spaces, digits ASCII; for comparing only."""
    kept = (
        char for char in unicodedata.normalize("NFKD", line.casefold()) if not unicodedata.combining(char)
    )
    plain = "".join(char for char in kept if unicodedata.category(char) != "Cf")
    return " ".join(plain.translate(_DIGITS).replace("’", "'").split())


def find_attribution(before: Sequence[str]) -> Attribution | None:
    """The attribution that ends with the last of these lines ("On … Ana\\n<ana@example.org> wrote:")."""
    tail = before[-MAX_ATTRIBUTION:]
    if not tail or any(len(line) > MAX_LINE for line in tail):
        return None
    last = fold(tail[-1])
    if not _ENDS.search(last):
        return None
    folded = [*map(fold, tail[:-1]), last]
    for count in range(1, len(folded) + 1):
        if (sure := _read_attribution(" ".join(folded[-count:]))) is not None:
            return Attribution(count, sure)
    if _WROTE.search(folded[-1]) and _BRACKETED.search(folded[-1]) and _ADDRESS.search(folded[-1]):
        return Attribution(1, sure=False)
    return None


def find_headers(lines: Sequence[str]) -> int:
    """How many of these lines are the header block that Outlook and others put above a quote; 0 for none.

    At least three different headers, From and a date or subject among them, and an address or an hour: a letter
    that begins with "From: the village" is the author's.
    """
    seen: set[str] = set()
    end = misses = 0
    evidence = False
    for place, line in enumerate(lines):
        folded = fold(line[:MAX_LINE])
        label = _LABEL.match(folded)
        kind = _LABELS.get(label[1]) if label else None
        if kind is None:
            misses += 1
            if not place or misses > 2:
                break
            continue
        if kind in seen and kind != "other":
            break
        misses = 0
        seen.add(kind)
        end = place + 1
        evidence = evidence or bool(_ADDRESS.search(folded) or (kind == "date" and _TIME.search(folded)))
    return end if evidence and len(seen) >= 3 and "from" in seen and seen & {"date", "subject"} else 0


def may_be_header(line: str) -> bool:
    """Whether it is worth looking for a header block here."""
    return ":" in line[:30] and (label := _LABEL.match(fold(line[:60]))) is not None and label[1] in _LABELS


def is_separator(line: str) -> bool:
    """-----Original Message----- and its like."""
    return "--" in line and len(line) < 120 and _SEPARATOR.fullmatch(fold(line)) is not None


def is_forward(line: str) -> bool:
    """Begin forwarded message: and its like, which stand above a header block or a quote."""
    return len(line) < 80 and ":" in line[-5:] and _FORWARD.fullmatch(fold(line)) is not None


def is_rule(line: str) -> bool:
    """A line of underscores or dashes."""
    return _RULE.fullmatch(line) is not None


def _read_attribution(joined: str) -> bool | None:
    """None where this is no attribution, else whether it is sure."""
    if len(joined) > MAX_LINE:
        return None
    joined = joined.replace("&lt;", "<").replace("&gt;", ">")
    address = _ADDRESS.search(joined)
    bracketed = bool(address and _BRACKETED.search(joined))
    dated, timed = _DATE.search(joined), _TIME.search(joined)
    stamps = list(_STAMP.finditer(joined))
    wrote = next(iter([*_WROTE.finditer(joined)][-1:]), None)
    if not stamps or not (_OPENER.match(joined) or bracketed):
        return None
    if wrote is None:  # a language that is not in the table: only with all the rest
        return False if bracketed and dated and timed else None
    rest = joined[stamps[-1].end() :] if stamps[-1].end() <= wrote.start() else joined
    words = _BRACKETED.sub(" ", rest.replace(wrote[0], " , ", 1))
    name = re.sub(
        r"^\W*(?:(?:[ap]\.? ?m\.?|uhr|nachm\.|vorm\.|[صم]|utc|gmt|[+-]\d{4}|\(\w+\))\W*)*", "", words
    )
    if len(words.split()) > 11 or _PROSE.match(name):
        return False if dated or timed else None
    if bracketed:
        return True
    return bool(
        dated
        and timed
        and (rest.lstrip().startswith(",") or "," in rest[:14] or rest.lstrip().startswith(wrote[0]))
    )
