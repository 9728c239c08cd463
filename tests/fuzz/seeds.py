"""Mails to begin with: each has something that reading looks at, so that a small change reaches much code."""

import base64
from collections.abc import Iterator

TEXT = "Nous avons trois puits.\n\nLe lun. 9 sept. 2013 à 09:00, Forum <sse-fr@example.org> a écrit :\n\n> L'étape 3 est ouverte.\n"
REPLIES = (
    TEXT,
    "Sí.\n\nDe: Foro <sse-es@example.org>\nEnviado: lunes, 9 de septiembre de 2013 9:00\nPara: ana@example.org\nAsunto: x\n\nTexto.\n",
    "-----Original Message-----\nFrom: a@example.org\nSent: 9:00\nTo: b@example.org\nSubject: x\n\n> q\nNo.\n-- \nAna\n",
    "نعم\n\nفي ٩ سبتمبر ٢٠١٣، الساعة ٩:٠٠ ص، كتب/كتبت منتدى <sse-ar@example.org>:\n\n> المرحلة\n\nأُرسلت من الـ iPhone\n",
    "approve\n\n[m-abcdefghijklmnopqrstuvwxyz] [#12]\nreject: too long\n2013/9/9 X <x@example.org>\n> a\n",
    "Em 9 de set. de 2013 às 09:00, X <x@example.org\n> escreveu:\n\n> q\n_______________\nsse-pt mailing list\nhttp://x unsubscribe\n",
)
HTML = (
    "<html><head><meta charset=utf-8><style>p{}</style></head><body><p class=MsoNormal>Oui&nbsp;: <a href='https://example.net/x'>"
    "ici</a></p><ul><li>a<li>b</ul><table><tr><td>1<td>2</table><pre>x\n y</pre><blockquote type=cite>q</blockquote>"
    "<div id=divRplyFwdMsg><b>De :</b> x@example.org<br><b>Envoyé :</b> 9:00<br><b>Objet :</b> y</div><!-- c --><hr></body>"
)
HEAD = (
    "From: =?utf-8?q?P=C3=A9rez=2C_Ana?= <ana@example.org>, \"B \\\" (x)\" <b@example.org> (c)\nTo: sse-fr+c12@forum.example.org\n"
    "Subject: =?iso-8859-1?b?Q3LpZGl0bw==?= =?utf-8?q?=E2=82?= =?utf-8?q?=AC?= [#12]\nMessage-ID: <1@example.org>\n"
    "In-Reply-To: <2@example.org>\nReferences: <3@example.org> <2@example.org>\nDate: Mon, 9 Sep 2013 10:00:00 +0200\n"
    "List-Id: Sse <sse-fr.example.org>\nAuto-Submitted: no\nReceived: by x\n"
)  # fmt: skip


def make_seeds() -> Iterator[bytes]:
    """Whole mails as bytes: plain, encoded, HTML, many parts, broken charsets."""
    for reply in REPLIES:
        yield _mail(
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", reply.encode()
        )
    body = base64.encodebytes(TEXT.encode())
    yield _mail(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
        body + b"\n___\nfooter\n",
    )
    yield _mail(
        'Content-Type: text/plain; charset="iso-8859-1"; format=flowed; delsp=yes',
        TEXT.replace(" ", " \n").encode("latin-1"),
    )
    yield _mail(
        "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable",
        b"caf=C3=A9 =\nau lait=20\n=ZZ=",
    )
    yield _mail(
        "Content-Type: text/plain; charset=us-ascii",
        TEXT.encode().decode("latin-1").encode() + b"\xff\xfe\x00",
    )
    yield _mail("Content-Type: text/html; charset=utf-8", HTML.encode())
    yield _mail("Content-Type: text/plain; charset=utf-16", TEXT.encode("utf-16"))
    yield _mail("Content-Type: application/pdf; name*0*=utf-8''a%20; name*1=b.pdf", b"%PDF")
    plain = b"Content-Type: text/plain; charset=utf-8\n\n" + TEXT.encode()
    html = b"Content-Type: text/html\nContent-ID: <r>\n\n" + HTML.encode()
    inner = b"Content-Type: message/rfc822\n\n" + HEAD.encode() + b"\ninner\n"
    named = b"Content-Type: image/png; name=\"../a b.png\"\nContent-Disposition: attachment; filename*=utf-8''x%2Fy.png\n\nx"
    alternative = (
        b"Content-Type: multipart/alternative; boundary=c\n\n--c\n" + plain + b"\n--c\n" + html + b"\n--c--\n"
    )
    related = (
        b'Content-Type: multipart/related; boundary=d; start="<r>"\n\n--d\n'
        + named
        + b"\n--d\n"
        + html
        + b"\n--d--\n"
    )
    for parts in ((alternative, named, inner), (related, plain), (plain, html, plain), (inner,)):
        yield _mail(
            "Content-Type: multipart/mixed; boundary=b", b"--b\n" + b"\n--b\n".join(parts) + b"\n--b--\n"
        )
    yield HEAD.encode()[:200]


def _mail(headers: str, body: bytes) -> bytes:
    return f"{HEAD}{headers}\n\n".encode() + body
