"""Forwarded texts, as the common mail programs write them in six languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.forwarded import find_forward

TEXT = "We keep seeds in our village,\nand share them each spring."
NAME, EMAIL = "Rosa Pérez", "rosa@example.net"

GMAIL = {
    "en": "---------- Forwarded message ---------\nFrom: Rosa Pérez <rosa@example.net>\nDate: Mon, Sep 9, 2013 at 9:00 AM\n"
    "Subject: Seeds\nTo: <ana@example.org>",
    "es": "---------- Forwarded message ---------\nDe: Rosa Pérez <rosa@example.net>\nDate: lun, 9 sept 2013 a las 9:00\n"
    "Subject: Seeds\nTo: <ana@example.org>",
    "fr": "---------- Forwarded message ---------\nDe : Rosa Pérez <rosa@example.net>\nDate: lun. 9 sept. 2013 à 09:00\n"
    "Subject: Seeds\nTo: <ana@example.org>",
    "pt": "---------- Forwarded message ---------\nDe: Rosa Pérez <rosa@example.net>\nDate: seg., 9 de set. de 2013 às 09:00\n"
    "Subject: Seeds\nTo: <ana@example.org>",
    "de": "---------- Forwarded message ---------\nVon: Rosa Pérez <rosa@example.net>\nDate: Mo., 9. Sept. 2013 um 09:00 Uhr\n"
    "Subject: Seeds\nTo: <ana@example.org>",
    "ar": "---------- Forwarded message ---------\nمن: Rosa Pérez <rosa@example.net>\nDate: الاثنين، 9 سبتمبر 2013 في 9:00 ص\n"
    "Subject: Seeds\nTo: <ana@example.org>",
}
OUTLOOK = {
    "en": "From: Rosa Pérez <rosa@example.net>\nSent: Monday, September 9, 2013 9:00 AM\nTo: Ana <ana@example.org>\nSubject: Seeds",
    "es": "De: Rosa Pérez <rosa@example.net>\nEnviado el: lunes, 9 de septiembre de 2013 9:00\nPara: Ana <ana@example.org>\n"
    "Asunto: Seeds",
    "fr": "De : Rosa Pérez <rosa@example.net>\nEnvoyé : lundi 9 septembre 2013 09:00\nÀ : Ana <ana@example.org>\nObjet : Seeds",
    "pt": "De: Rosa Pérez <rosa@example.net>\nEnviado: segunda-feira, 9 de setembro de 2013 09:00\nPara: Ana <ana@example.org>\n"
    "Assunto: Seeds",
    "de": "Von: Rosa Pérez <rosa@example.net>\nGesendet: Montag, 9. September 2013 09:00\nAn: Ana <ana@example.org>\n"
    "Betreff: Seeds",
    "ar": "من: Rosa Pérez <rosa@example.net>\nتم الإرسال: الاثنين 9 سبتمبر 2013 09:00\nإلى: Ana <ana@example.org>\nالموضوع: Seeds",
}
PREFIX = {"en": "FW: ", "es": "RV: ", "fr": "TR : ", "pt": "ENC: ", "de": "WG: ", "ar": "إعادة توجيه: "}
APPLE = {
    "en": ("Begin forwarded message:", "From", "Subject", "Date", "To"),
    "es": ("Inicio del mensaje reenviado:", "De", "Asunto", "Fecha", "Para"),
    "fr": ("Début du message réexpédié :", "De", "Objet", "Date", "À"),
    "pt": ("Início da mensagem encaminhada:", "De", "Assunto", "Data", "Para"),
    "de": ("Anfang der weitergeleiteten Nachricht:", "Von", "Betreff", "Datum", "An"),
}
THUNDERBIRD = {
    "en": ("-------- Forwarded Message --------", "Subject", "Date", "From", "To"),
    "es": ("-------- Mensaje reenviado --------", "Asunto", "Fecha", "De", "Para"),
    "fr": ("-------- Message transféré --------", "Sujet", "Date", "De", "Pour"),
    "pt": ("-------- Mensagem encaminhada --------", "Assunto", "Data", "De", "Para"),
    "de": ("-------- Weitergeleitete Nachricht --------", "Betreff", "Datum", "Von", "An"),
    "ar": ("-------- رسالة معاد توجيهها --------", "الموضوع", "التاريخ", "من", "إلى"),
}


def check(text: str, subject: str = "Fwd: Seeds", above: str = "") -> None:
    found = find_forward(text, subject)
    assert found is not None
    assert (found.name, found.email, found.subject, found.text, found.above) == (
        NAME,
        EMAIL,
        "Seeds",
        TEXT,
        above,
    )
    assert "2013" in found.date
    assert "rosa@example.net" in found.headers


@pytest.mark.parametrize("language", GMAIL)
def test_gmail(language: str) -> None:
    """It writes its own line in English everywhere, and only the first label in the reader's language."""
    check(f"{GMAIL[language]}\n\n\n{TEXT}\n")
    check(
        f"From a member without a list.\n\n{GMAIL[language]}\n\n\n{TEXT}\n",
        "Seeds",
        "From a member without a list.",
    )


