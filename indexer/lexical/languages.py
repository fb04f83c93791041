"""The languages whose words are stemmed, and how a question shows which of them it is written in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

import tantivy

from indexer.lexical.characters import comparable

ENGLISH: Final = "en"
"""Whose stemmer also serves documents of an unknown language, or of one without a stemmer."""

STEMMERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
        "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian",
        "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
        "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    }
)  # fmt: skip
"""ISO 639-1 code → Snowball stemmer."""

_WORDS: Final[Mapping[str, str]] = {
    ENGLISH: """
    a an the this that these those there here
    i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
    who whom whose which what when where why how
    am is are was were be been being do does did doing done have has had having
    can could shall should will would may might must
    and or but if nor so than then too very just also
    of in on at by for from to into onto with without within about between through during as
    not no s t re ll ve d m don doesn didn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn
    """,
    "ar": """
    هذا هذه ذلك تلك هؤلاء التي الذي الذين هو هي هم أنا نحن أنت أنتم من ما ماذا متى أين لماذا كيف كم
    أي هل كان كانت يكون تكون قد و أو ثم لكن أن إن إذا في إلى على عن مع لا لم لن ليس كل
    """,
    "el": """
    ο η το οι τα του της των τον την τους τις ένας ένα μια μία αυτός αυτή αυτό αυτά εγώ εσύ εμείς
    εσείς μου σου μας σας ποιος ποια ποιο ποιοι τι πότε πού γιατί πώς πόσο πόσα που είμαι είσαι
    είναι ήταν έχω έχει έχουν θα να και κι ή αλλά αν σε στο στη στην στον στους στις στα από για με
    ως δεν μη μην
    """,
    "ro": """
    un o unui unei unor acest această acești aceste acel acea eu tu el ea noi voi ei ele îmi îți își
    îi mă te se ne vă le lui lor meu mea cine care ce când unde cum cât câți câte de sunt ești este
    suntem sunteți era fi fost am ai are avem aveți au a al ale voi va vor și sau dar dacă că să la
    în din pe cu pentru prin spre fără nu
    """,
    "ta": """
    ஒரு இந்த அந்த இது அது நான் நீ நீங்கள் நாம் நாங்கள் அவர் அவன் அவள் அவர்கள் என் எனது யார் என்ன எது
    எந்த எப்போது எங்கே ஏன் எப்படி எத்தனை உள்ளது ஆகும் மற்றும் அல்லது ஆனால் என்று என்ற இல்லை
    """,
    "tr": """
    bir bu şu o bunlar şunlar ben sen biz siz onlar benim senin onun bizim sizin onların bana sana
    ona kim ne hangi kaç nerede nereye nereden niçin neden niye nasıl mı mi mu mü ve veya ya da de
    ki ama fakat ancak ise ile için gibi kadar değil var mıdır midir olarak
    """,
}  # fmt: skip
"""Closed classes of languages for which tantivy carries no list: articles, pronouns, question words,
auxiliaries, conjunctions, prepositions, negations. English has a list of its own, since words such as "up" or
"all" may be a question's topic. Function words are indexed all the same, so that phrases find them."""


def stemming_language(language: str | None) -> str:
    """By which language's rules a document's words are stemmed."""
    return language if language is not None and language in STEMMERS else ENGLISH


def question_language(words: Sequence[str], languages: Collection[str]) -> str:
    """The one of `languages` most of whose function words stand in a question; English where none has more.

    A question is too short for anything subtler, and only its function words depend on the answer: stems
    are looked for in every language.
    """
    counts = {language: sum(is_function_word(word, language) for word in words) for language in languages}
    best = max(counts, key=counts.__getitem__, default=ENGLISH)
    english = sum(is_function_word(word, ENGLISH) for word in words)
    return best if counts.get(best, 0) > english else ENGLISH


@lru_cache(maxsize=20_000)
def is_function_word(word: str, language: str) -> bool:
    """Whether `word` says nothing about a question's topic, in a language of `STEMMERS`.

    By the lists of snowballstem.org, which tantivy carries, and by our own where those have none.
    """
    if language in _WORDS:
        return comparable(word.lower()) in _own_words(language)
    return not _stopping(STEMMERS[language]).analyze(word.lower())


@cache
def _own_words(language: str) -> frozenset[str]:
    return frozenset(comparable(_WORDS[language]).split())


@cache
def _stopping(stemmer: str) -> tantivy.TextAnalyzer:
    """What leaves nothing of a function word."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stopword(stemmer)).build()
    )
