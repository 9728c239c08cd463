"""What stands below a text and is none of it: a list's footer, a signature, what the device says of itself.

Signatures follow RFC 3676, section 4.3; the tables of device lines and footers hold what common programs and list
servers add. Only the end of a stretch of the author's lines is looked at: in the middle, such words are the author's.
"""

import re
from collections.abc import Sequence

from handlers.mail.programs import MAX_LINE, fold, is_rule

_MAX_FOOTER = 10
"""Lines below the rule above a footer."""
_MAX_SIGNATURE = 12
"""Lines after "-- "; a bare "--" is believed above _MAX_BARE lines of at most _BARE_WIDTH characters."""
_MAX_BARE, _BARE_WIDTH = 5, 60

_SENT_FROM = re.compile(
    r"\W*(?:sent (?:from|via|with|by|using)\b|get (?:\W*)outlook for\b|enviad[oa] (?:desde|con|com|por|do|da|de|a partir d|via|pelo|"
    r"pela|atraves d)|(?:est[ea] |o |el )?(?:mensaje|mensagem|correo|e-?mail) (?:ha sido |fue |foi )?enviad[oa] (?:desde|de|do|pelo|com|con)|"
    r"(?:ce )?(?:message|courriel|e-?mail|mail) (?:a ete )?(?:envoye|ecrit) (?:de|depuis|avec)|provenance ?:|"
    r"envoye (?:de|d'|depuis|a partir d|avec|par|via)|(?:nachricht|mail) von mein\w+|"
    r"gesendet (?:von|mit|uber|aus)\b|von mein\w+ .* gesendet|diese nachricht wurde von mein\w+ .* gesendet|"
    r"sendt fra|skickat fran|verzonden (?:met|vanaf)|inviato da|"
    r"(?:تم )?(?:ال)?(?:ارسلت|ارسل|مرسل|مرسلة|ارسال\w*) (?:هذه الرسالة )?(?:من|بواسطة|عبر|باستخدام)|من (?:ال)?(?:جهاز|هاتف).*الخاص ب)"
)
_GET_APP = re.compile(
    r"(?:.{0,40} )?(?:outlook|bluemail|blue mail|yahoo mail|typeapp|proton mail|spark|edison mail|aqua mail|gmx|web\.de) "
    r"(?:for|para|pour|fur|per|voor|لـ|ل|على|لنظام) ?(?:ios|android|iphone|ipad|mobile|windows)(?: \S{1,20}){0,2}"
)
"""Get the app, said by the app. A line of the author's has more words, and a full stop."""
_ADDRESSES = re.compile(r"[<(\[]?(?:https?://|www\.)[^\s<>]*[>)\]]?")
_DEVICE = re.compile(
    r"iphone|ipad|ipod|android|samsung|galaxy|mobil|smartphone|\bm?y? ?phone\b|\bcell\b|movil|celular|telefon|telephone|"
    r"\btel\b|telemovel|portable|outlook|\b(?:g|yahoo|e-?)?mail\b|mailbox|yahoo|blackberry|windows|huawei|xiaomi|redmi|"
    r"nokia|motorola|\blg\b|\bhtc\b|tablet|airmail|mailwise|typeapp|\borange\b|\bsfr\b|movistar|bluemail|aqua|spark|edison|fairemail|zimbra|thunderbird|k-9|proton|device|dispositivo|appareil|gerat|"
    r"هاتف|جوال|ايفون|الايفون|اندرويد|موبايل|بريد"
)
_FOOTER = re.compile(
    r"mailing list|listinfo|unsubscribe|google ?groups|lista de (?:correo|distribucion|distribuicao|discussao|e-?mails)|"
    r"darse de baja|(?:cancelar|anular) (?:la |su |a |sua |esta )?(?:suscripcion|inscricao|assinatura|subscricao)|liste de (?:diffusion|discussion)|"
    r"desabonn|desinscri|descadastr|mailingliste|abmelden|abbestellen|القائمة البريدية|الغاء الاشتراك"
)
_WHERE = re.compile(r"https?://|@[\w-]+\.|\bwww\.")


