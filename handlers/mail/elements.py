"""What an HTML element means for the reader of its text: a block, a quote, hidden, or keeping its spaces.

The tables hold what HTML says (Living Standard, section 15, "Rendering") and what mail programs add by style and class.
"""

import re
from dataclasses import dataclass

from handlers.mail.tags import Tag

_MAX_LINK = 300
"""Characters of a web address that are shown; a longer one is for machines."""

VOID = {"br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "source"}
_HIDDEN = {"head", "template", "iframe", "object", "svg", "select", "audio", "video", "map", "datalist"}
PARAGRAPHS = {
    "p", "ul", "ol", "dl", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "figure",
}  # fmt: skip
BLOCKS = PARAGRAPHS | {
    "div", "li", "tr", "dd", "dt", "section", "article", "header", "footer", "main", "nav", "aside", "center",
    "address", "body", "html", "form", "fieldset", "caption", "figcaption", "tbody", "thead", "tfoot", "details",
    "summary", "option",
}  # fmt: skip
CLOSED_BY = {
    "p": BLOCKS, "a": {"a"}, "li": {"li"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}, "td": {"td", "th", "tr"},
    "th": {"td", "th", "tr"}, "tr": {"tr", "tbody", "tfoot"}, "head": {"body"},
}  # fmt: skip
"""An open element and what ends it without a closing tag (HTML, section 13.1.2.4)."""

_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?<![\w-])max-height\s*:\s*0(?![.\d])|"
    r"(?<![\w-])font-size\s*:\s*0(?![.\d])|(?<![\w-])opacity\s*:\s*0(?![.\d])"
)
_NO_MARGIN = re.compile(r"(?<![\w-])margin(?:-bottom)?\s*:\s*0(?!\.?[1-9])")
_OUTLOOK_LINE = re.compile(r"msonormal|msoplaintext")
"""Paragraphs that are lines: without a margin, or of a class to which Outlook gives none."""
_KEEP_SPACES = ("pre", "listing", "xmp")
_KEEPS_SPACES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)")
_OUTLOOK = re.compile(r"border-top\s*:\s*solid\s+(?:#[eb][0-9a-f]{5}|windowtext)\s+1\.0pt")
"""The line that Outlook draws above the header block of what it quotes."""
_WEB = re.compile(r"https?://.", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:https?://|mailto:)(?:www\.)?|^www\.|/$")
_YAHOO = re.compile(r"yahoo_quoted|yahoo-quoted")


@dataclass(slots=True)
class Element:
    """One that is open. `items` counts those of an ordered list, -1 in any other; `link` is where an <a> leads."""

    name: str
    hidden: bool = False
    quote: bool = False
    spaces: bool = False
    close_lines: bool = False
    items: int = -1
    link: str = ""
    start: int = 0


def read_element(tag: Tag, in_list: str) -> Element:
    """What an opening tag begins; `in_list` is the element around it: a list inside a list keeps its lines close."""
    name = tag.name
    element = Element(
        name,
        hidden=name in _HIDDEN,
        quote=name == "blockquote",
        spaces=name in _KEEP_SPACES,
        close_lines=name in ("ul", "ol") and in_list == "li",
        items=1 if name == "ol" else -1,
    )
    found = tag.attributes() if tag.rest.strip(" /") else {}
    if name == "a":
        element.link = _link(found.get("href", ""))
    if name == "ol" and re.fullmatch(r"[0-9]{1,6}", found.get("start", "")):
        element.items = int(found["start"])
    if "hidden" in tag.rest.lower().split():
        element.hidden = True
    if style := found.get("style", "").lower():
        element.hidden = element.hidden or bool(_UNSEEN.search(style))
        element.spaces = element.spaces or bool(_KEEPS_SPACES.search(style))
        element.close_lines = element.close_lines or bool(_NO_MARGIN.search(style))
    if named := f"{found.get('id', '')} {found.get('class', '')}".strip().lower():
        element.quote = element.quote or bool(_YAHOO.search(named))
        element.close_lines = element.close_lines or bool(_OUTLOOK_LINE.search(named))
    return element


def introduces_quote(tag: Tag) -> bool:
    """A block of Outlook's that holds the header lines of what is quoted below it."""
    if tag.name != "div" or not tag.rest.strip(" >"):
        return False
    found = tag.attributes()
    return found.get("id", "").lower().endswith("divrplyfwdmsg") or bool(
        _OUTLOOK.search(found.get("style", "").lower())
    )


def _link(href: str) -> str:
    """A web or mail address that is worth showing; no other scheme is."""
    href = "".join(href.split())
    if _WEB.match(href) and len(href) <= _MAX_LINK:
        return href
    return href[7:].partition("?")[0] if href.lower().startswith("mailto:") and len(href) < _MAX_LINK else ""


def bare_address(address: str) -> str:
    """Without scheme, "www." and a last slash: to tell whether words are the address that they lead to."""
    return _SCHEME.sub("", address.strip().lower())
