"""HTML as mail programs write it, read as a person sees it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.markup import render_markup
from handlers.mail.parse import parse_mail
from handlers.mail.quotes import clean_reply


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Somos <b>29</b>\n familias.</p><p>Y  usted?</p>", "Somos 29 familias.\n\nY usted?"),
        ("<div>a</div><div><br></div><div>b<br></div>c", "a\n\nb\nc"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul><ol start=3><li>x</li><li>y</ol>", "- a\n- b\n  - c\n\n3. x\n4. y"),
        ("<table><tr><th>Year<th>Tons<tr><td>2012<td>9<tr><td><td>8</table>", "Year | Tons\n2012 | 9\n8"),
        ('<a href="https://example.net/a">the report</a>, <a href="http://www.example.net/">example.net</a>',
         "the report (https://example.net/a), example.net"),
        ('<a href="javascript:x()">a</a> <a href="mailto:ana@example.org?subject=x">Ana</a>', "a Ana (ana@example.org)"),
        ("<blockquote>a<p>b</p><blockquote>c</blockquote></blockquote>d", "> a\n>\n> b\n>\n>> c\n\nd"),
        ("<style>p{}</style><script>x</script><title>t</title><p hidden>h</p><p style='display:none'>pre</p>Hello", "Hello"),
        ("<div style='font-size:0px'>x</div><div style='font-size:0.9em'>y</div>", "y"),
        ("<!-- <p>no</p> --><!--[if mso]>no<![endif]--><![if !mso]>yes<![endif]>", "yes"),
        ("<!-- never closed <p>yes</p>", "never closed\n\nyes"),
        ("a<pre>b\n  c\n\nd</pre>e", "a\n\nb\n  c\n\nd\n\ne"),
        ("<div style='white-space:pre-wrap'>a\n b</div>", "a\n b"),
        ("1 < 2 &amp; 3&nbsp;&gt; 2 &#8217; &#99999999999;", "1 < 2 & 3\u00a0> 2 ’ \ufffd;"),
        ('<p title="a > b">x</p><p title=">">y', "x\n\ny"),
        ("Bien&nbsp;? Oui.&nbsp; Non", "Bien\u00a0? Oui. Non"),
        ("<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>", "a\n\nb"),
        ("a<hr>b", f"a\n{'_' * 32}\nb"),
        ("--&nbsp;<br>Ana", "-- \nAna"),
        ("Hi <img alt='😊' src=x><img alt='logo' src=y>", "Hi 😊"),
        ("</p></b><p", ""),
    ],
)  # fmt: skip
def test_what_is_seen_is_read(markup: str, text: str) -> None:
    assert render_markup(markup) == text


OWN = "Nous avons trois puits.\n\nEt vous ?"
REPLIES = {
    "Gmail": """<div dir="ltr">Nous avons trois puits.<div><br></div><div>Et vous ?</div></div><br>
        <div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le lun. 9 sept. 2013 à 09:00, Forum
        &lt;<a href="mailto:sse-fr@example.org">sse-fr@example.org</a>&gt; a écrit&nbsp;:<br></div>
        <blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid">
        <div>L'étape 3 est ouverte.<br><p>Participez.</p></div></blockquote></div>""",
    "Gmail, answer below": """<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">On Mon, Sep 9, 2013 at 9:00 AM
        Forum &lt;sse-fr@example.org&gt; wrote:<br></div><blockquote class="gmail_quote">L'étape 3</blockquote>
        <div><br></div><div>Nous avons trois puits.</div><div><br></div><div>Et vous ?</div></div></div>""",
    "Outlook": """<div class=WordSection1><p class=MsoNormal>Nous avons trois puits.<o:p></o:p></p>
        <p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Et vous ?<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
        <div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>
        <b><span>De&nbsp;:</span></b><span> Forum &lt;sse-fr@example.org&gt; <br><b>Envoyé&nbsp;:</b> lundi 9 septembre 2013
        09:00<br><b>À&nbsp;:</b> Awa<br><b>Objet&nbsp;:</b> Étape 3<o:p></o:p></span></p></div></div>
        <p class=MsoNormal>L'étape 3 est ouverte.</p></div>""",
    "Outlook on the web": """<div>Nous avons trois puits.</div><div><br></div><div>Et vous ?</div>
        <hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font><b>De :</b> Forum
        &lt;sse-fr@example.org&gt;<br><b>Envoyé :</b> lundi 9 septembre 2013 09:00<br><b>À :</b> Awa<br><b>Objet :</b>
        Étape 3</font><div>&nbsp;</div></div><div>L'étape 3 est ouverte.</div>""",
    "Apple Mail": """<html><body>Nous avons trois puits.<div><br></div><div>Et vous ?<br><div><br><blockquote type="cite">
        <div>Le 9 sept. 2013 à 09:00, Forum &lt;sse-fr@example.org&gt; a écrit :</div><br><div>L'étape 3</div></blockquote>
        </div></div></body></html>""",
    "iPhone": """<html><body dir="auto"><div dir="ltr">Nous avons trois puits.<br><br>Et vous ?<br><br>
        <div dir="ltr">Envoyé de mon iPhone</div></div><div dir="ltr"><br><blockquote type="cite">Le 9 sept. 2013 à 09:00, Forum
        &lt;sse-fr@example.org&gt; a écrit :<br><br></blockquote></div><blockquote type="cite">L'étape</blockquote></body></html>""",
    "Yahoo": """<div class="ydp1yahoo-style-wrap"><div>Nous avons trois puits.</div><div><br></div><div>Et vous ?</div></div>
        <div id="yahoo_quoted_1" class="yahoo_quoted"><div>Le lundi 9 septembre 2013 à 09:00:00 UTC+2, Forum
        &lt;sse-fr@example.org&gt; a écrit :</div><div><br></div><div>L'étape 3 est ouverte.</div></div>""",
    "Thunderbird": """<p>Nous avons trois puits.</p><p>Et vous ?</p><div class="moz-signature">-- <br>Awa</div>
        <div class="moz-cite-prefix">Le 09/09/2013 à 10:00, Forum a écrit&nbsp;:<br></div><blockquote type="cite"
        cite="mid:1@example.org"><p>L'étape 3 est ouverte.</p></blockquote>""",
    "GMX": """<div>Nous avons trois puits.</div><div>&nbsp;</div><div>Et vous ?</div><div>&nbsp;<div style="margin: 10px">
        <div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 09. September 2013 um 09:00 Uhr<br><b>Von:</b>&nbsp;"Forum"
        &lt;sse-fr@example.org&gt;<br><b>An:</b>&nbsp;awa@example.org<br><b>Betreff:</b>&nbsp;Phase 3</div><div>Offen.</div>
        </div></div>""",
    "answers between quotes": """<blockquote type="cite"><p>Combien de puits ?</p></blockquote><p>Nous avons trois puits.</p>
        <blockquote type="cite">Vraiment ?</blockquote><p>Et vous ?</p>""",
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_of_an_html_reply_only_what_its_author_wrote_is_kept(name: str) -> None:
    raw = f"Content-Type: text/html; charset=utf-8\n\n{REPLIES[name]}".encode()
    kept = clean_reply(parse_mail(raw).text).text
    assert re.sub(r"\n{3,}", "\n\n", kept) == OWN


TAGS = ["p", "div", "blockquote", "ul", "ol", "li", "table", "tr", "td", "a href='http://x'", "pre", "br", "b", "style", "script",
        "div style='display:none'", "/p", "/div", "/blockquote", "/ul", "/li", "/table", "/a", "/pre", "/b", "/style", "!--", "--"]  # fmt: skip


@given(
    st.lists(st.sampled_from([f"<{tag}>" for tag in TAGS]) | st.text(max_size=10), max_size=60).map("".join)
)
def test_any_markup_is_a_text(markup: str) -> None:
    render_markup(markup)


@given(st.lists(st.text("abc é.,", min_size=1, max_size=20), max_size=10))
def test_no_word_of_a_visible_text_is_lost(words: list[str]) -> None:
    markup = "".join(f"<p><b>{word}</b></p>" for word in words)
    assert render_markup(markup).split() == " ".join(words).split()