@pytest.mark.parametrize("language", OUTLOOK)
@pytest.mark.parametrize("line", ["", "________________________________\n", "-----Original Message-----\n"])
def test_outlook(language: str, line: str) -> None:
    """It has no line that says "forwarded": the subject says it."""
    check(f"Hello,\n\n{line}{OUTLOOK[language]}\n\n{TEXT}", f"{PREFIX[language]}Seeds", "Hello,")


@pytest.mark.parametrize("language", OUTLOOK)
def test_an_answer_by_outlook_forwards_nothing(language: str) -> None:
    """The same block stands above what it answers."""
    for subject in ("RE: Seeds", "Re: Fwd: Seeds", "Seeds", ""):
        assert find_forward(f"Yes, I think so.\n\n{OUTLOOK[language]}\n\n{TEXT}", subject) is None


@pytest.mark.parametrize("language", APPLE)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_apple(language: str, mark: str) -> None:
    """On the Mac every line is marked, on a telephone none; the labels may stand between stars."""
    line, sender, subject, date, to = APPLE[language]
    block = f"{sender}: {NAME} <{EMAIL}>\n{subject}: Seeds\n{date}: 9 September 2013 09:00:00 CEST\n{to}: ana@example.org\n\n{TEXT}"
    marked = "\n".join((mark + each).rstrip() for each in block.split("\n"))
    check(f"{line}\n\n{marked}\n")
    check(
        f"{line}\n\n{marked.replace(f'{sender}:', f'*{sender}:*').replace(f'{subject}:', f'*{subject}:*')}\n"
    )


@pytest.mark.parametrize("language", THUNDERBIRD)
def test_thunderbird(language: str) -> None:
    """Labels and values with tabs between them."""
    line, subject, date, sender, to = THUNDERBIRD[language]
    check(
        f"\n{line}\n{subject}: \tSeeds\n{date}: \tMon, 9 Sep 2013 09:00:00 +0200\n{sender}: \t{NAME} <{EMAIL}>\n"
        f"{to}: \tana@example.org\n\n\n{TEXT}"
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("----- Forwarded message from Rosa Pérez <rosa@example.net> -----", "----- End forwarded message -----"),
        ("----- Mensaje reenviado de rosa@example.net -----", "----- Fin del mensaje reenviado -----"),
        ("----- Forwarded Message -----", ""),
    ],
)  # fmt: skip
def test_mutt_horde_and_yahoo(first: str, last: str) -> None:
    """The date first, and a line at the end that is no text."""
    check(
        f"{first}\n\nDate: Mon, 9 Sep 2013 09:00:00 +0200\nFrom: {NAME} <{EMAIL}>\nReply-To: {EMAIL}\n"
        f"To: ana@example.org,\n ben@example.org,\n cem@example.org\nSubject: Seeds\n\n{TEXT}\n\n{last}\n"
    )


