"""Portuguese as it is written in Africa, Brazil and Portugal: answers, commands, translations, and a forum's mails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.linking.signals import find_signal
from handlers.mail.answers import Answer, parse_answer
from handlers.mail.commands import parse_commands
from handlers.mail.machine import clean_machine
from handlers.mail.reviews import parse_review
from handlers.words import (
    answer_words,
    command_words,
    find_language,
    language_names,
    machine_words,
    review_words,
    translation_wording,
)
from tests.house import FORUM, Sent, TestHouse, answer, mail

LANGUAGES = ("en", "fr", "pt")
PT, COMMANDS, MODERATOR = "sse-pt@forum.example.org", "sse@forum.example.org", "moderator-pt@example.org"
RUI = "rui@example.org"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sim", Answer("approve")),
        ("SIM, por favor!", Answer("approve")),
        ("sim, obrigada", Answer("approve")),
        ("De acordo.", Answer("approve")),
        ("Pode publicar", Answer("approve")),
        ("aceite", Answer("approve")),
        ("não", Answer("reject")),
        ("Nao: falta o nome.", Answer("reject", "falta o nome.")),
        ("Devolver: é muito longo", Answer("reject", "é muito longo")),
        ("apagar", Answer("discard")),
        ("Excluir", Answer("discard")),
        ("desfazer", Answer("undo")),
        ("mover para o francês", Answer("move", language="fr")),
        ("mover fr", Answer("move", language="fr")),
        ("dividir", Answer("split")),
        ("unir n.º 12", Answer("join", number=12)),
        ("juntar à 12", Answer("join", number=12)),
        ("separá-los", Answer("separate")),
        ("substitui a n.º 12", Answer("replace", number=12)),
        ("Relida", Answer("reread")),
        ("Tudo bem?", Answer(None)),
        ("Tudo bem,", Answer(None)),
        ("Não há problema, pode publicar", Answer(None)),
        ("Sim, mas falta o nome", Answer(None)),
        ("Não sei", Answer(None)),
        ("Certo?", Answer(None)),
    ],
)
def test_a_moderator_answers_in_portuguese(text: str, expected: Answer) -> None:
    assert parse_answer(text, answer_words(LANGUAGES), language_names(LANGUAGES)) == expected


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("ajuda", "help", ()),
        ("Informações", "help", ()),
        ("entrar português", "join", ("portugues",)),
        ("inscrição", "join", ()),
        ("INSCREVER-ME", "join", ()),
        ("sair", "leave", ()),
        ("Cancelar a inscrição", "leave", ()),
        ("anular inscrição", "leave", ()),
        ("Descadastrar", "leave", ()),
        ("receber 12 ambos", "get", ("12", "ambos")),
        ("Ler 12 parte 2", "get", ("12", "parte", "2")),
        ("síntese 2", "synthesis", ("2",)),
        ("sintese 2", "synthesis", ("2",)),
        ("também ana@example.net", "also", ("ana@example.net",)),
        ("por traduzir pt", "wanted", ("pt",)),
        ("Para traduzir pt semanal", "wanted", ("pt", "semanal")),
        ("traduzir 12 pt", "translate", ("12", "pt")),
        ("vou traduzir 12", "translate", ("12",)),
        ("devolver 12", "release", ("12",)),
        ("lista fase 2", "list", ("fase", "2")),
        ("Fases", "phases", ()),
        ("números", "counts", ()),
        ("seguinte", "next", ()),
        ("anexo 12 1", "attachment", ("12", "1")),
        ("procurar sementes", "search", ("sementes",)),
        ("imprimir 2", "print", ("2",)),
        ("meus textos", "mine", ()),
        ("corrigir 12", "edit", ("12",)),
        ("retirar 12", "withdraw", ("12",)),
        ("modo diário", "mode", ("diario",)),
        ("limite 50k", "budget", ("50k",)),
        ("língua fr", "language", ("fr",)),
        ("meus dados", "status", ()),
        ("Apagar os meus dados", "forget", ()),
    ],
)
def test_a_command_is_known_in_portuguese(line: str, name: str, arguments: tuple[str, ...]) -> None:
    words = command_words(LANGUAGES)
    for subject, text in (
        ("", line),
        (f"RES: {line}", ""),
        ("", f'"{line.upper()}"\n\nAtenciosamente,\nRui'),
    ):
        (command,) = parse_commands(subject, text, words)[:1]
        assert (command.name, command.arguments) == (name, arguments)


@pytest.mark.parametrize(
    "line",
    [
        "Tradução de #12",
        "Tradução da contribuição n.º 12",
        "Traducao do n.º 12",
        "Tradução portuguesa da contribuição 12",
        "Tradução para o português de [#12]",
        "Tradução para português da contribuição nº 12",
        "Tradução em português do texto n.º 12",
        "Versão em português da contribuição #12",
        "Versão portuguesa de #12",
        "Esta é a tradução para o português da contribuição n.º 12",
        "Aqui está a tradução de #12",
        "Segue a tradução portuguesa da contribuição #12:",
        "Tradução de #12, por Rui Mendes",
        "Tradução automática da contribuição n.º 12",
    ],
)
def test_a_translation_names_its_original_in_portuguese(line: str) -> None:
    for subject, text in (("", f"{line}\n\nAs sementes"), (line, "As sementes")):
        signal = find_signal(
            address_number=None,
            subject=subject,
            text=text,
            headers=(),
            wording=translation_wording(LANGUAGES),
        )
        assert signal is not None
        assert signal.number == 12


def test_what_a_translator_says_of_a_text_is_understood_in_portuguese() -> None:
    words = review_words(LANGUAGES)
    assert parse_review("Continua certa.\n\nRui", words) == "still-right"
    assert parse_review("Sem alterações", words) == "still-right"
    assert parse_review("relida", words) == "reread"
    assert parse_review("Revista\n\nA nossa cooperativa publica uma revista sobre as sementes.", words) == ""
    machine = machine_words(LANGUAGES)
    assert clean_machine("", "As sementes", "Tradução automática\n\nAs sementes", "", machine).machine
    assert clean_machine("[tradução automática] As sementes", "", "As sementes", "", machine).machine
    assert not clean_machine("", "", "A tradução automática é um tema da fase 3.\n", "", machine).machine
    assert find_language("Francês", LANGUAGES) == find_language("frances", LANGUAGES) == "fr"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    forum = FORUM.replace('"es"', '"pt"').replace("-es@", "-pt@").replace(" es = ", " pt = ")
    house = TestHouse(tmp_path, forum.replace("El foro", "O fórum").replace("¿Quién gana?", "Quem ganha?"))
    yield house
    house.close()


def test_a_participant_who_writes_portuguese_reads_nothing_else(house: TestHouse) -> None:
    received: list[Sent] = []

    def take() -> list[Sent]:
        sent = house.outbox()
        received.extend(mail for mail in sent if RUI in mail.recipients)
        return sent

    house.post(mail("entrar pt", sender=RUI, to=COMMANDS, subject="Bom dia"), COMMANDS)
    (asked,) = take()
    house.post(*answer(asked, "", sender=RUI))
    take()
    text = "Guardamos as sementes na nossa aldeia, e trocamos com as aldeias vizinhas.\n"
    house.post(mail(text, sender=RUI, name="Rui Mendes", to=PT, subject="As sementes"), PT)
    held = next(sent for sent in take() if sent.kind == "held")
    house.post(*answer(held, "pode publicar", sender=MODERATOR))
    take()
    house.post(mail("receber 1\npor traduzir pt\najudda", sender=RUI, to=COMMANDS, subject="x"), COMMANDS)
    house.post(mail("sair", sender=RUI, to=COMMANDS, subject=""), COMMANDS)
    (asked,) = (sent for sent in take() if sent.kind == "confirm_leave")
    house.post(*answer(asked, "sim", sender=RUI))
    take()
    assert [sent.kind for sent in received] == [
        "confirm_join",
        "joined",
        "receipt_held",
        "receipt_published",
        "answers",
        "confirm_leave",
        "left",
    ]
    for sent in received:
        words = set(sent.body.lower().split())
        assert not words & {"the", "to", "you", "your", "this", "and", "of", "is", "le", "vous", "el"}, (
            sent.body
        )
    assert all(len(sent.raw) < 3_000 for sent in received)
