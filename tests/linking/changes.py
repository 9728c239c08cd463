"""What happens to texts on their way: footers, quotations, halves, machines. Each gives the text that is asked instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from handlers.linking.sentences import split_sentences
from tests.linking.corpus import Corpus, Document

Encode = Callable[[str], bytes]
Change = Callable[[Document], Document]

FOOTERS: Mapping[str, str] = {
    "en": "You receive this message because you are subscribed to the forum list. To leave it, write to {leave}. The"
    " archive is at {archive} and the rules of the forum are there too.",
    "es": "Recibe este mensaje porque está suscrito a la lista del foro. Para darse de baja, escriba a {leave}. El"
    " archivo está en {archive}, con las reglas del foro.",
    "fr": "Vous recevez ce message parce que vous êtes abonné à la liste du forum. Pour la quitter, écrivez à {leave}."
    " Les archives sont à {archive}, avec les règles du forum.",
    "pt": "Você recebe esta mensagem porque está inscrito na lista do fórum. Para sair dela, escreva para {leave}. O"
    " arquivo está em {archive}, com as regras do fórum.",
    "ar": "تصلك هذه الرسالة لأنك مشترك في قائمة المنتدى. لمغادرة القائمة اكتب إلى {leave}. الأرشيف موجود في {archive}"
    " مع قواعد المنتدى.",
}
"""A footer in words that no table knows; the usual ones are cut before a text is compared."""
QUOTED_WORDS = 60


def add_footer(encode: Encode) -> Change:
    """A list's footer is left in."""

    def change(document: Document) -> Document:
        footer = FOOTERS.get(document.language, FOOTERS["en"]).format(
            leave="forum-leave@lists.example.org", archive="https://lists.example.org/forum/"
        )
        return _say(document, f"{document.text}\n\n{footer}", encode)

    return change


def quote_before(corpus: Corpus, other: str, encode: Encode, random: np.random.Generator) -> Change:
    """A reply: 60 words of another document of the same theme, in its own language or in `other`, before the text."""

    def change(document: Document) -> Document:
        language = str(random.choice([document.language, other]))
        others = [
            one
            for one in corpus.get(document.family, language).values()
            if one.name != document.name and one.theme == document.theme and one.words > QUOTED_WORDS
        ]
        if not others:
            return replace(document, vectors=b"")
        quoted = others[int(random.integers(len(others)))]
        words = " ".join(quoted.text.split()[:QUOTED_WORDS])
        return _say(document, f"{words}\n\n{document.text}", encode)

    return change


def halve(encode: Encode) -> Change:
    """The first half of its sentences."""

    def change(document: Document) -> Document:
        sentences = [sentence.text for sentence in split_sentences(document.text)]
        if len(sentences) < 4:
            return replace(document, vectors=b"")
        return _say(document, " ".join(sentences[: len(sentences) // 2]), encode)

    return change


def garble(encode: Encode, random: np.random.Generator) -> Change:
    """What stands for a poor machine translation: of its words, a tenth is missing, some change places or come twice."""

    def change(document: Document) -> Document:
        kept: list[str] = []
        for word in re.findall(r"\S+\s*", document.text):
            chance = random.random()
            if chance < 0.10:
                continue
            kept.append(word)
            if chance > 0.95:
                kept.append(word)
            elif chance > 0.88 and len(kept) > 1:
                kept[-2:] = kept[:-3:-1]
        return _say(document, "".join(kept), encode)

    return change


def _say(document: Document, text: str, encode: Encode) -> Document:
    return replace(document, text=text, vectors=encode(text))