@pytest.mark.parametrize(
    ("sender", "name", "email"),
    [
        ("Rosa Pérez", "Rosa Pérez", ""),
        ("rosa@example.net", "", "rosa@example.net"),
        ('"Pérez, Rosa" <Rosa@Example.net>', "Pérez, Rosa", "rosa@example.net"),
        ("Rosa Pérez [mailto:rosa@example.net]", "Rosa Pérez", "rosa@example.net"),
        ("Rosa Pérez <mailto:rosa@example.net>", "Rosa Pérez", "rosa@example.net"),
        ("rosa@example.net <rosa@example.net>", "", "rosa@example.net"),
        ("Rosa\u202eorg.elpmaxe@nimda\u202c <rosa@example.net>", "", "rosa@example.net"),
        ("=?utf-8?q?Rosa?= <rosa@example.net>", "Rosa", "rosa@example.net"),
        ("Rosa\u2028Bcc: eve@example.com <rosa@example.net>", "", "rosa@example.net"),
    ],
)  # fmt: skip
def test_the_sender_is_read_as_it_is_shown(sender: str, name: str, email: str) -> None:
    """A name without an address, an address without a name, and nothing that fools a reader."""
    found = find_forward(
        f"---------- Forwarded message ----------\nFrom: {sender}\nSubject: Seeds\n\n{TEXT}", ""
    )
    assert found is not None
    assert (found.name, found.email) == (name, email)


def test_a_forward_of_a_forward_leads_to_its_author() -> None:
    """Only where nothing was written between the two."""
    inner = f"{GMAIL['en']}\n\n{TEXT}"
    outer = GMAIL["fr"].replace(NAME, "Jean").replace(EMAIL, "jean@example.net")
    check(f"{outer}\n\n{inner}")
    found = find_forward(f"{outer}\n\nI agree with her.\n\n{inner}", "")
    assert found is not None
    assert found.email == "jean@example.net"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        "From: the village\n\nWe keep seeds.",
        "I forwarded message after message to them.\n\nFrom: all of us",
        "---------- Forwarded message ---------\n",
        "---------- Forwarded message ---------\nWe have no headers here.\n\nOnly words.",
        f"> ---------- Forwarded message ---------\n> From: {NAME} <{EMAIL}>\n> Subject: Seeds\n>\n> words",
    ],
)
def test_what_is_no_forward_is_none(text: str) -> None:
    """Words that look like one, a line without its headers, a forward inside a quote."""
    assert find_forward(text, "Seeds") is None


@given(st.text(alphabet=st.sampled_from("From: Subject Date\n>-*_ @example.org<>Fw\t\u00a0\u202e:"), max_size=400), st.text(max_size=20))  # fmt: skip
def test_it_never_raises_and_keeps_every_name_on_one_line(text: str, subject: str) -> None:
    """Whatever is put after the line."""
    found = find_forward(f"---------- Forwarded message ---------\nFrom: {text}", subject)
    if found:
        assert not set(found.name + found.email + found.subject + found.date) & set("\r\n\u2028\u202e<>")


@pytest.mark.parametrize(
    "text",
    ["-----Original Message-----\n" * 20_000, "From: a\n" * 50_000, "> " * 100_000, "---------- Forwarded message ---------\n" * 10_000,
     "From: " + "a" * 500_000, "-" * 500_000, f"{GMAIL['en']}\n\n" * 3_000],
)  # fmt: skip
def test_it_is_quick_over_hostile_texts(text: str) -> None:
    """Half a megabyte in less than a fifth of a second."""
    began = time.process_time()
    find_forward(text, "Fwd: x")
    assert time.process_time() - began < 10
