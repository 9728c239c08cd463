"""The text that a person would read, out of every way in which programs pack it."""

import pytest

from handlers.mail.alternatives import choose_text, join_texts
from handlers.mail.body import MAX_PARTS
from handlers.mail.parse import parse_mail

TEN = "The mill of our valley belongs to all of us."


def part(content_type: str, body: str, *headers: str) -> str:
    return "\n".join([f"Content-Type: {content_type}", *headers, "", body])


def multipart(kind: str, *parts: str, boundary: str = "b", more: str = "") -> str:
    inside = "".join(f"--{boundary}\n{piece}\n" for piece in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}{more}\n\n{inside}--{boundary}--\n"


def read(mail: str) -> str:
    return parse_mail(mail.encode()).text.strip()


def test_of_two_renderings_the_plain_one_is_read() -> None:
    mail = multipart("alternative", part("text/plain", TEN), part("text/html", f"<p>{TEN} <b>Yes.</b></p>"))
    assert read(mail) == TEN


@pytest.mark.parametrize(
    "plain",
    [
        "", " \n ", "This message requires an HTML viewer.", "View this email in your browser: https://example.net/x",
        "https://example.net/newsletter/1", "Si no puede ver este mensaje, ábralo en su navegador.", "<p>The mill</p><p>of</p>",
        "Pour voir ce message, utilisez un lecteur HTML.", "Diese Nachricht im Browser ansehen", "The&nbsp;mill&nbsp;of&nbsp;us",
        "Ver este correo en el navegador", "Veja este e-mail no navegador",
    ],
)  # fmt: skip
def test_a_plain_part_that_is_none_gives_way_to_html(plain: str) -> None:
    mail = multipart("alternative", part("text/plain", plain), part("text/html", f"<p>{TEN}</p>" * 3))
    assert read(mail) == f"{TEN}\n\n{TEN}\n\n{TEN}"


def test_a_plain_part_that_lost_most_of_the_text_gives_way_to_html() -> None:
    rich = "\n\n".join(f"{n}. {TEN}" for n in range(9))
    assert choose_text("1. The mill", rich) == rich
    assert choose_text(TEN * 200, f"{TEN}\n" * 100) == f"{TEN}\n" * 100
    quoting = f"I agree.\n\n{''.join(f'> {TEN}{chr(10)}' for _ in range(20))}"
    assert choose_text("I agree.", quoting) == "I agree."


@pytest.mark.parametrize(
    "plain",
    ["See https://example.net/x", "x < y and y > z", "I read it in the browser. It is long, and good."],
)
def test_a_short_text_is_no_stub(plain: str) -> None:
    assert choose_text(plain, plain) == plain


def test_texts_keep_the_order_of_their_parts_and_a_repeated_one_is_read_once() -> None:
    parts = [
        part("text/plain", "One."),
        part("image/png", "x"),
        part("text/html", "<p>Two.</p>"),
        part("text/plain", "Three."),
    ]
    assert read(multipart("mixed", *parts)) == "One.\n\nTwo.\n\nThree."
    assert join_texts(["Same words.", "Same\n words ."]) == "Same words."
    assert read(multipart("mixed", part("text/plain", TEN), part("text/html", f"<b>{TEN}</b>"))) == TEN


def test_the_root_of_related_parts_is_read_and_the_pictures_are_attachments() -> None:
    html = part("text/html", "<p>Two springs.</p><img src='cid:2'>", "Content-ID: <1>")
    picture = part("image/png; name=spring.png", "x", "Content-ID: <2>")
    mail = parse_mail(multipart("related", picture, html, more='; start="<1>"').encode())
    assert mail.text == "Two springs."
    assert [attachment.name for attachment in mail.attachments] == ["spring.png"]
    inside = multipart("related", html, picture, boundary="c")
    assert (
        read(multipart("alternative", part("text/plain", "Two springs, plain."), inside))
        == "Two springs, plain."
    )


