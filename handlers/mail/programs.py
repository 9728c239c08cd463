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


class _Folded(dict[int, str | None]):
    """What each character is compared as; worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        if 0x2010 <= code <= 0x2015:
            folded: str | None = "-"
        elif char == "\u2019":
            folded = "'"
        elif unicodedata.combining(char) or unicodedata.category(char) == "Cf":
            folded = None
        else:
            folded = str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else char
        self[code] = folded
        return folded


_FOLDED = _Folded()

_YEAR = r"(?:19|20)\d\d(?!\d)|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
_CLOCK = r"\b\d{1,2} ?[:h] ?\d{2}(?!\d)|\b(?:kl\.|alle|um|as|at|a las|godz\.) ?\d{1,2}\.\d{2}(?!\d)"
_DATE = re.compile(_YEAR)
_TIME = re.compile(_CLOCK)
_STAMP = re.compile(f"{_YEAR}|{_CLOCK}")
_OPENER = re.compile(
    r"\W*(?:(?:on|at|le|el|em|am|no dia|en date d[eu]|a|as|op|il|den|dnia|w dniu|v|u|в|у|في|بتاريخ|يوم|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|\d)"
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|a ecrit|ecrivait|escribio|ha escrito|escribia|escreveu|escreveram|schrieb|geschrieben|schreef|ha scritto|"
    r"skrev|napisa[lł](?:\(a\)|a)?|написал\w*|пишет|пише|كتب|كتبت|كتبه|جاء من|تمت كتابة ما يلي بواسطة)(?:\b|(?<=\)))"
)
_ENDS = re.compile(r"(?::|\w ?-{2,})\W{0,3}$")
_BARE = re.compile(r"\W*(?:19|20)\d\d/\d{1,2}/\d{1,2} [^<>]{0,160}<[^<>\s]{1,190}@[^<>\s]{1,190}>")
"""Gmail until 2013: a day, a name and an address, and no verb."""
_CITED = re.compile(
    r"\W*(?:quoting|citando(?: a)?|zitat von|citation de|en reponse a|mensaje citado por|citat(?:ion)?) .{0,160}@.{1,160}:"
)
_NAMED = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w.'’-]{0,30}\s+){1,4}(?:wrote|writes|a écrit|escribió|ha escrito|escreveu|schrieb)\s?:"
    r"|(?:كتب|كتبت) (?!ال)\S{2,20}(?: \S{2,20}){0,2}\s?:"
)
"""Thunderbird, once: nothing but a name. Capitals tell it from a sentence, and so does the word that begins one."""
_NAME_FIRST = re.compile(r".{2,60}\b(?:wrote|a ecrit|escribio|escreveu|schrieb) (?:on|le|el|em|no dia|am)\b")
"""Also without an address."""
_ADDRESS_ALONE = re.compile(r"\W{0,3}\S{1,64}@\S{3,100}\s")
_SENTENCE = re.compile(
    r"(?:as|so|then|when|what|and|but|here|today|yesterday|comme|ainsi|puis|hier|et|mais|voici|como|asi|luego|ayer|y|pero|aqui|"
    r"assim|depois|ontem|e|mas|wie|dann|gestern|und|aber|hier|heute)\b"
)
_INLINE = re.compile(r"(.{8,300}<[^<>\s]{1,190}@[^<>\s]{1,190}>.{0,30}?:)(?:[ \u00a0]{2,}\S|[ \u00a0]*$)")
"""Yahoo on telephones: the quote goes on in the line of its attribution."""
_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_BRACKETED = re.compile(r"<[^<>]*(?:<[^<>]*>)?[^<>]*>|\([^()\s]*@[^()\s]*\)|\[mailto:[^\]\s]*\]")
_PROSE = re.compile(
    r"(?:the|our|my|we|i|la|las|el|los|le|les|un|une|una|uma|o|os|as|nous|nos|der|die|das|wir|ich|ال\w+)\b|l'"
)
"""How no name begins."""
_FULL_STOP = re.compile(r"[^\W\d_]{3}[.!?] ")
_MAX_NAME = 7
"""Words of a name without an address, above a quote without marks."""

_LABELS = {
    label: kind
    for kind, labels in {
        "from": "from|de|von|da|van|fra|fran|od|от|من|المرسل|expediteur|remitente|remetente|absender",
        "date": "sent|date|enviado|enviada|enviados|enviadas|enviado el|enviado em|enviada em|fecha|data|data de envio|"
        "fecha de envio|envoye|envoye le|envoyee|message du|date d'envoi|gesendet|datum|gesendet am|"
        "skickat|inviato|verzonden|تاريخ|التاريخ|تاريخ الارسال|تم الارسال|ارسل|ارسلت|الارسال|ارسال|المرسلة|مرسل|وقت الارسال",
        "to": "to|para|a|pour|an|destinataire|destinatario|destinataires|empfanger|المستلم|المرسل اليه|aan|till|til|إلى|الى",
        "subject": "subject|asunto|assunto|objet|sujet|betreff|oggetto|onderwerp|amne|emne|الموضوع",
        "other": "cc|cco|bcc|copie a|kopie|copia|reply-to|responder a|repondre a|نسخة|importance|importancia|priority|priorite|prioridad|prioridade|prioritat|wichtigkeit|"
        "attachments|pieces jointes|piece jointe|datos adjuntos|adjuntos|archivos adjuntos|anexos|anexo|anlagen|anlage|anhange|"
        "الاهمية|المرفقات|مرفقات",
    }.items()
    for label in labels.split("|")
}
_LABEL = re.compile(r"[\s*]*([^\W\d_][^:*]{0,20}?)\s*\*?\s*:(?!//)")

_SEPARATOR = re.compile(
    r"\W*-{2,}\s*(?:original (?:message|appointment)|mensaje (?:original|reenviado)|message (?:d'origine|original|transfere)|"
    r"mail original|(?:e-mail|courriel) d'origine|mensagem (?:original|(?:re)?encaminhada)|"
    r"(?:ursprungliche|weitergeleitete|original|urspr\.) ?-?nachricht|forwarded (?:message|mail)(?: from .*)?|"
    r"الرسالة الاصلية|رسالة (?:اصلية|معاد توجيهها))\s*-{2,}\W*"
)
_DASHED = re.compile("[-\u2010-\u2015]{2}")
_FORWARD = re.compile(
    r"(?:begin forwarded message|debut du message (?:reexpedie|transfere)|inicio del mensaje reenviado|"
    r"inicio da mensagem (?:encaminhada|reencaminhada)|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"بداية الرسالة المعاد توجيهها) ?:"
)
_RULE = re.compile(r"\s*(?:_{10,}|-{20,}|={20,}|-{3,} ?[^-_=]{2,60} ?-{3,}|(?:-=){8,}-?)\s*")


@dataclass(frozen=True, slots=True)
class Attribution:
    """`sure`: it introduces a quote also where the lines below it carry no ">"."""

    lines: int
    sure: bool


def fold(line: str) -> str:
    """In small letters, without accents, direction marks and odd spaces, digits ASCII; for comparing only."""
    if line.isascii():
        return " ".join(line.lower().split())
    return " ".join(unicodedata.normalize("NFKD", line.casefold()).translate(_FOLDED).split())


def find_attribution(before: Sequence[str]) -> Attribution | None:
    """The attribution that ends with the last of these lines ("On … Ana\\n<ana@example.org> wrote:")."""
    tail = before[-MAX_ATTRIBUTION:]
    if not tail or any(len(line) > MAX_LINE for line in tail):
        return None
    last = fold(tail[-1])
    if not _ENDS.search(last):
        bare = next((n for n in (1, 2) if _BARE.fullmatch(fold(" ".join(tail[-n:])))), 0)
        return Attribution(min(bare, len(tail)), sure=False) if bare else None
    folded = [*map(fold, tail[:-1]), last]
    for count in range(1, len(folded) + 1):
        if (sure := _read_attribution(" ".join(folded[-count:]))) is not None:
            return Attribution(count, sure)
    # Over two lines only where the second goes on with the address or the verb.
    for count in (1, 2) if folded[-1].startswith("<") or _WROTE.match(folded[-1]) else (1,):
        joined = " ".join(folded[-count:])
        if _CITED.fullmatch(joined) or (
            _WROTE.search(folded[-1])
            and (_BRACKETED.search(joined) or _ADDRESS_ALONE.match(joined))
            and _ADDRESS.search(joined)
            and len(joined) < 200
        ):
            return Attribution(min(count, len(folded)), sure=False)
    named = " ".join(tail[-1].split())
    return Attribution(1, sure=False) if _NAMED.fullmatch(named) and not _SENTENCE.match(last) else None


def is_inline_attribution(line: str) -> bool:
    """Whether a line holds an attribution and the beginning of what it introduces: "On …, Ana<…> wrote:   Dear"."""
    match = _INLINE.match(line[:MAX_LINE]) if "@" in line[:MAX_LINE] else None
    return bool(match and _read_attribution(fold(match[1])))


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


def read_label(line: str) -> tuple[str, str] | None:
    """Kind (from, date, to, subject, other) and value of a line such as "*De :* Ana <ana@example.org>"."""
    label = _LABEL.match(fold(line[:60] + " ")) if ":" in fold(line[:60]) else None
    kind = _LABELS.get(label[1]) if label else None
    return (kind, re.split(r"[:\uff1a]", line, maxsplit=1)[1].strip(" \t*\u00a0")) if kind else None


def is_separator(line: str) -> bool:
    """-----Original Message----- and its like."""
    return (
        len(line) < 120 and _DASHED.search(line) is not None and _SEPARATOR.fullmatch(fold(line)) is not None
    )


def is_forward(line: str) -> bool:
    """Begin forwarded message: and its like, which stand above a header block or a quote."""
    return len(line) < 80 and ":" in line[-5:] and _FORWARD.fullmatch(fold(line)) is not None


def is_rule(line: str) -> bool:
    """A line of underscores or dashes, also with a few words between them."""
    return _RULE.fullmatch(line) is not None


def _read_attribution(joined: str) -> bool | None:
    """None where this is no attribution, else whether it is sure."""
    if len(joined) > MAX_LINE:
        return None
    joined = joined.replace("&lt;", "<").replace("&gt;", ">")
    address = "@" in joined and _ADDRESS.search(joined)
    bracketed = bool(address and _BRACKETED.search(joined))
    dated, timed = _DATE.search(joined), _TIME.search(joined)
    stamps = list(_STAMP.finditer(joined))
    wrote = next(iter([*_WROTE.finditer(joined)][-1:]), None)
    if (
        stamps
        and not bracketed
        and not _PROSE.match(joined)
        and dated
        and timed
        and _NAME_FIRST.match(joined)
    ):
        return False
    if not stamps or not (_OPENER.match(joined) or bracketed):
        return None
    if wrote is None:  # a language that is not in the table: only with all the rest
        return False if bracketed and dated and timed else None
    rest = joined[stamps[-1].end() :] if stamps[-1].end() <= wrote.start() else joined
    words = _BRACKETED.sub(" ", rest.replace(wrote[0], " , ", 1))
    name = re.sub(
        r"^\W*(?:(?:[ap]\.? ?m\.?|uhr|nachm\.|vorm\.|[صم]|utc|gmt|[+-]\d{4}|\(\w+\))\W*)*", "", words
    )
    if len(words.split()) > 11 or _PROSE.match(name) or _FULL_STOP.search(name):
        return False if dated or timed else None
    if bracketed:
        return True
    return bool(
        dated
        and timed
        and len(name.split()) <= _MAX_NAME
        and (rest.lstrip().startswith(",") or "," in rest[:14] or rest.lstrip().startswith(wrote[0]))
    )
