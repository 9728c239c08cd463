"""Whole mails as they should arrive, to the last character, in languages that the organizers' golden texts do not have.

`expected/NAME-LANGUAGE.txt` holds the mail; what organizers and participants wrote in it is given here.
`MANYVOICES_REWRITE_EXPECTED=1` writes the mails anew, to be read before they are kept.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from config.bidi import count_columns
from config.render import COLUMNS, render

EXPECTED = Path(__file__).parent / "expected"
WRITTEN = {
    "pt": {
        "question": "Que iniciativas da economia solidária ajudam o território?\nComo ir mais longe?",
        "where_we_are": "As três primeiras perguntas tratavam da ligação entre quem produz e\n"
        "quem consome. O que faz durar um acordo é a confiança, dizem-nos.",
        "looks_at": "Da pergunta 4. Conte o que se faz no lugar onde vive: quem participa,\n"
        "o que mudou e o que falta para passar de um lugar a muitos.",
        "title": "As sementes da feira",
    },
    "ar": {
        "question": "ما مبادرات الاقتصاد التضامني التي تنفع الإقليم؟\nوكيف نمضي إلى أبعد من ذلك؟",
        "where_we_are": "تناولت الأسئلة الثلاثة الأولى الصلة بين من ينتج ومن يستهلك.\n"
        "ما يجعل الاتفاق يدوم هو الثقة، كما تقول لنا شبكة Territoires.",
        "looks_at": "في السؤال 4. احكوا ما يجري حيث تعيشون: من يشارك فيه،\n"
        "وما الذي تغير، وما الذي ينقص للانتقال من مكان إلى أمكنة كثيرة.",
        "title": "Seeds of the market (2)",
    },
}
"""What people wrote, by language."""


def values(name: str, language: str) -> dict[str, object]:
    """The same forum in every language: its lists are English, French and the language of the mail."""
    written = WRITTEN[language]
    codes = ("en", "fr", language)
    counts = SimpleNamespace(
        total=24,
        lines=((codes, 7), (("en", "fr"), 4), (("fr",), 8), (("en",), 4), ((language,), 1)),
        folded=(),
    )
    announced = {
        "questions": [written["question"]],
        "counts": counts,
        "all_languages": codes,
        "lists": tuple((code, f"sse-{code}@forum.example.org") for code in codes),
        "late": None,
    }
    each: Mapping[str, dict[str, object]] = {
        "opening": announced
        | {
            "phase_number": 3,
            "opens": date(2013, 9, 9),
            "closes": date(2013, 9, 21),
            "closes_at": datetime(2013, 9, 21, 22, tzinfo=UTC),
            "zone": ZoneInfo("Europe/Paris"),
            "synthesis": (2, f"https://forum.example.org/{language}/synthesis/2"),
            "where_we_are": [written["where_we_are"]],
            "summary_language": language,
            "previous_phase_number": 2,
            "looks_at": written["looks_at"],
        },
        "closing": announced
        | {
            "phase_number": 2,
            "opens": date(2013, 7, 29),
            "closes": date(2013, 8, 11),
            "phase_counts": SimpleNamespace(total=2, lines=((("fr",), 1), ((language,), 1)), folded=()),
            "comments": 3,
            "lacking": (("en", 9), ("fr", 5), (language, 16)),
            "out_of_date": 1,
            "synthesis": None,
            "next_phase": (3, date(2013, 9, 9), date(2013, 9, 21)),
        },
        "receipt_published": {
            "title": written["title"],
            "what": "contribution",
            "number": 12,
            "text_language": language,
            "marks": SimpleNamespace(covers=None, machine=False, original=True),
            "reread_word": "",
            "pause": (3, date(2013, 9, 1)),
            "wanted": (("en", "sse-en+t12@forum.example.org"), ("fr", "sse-fr+t12@forum.example.org")),
        },
    }
    return {"commands_address": "sse@forum.example.org"} | each[name]


@pytest.mark.parametrize("path", sorted(EXPECTED.glob("*.txt")), ids=lambda path: path.stem)
def test_a_mail_is_the_expected_one(path: Path) -> None:
    name, _, language = path.stem.rpartition("-")
    rendered = render(name, language, **values(name, language))
    mail = f"Subject: {rendered.subject}\n\n{rendered.body}"
    if os.environ.get("MANYVOICES_REWRITE_EXPECTED"):
        path.write_text(mail, encoding="utf-8")
    assert mail == path.read_text(encoding="utf-8")
    assert max(map(count_columns, rendered.body.split("\n"))) <= COLUMNS