_PRIVATE = re.compile(r"confiden|vertraulich|privileged|سري")
_FOR_ONE = re.compile(
    r"(?:received|recibi\w*|recu|recebe\w*|recebid\w*|erhalten|reach\w*|استلم\w*|تلقي\w*|وصل\w*)\b.{0,80}?"
    r"\b(?:error|mistake|erreur|erro|engano|equivoc\w+|irrtum\w*|versehen\w*|بالخطا|خطا|بطريق الخطا)|"
    r"\b(?:error|erreur|erro|engano|irrtum\w*|versehentlich|بالخطا|خطا)\b.{0,40}?\b(?:recibi\w*|recu|recebe\w*|erhalten)|"
    r"(?:intended|solely|only|exclusiv\w+|uniquement|unicamente|ausschliesslich|nur|فقط)\b.{0,60}?\b(?:recipient|addressee|"
    r"destinat\w+|empfanger|adressat)|(?:destinat\w+|empfanger|adressat\w*|المرسل اليه)\b.{0,40}?\b(?:exclusiv\w+|only|nur|bestimmt|فقط)"
)
_CHECKED = re.compile(
    r"virus-?free|sans virus|libre de virus|livre de virus|(?:sem|nao contem) virus|virenfrei|senza virus|خال من الفيروسات|"
    r"(?:checked|scanned|verifie\w*|analizad\w*|verificad\w*|escanead\w*|gepruft|analyse) .{0,60}(?:virus|viren|avast)|"
    r"(?:virus|viren|avast|antivirus) .{0,80}(?:checked|scanned|verifie\w*|analizado|verificad\w*|escanead\w*|gepruft)"
)
_PAPER = re.compile(
    r"environment before printing|(?:l'environnement|planete|arbres?) .{0,40}imprim|avant d'imprimer|"
    r"antes de imprimir|(?:medio ambiente|meio ambiente|natureza) .{0,60}imprim|imprim\w+ .{0,60}(?:medio ambiente|meio ambiente)|"
    r"(?:umwelt .{0,60}|bevor sie .{0,60})(?:ausdruck|drucken)|قبل (?:طباعة|الطباعة)"
)
_ROUNDS = 4
_MAX_DEVICES = 12
"""Lines below the text that devices wrote, blank ones among them."""
_MAX_NOTICE = 30
"""Lines of a paragraph that may be a notice of confidentiality, a virus scanner's or a plea for trees."""
_MAX_NOTICE_TEXT = 4_000


def find_closing(lines: Sequence[str]) -> int:
    """The place from which these lines (blank ones among them) are closing; their number where none is."""
    end = len(lines)
    for _ in range(_ROUNDS):
        found = end
        end = _find_footer(lines, end)
        end = _skip_devices(lines, end)
        end = _find_signature(lines, end)
        end = _skip_notice(lines, end)
        if end == found:
            break
    return end


def _skip_notice(lines: Sequence[str], end: int) -> int:
    """Before the last paragraph, if it is a notice that a company's server or a virus scanner added."""
    last = end
    while last and lines[last - 1].isspace():
        last -= 1
    first = last
    while first and last - first < _MAX_NOTICE and not lines[first - 1].isspace():
        first -= 1
    words = fold(" ".join(lines[first:last])[:_MAX_NOTICE_TEXT]) if first < last else ""
    if _PRIVATE.search(words) and _FOR_ONE.search(words):
        return first
    linked = bool(_WHERE.search(words) or "antivir" in words or "avast" in words)
    if last - first <= 8 and len(words) < 600 and linked and _CHECKED.search(words):
        return first
    return first if last - first <= 3 and len(words) < 300 and _PAPER.search(words) else end


def _skip_devices(lines: Sequence[str], end: int) -> int:
    found = place = end
    while (
        place > end - _MAX_DEVICES
        and place > 0
        and (lines[place - 1].isspace() or _is_device_line(lines[place - 1]))
    ):
        place -= 1
        found = found if lines[place].isspace() else place
    return found


def _find_footer(lines: Sequence[str], end: int) -> int:
    places = range(max(0, end - 2 * _MAX_FOOTER), end)
    rule = next((place for place in places if is_rule(lines[place])), end)
    return rule if rule < end and _is_footer(lines[rule:end]) else end


def _find_signature(lines: Sequence[str], end: int) -> int:
    """The first "-- " of the last lines, or a bare "--" above a few short ones."""
    low = max(0, end - 2 * _MAX_SIGNATURE)
    for delimiter, most, width in (("-- ", _MAX_SIGNATURE, MAX_LINE), ("--", _MAX_BARE, _BARE_WIDTH)):
        for place in range(low, end):
            if lines[place].rstrip("\n").replace("\u00a0", " ") != delimiter:
                continue
            below = [line for line in lines[place + 1 : end] if not line.isspace()]
            if len(below) <= most and all(len(line) <= width for line in below):
                return place
    return end


def _is_device_line(line: str) -> bool:
    """Sent from my iPhone, and what other programs say of themselves."""
    if len(line) > 140:
        return False
    folded = " ".join(_ADDRESSES.sub(" ", fold(line)).split())
    if len(folded) < 80 and _GET_APP.fullmatch(folded.rstrip(".")):
        return True
    return bool(len(folded.split()) <= 13 and _SENT_FROM.match(folded) and _DEVICE.search(folded))


def _is_footer(lines: Sequence[str]) -> bool:
    """What a list server adds below a rule: it names the list, or how to leave it, and an address."""
    folded = fold("\n".join(lines)[: 4 * MAX_LINE])
    return bool(_FOOTER.search(folded) and _WHERE.search(folded))
