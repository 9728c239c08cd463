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
    r"\W*(?:sent (?:from|via|with|by|using)\b|get (?:\W*)outlook for\b|enviado (?:desde|con|do|da|de|a partir d|via|pelo|"
    r"atraves d)|enviada (?:do|da|pelo)\b|obtener outlook para|obten outlook para|obter o outlook|baixe o outlook|"
    r"envoye (?:de|d'|depuis|a partir d|avec|par)|telecharge[rz] outlook|obtenez outlook|"
    r"gesendet (?:von|mit|uber|aus)\b|von mein\w+ .* gesendet|diese nachricht wurde von mein\w+ .* gesendet|"
    r"outlook fur .* (?:beschaffen|holen)|sendt fra|skickat fran|verzonden (?:met|vanaf)|inviato da|"
    r"(?:تم )?(?:ال)?(?:ارسلت|ارسل|مرسل|مرسلة|ارسال\w*) (?:هذه الرسالة )?(?:من|بواسطة|عبر)|الحصول على outlook)"
)
_DEVICE = re.compile(
    r"iphone|ipad|ipod|android|samsung|galaxy|mobil|smartphone|\bm?y? ?phone\b|\bcell\b|movil|celular|telefon|telephone|"
    r"\btel\b|telemovel|portable|outlook|\b(?:g|yahoo|e-?)?mail\b|mailbox|yahoo|blackberry|windows|huawei|xiaomi|redmi|"
    r"nokia|motorola|\blg\b|\bhtc\b|tablet|airmail|thunderbird|k-9|proton|device|dispositivo|appareil|gerat|"
    r"هاتف|جوال|ايفون|الايفون|اندرويد|موبايل|بريد"
)
_FOOTER = re.compile(
    r"mailing list|listinfo|unsubscribe|google ?groups|lista de (?:correo|distribucion|discussao|e-?mails)|"
    r"darse de baja|cancelar (?:la|su|a|sua) (?:suscripcion|inscricao|assinatura)|liste de (?:diffusion|discussion)|"
    r"desabonn|desinscri|descadastr|mailingliste|abmelden|abbestellen|القائمة البريدية|الغاء الاشتراك"
)
_WHERE = re.compile(r"https?://|@[\w-]+\.|\bwww\.")


def find_closing(lines: Sequence[str]) -> int:
    """The place from which these lines (blank ones among them) are closing; their number where none is."""
    end = _find_footer(lines, len(lines))
    end = _skip_devices(lines, end)
    end = _find_signature(lines, end)
    return _skip_devices(lines, end)


def _skip_devices(lines: Sequence[str], end: int) -> int:
    found = place = end
    while place and (lines[place - 1].isspace() or _is_device_line(lines[place - 1])):
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
    folded = fold(line)
    return bool(len(folded.split()) <= 13 and _SENT_FROM.match(folded) and _DEVICE.search(folded))


def _is_footer(lines: Sequence[str]) -> bool:
    """What a list server adds below a rule: it names the list, or how to leave it, and an address."""
    folded = fold("\n".join(lines)[: 4 * MAX_LINE])
    return bool(_FOOTER.search(folded) and _WHERE.search(folded))