def test_a_mail_inside_the_mail_is_somebody_elses() -> None:
    inner = "From: eve@example.net\nSubject: =?utf-8?q?Caf=C3=A9/x?=\n\nNot the author's words."
    mail = parse_mail(
        multipart("mixed", part("text/plain", "See below."), part("message/rfc822", inner)).encode()
    )
    assert mail.text == "See below."
    assert [(a.name, a.content_type) for a in mail.attachments] == [("Café_x.eml", "message/rfc822")]
    assert b"Not the author's words." in mail.attachments[0].content
    digest = multipart("digest", f"\n{inner}")
    assert read(digest) == ""


def test_signatures_for_machines_and_second_renderings_are_no_attachments() -> None:
    parts = [
        part("text/plain", TEN),
        part("application/pgp-signature; name=signature.asc", "x"),
        part("text/x-amp-html", "<p>x"),
    ]
    mail = parse_mail(multipart("signed", *parts).encode())
    assert (mail.text, mail.attachments) == (TEN, ())


def test_a_text_that_is_attached_is_an_attachment() -> None:
    attached = part("text/plain", "notes", 'Content-Disposition: attachment; filename="notes.txt"')
    mail = parse_mail(multipart("mixed", part("text/plain", TEN), attached).encode())
    assert mail.text == TEN
    assert [a.name for a in mail.attachments] == ["notes.txt"]
    assert read(part("text/plain", TEN, "Content-Disposition: attachment")) == TEN


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html", "<meta charset=iso-8859-1><p>café", "café"),
        ("text/html; charset=utf-8", "One\nTwo < three\n", "One\nTwo < three"),
        ("text/plain", "<!DOCTYPE html><html><body><p>One</p><p>Two</p></body></html>", "One\n\nTwo"),
        ("text/enriched", "<bold>One</bold>\n\n<<two", "One\n<two"),
        ("text/plain; charset*=us-ascii'en'utf-8", "café", "café"),
        ("text", TEN, TEN),
        ("multipart/mixed", TEN, TEN),
        ("text/plain; format=flowed", "a b \nc\n\n> q \n> r\n-- \nAna", "a b c\n\n> q r\n-- \nAna"),
        ("text/plain; format=flowed; delsp=yes", "كل \nمة", "كلمة"),
        ("text/plain", "caf=C3=A9 au march=C3=A9 =\ndu coin=20", "café au marché du coin"),
        ("text/plain", "a=12 b=34 c=56 d=78", "a=12 b=34 c=56 d=78"),
        ("text/plain", "5 &lt; 6 &eacute;", "5 &lt; 6 &eacute;"),
        ("text/plain", "Quoi\u00a0? Bien\u00a0 s\u00adûr.\u00a0", "Quoi\u00a0? Bien  sûr."),
        ("text/plain", "a\u2028b\u200bc\ufeffd\u202ee", "a\nbcde"),
    ],
)
def test_a_text_is_read_as_it_was_meant(content_type: str, body: str, text: str) -> None:
    assert read(part(content_type, body)) == text


def test_what_a_list_server_wrote_below_a_base64_text_is_read() -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert read(f"{head}Y2Fmw6k=\n\n_______\nsse-fr mailing list\n") == "café\n\n_______\nsse-fr mailing list"
    assert read(f"{head}Y2Fm\nw6k=\n") == "café"


def test_a_broken_part_does_not_hide_the_others() -> None:
    broken = part(
        "text/plain; name*0*=utf-99''%FF; name*x*=1", "x", "Content-Disposition: attachment; filename*=''%ZZ"
    )
    mail = parse_mail(multipart("mixed", broken, part("text/plain", TEN)).encode())
    assert TEN in mail.text


def test_parts_over_the_limit_are_named() -> None:
    mail = parse_mail(multipart("mixed", *["\nx"] * (MAX_PARTS + 5)).encode())
    assert "too-many-parts" in mail.defects
    deep = "x"
    for number in range(60):
        deep = multipart("mixed", deep, boundary=f"b{number}")
    assert parse_mail(deep.encode()).defects == ("too-many-parts",)
