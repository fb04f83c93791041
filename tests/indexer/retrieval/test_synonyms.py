"""What synonyms find, and that they count less than what was asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.lexical.thesaurus import Thesaurus
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.question import AllOf, Phrase, Question, Results, Words
from indexer.retrieval.tuning import Tuning
from settings.tuning.synonyms import parse_synonyms
from tests.indexer.retrieval.library import Library

WORDS_ALONE = FusionWeights(dense=0, lexical=1)


def tuned(rules: str) -> Tuning:
    parsed = parse_synonyms(rules, Path("synonyms.txt"))
    assert parsed.faults == ()
    return Tuning(Thesaurus(parsed.entries))


def urls(results: Results) -> list[str]:
    return [hit.url.removeprefix("https://i.example/") for hit in results.hits]


def site(name: str) -> str:
    return f"https://i.example/{name}"


def add_company(library: Library) -> None:
    library.add(site("asked"), "Connect to the vpn before noon.", title="One")
    library.add(site("synonym"), "Connect to the tunnel before noon.", title="Two")
    library.add(site("phrase"), "Connect by remote access before noon.", title="Three")
    library.add(site("apart"), "Access is denied when you are remote.", title="Four")
    library.add(site("neither"), "Lunch is served at noon.", title="Five")


def test_documents_with_synonyms_are_found_and_counted_after_those_with_the_word(library: Library) -> None:
    add_company(library)
    untuned = library.retriever(WORDS_ALONE).search(Question("vpn"))
    assert (urls(untuned), untuned.total) == (["asked"], 1)
    found = library.retriever(WORDS_ALONE, tuning=tuned("vpn, tunnel, remote access")).search(Question("vpn"))
    assert urls(found)[0] == "asked"
    assert sorted(urls(found)) == ["asked", "phrase", "synonym"]
    assert found.total == 3
    (told,) = found.synonyms
    assert (told.words, told.alternatives, told.places) == (
        "vpn", ("tunnel", "remote access"), ("synonyms.txt:1",),
    )  # fmt: skip


def test_a_rare_synonym_counts_less_than_a_common_word_asked_for(library: Library) -> None:
    for number in range(8):
        library.add(site(f"common{number}"), "The holiday calendar.", title="Same")
    library.add(site("rare"), "The sabbatical calendar.", title="Same")
    found = library.retriever(WORDS_ALONE, tuning=tuned("holiday => sabbatical")).search(Question("holiday"))
    assert urls(found)[-1] == "rare"
    assert found.total == 9


def test_rules_for_a_language_hold_for_documents_in_it(library: Library) -> None:
    library.add(site("de"), "Das Gift liegt im Schrank.", language="de", title="Eins")
    library.add(site("toxin"), "Das Toxin liegt im Schrank.", language="de", title="Zwei")
    library.add(site("english-toxin"), "The toxin is a present.", language="en", title="Three")
    library.add(site("nobody-knows"), "A present.", language="", title="Four")
    german = tuned("# language: de\nGift, Toxin")
    assert sorted(urls(library.retriever(WORDS_ALONE, tuning=german).search(Question("Gift")))) == [
        "de",
        "toxin",
    ]
    english = tuned("# language: en\ngift, present")
    found = library.retriever(WORDS_ALONE, tuning=english).search(Question("gift"))
    assert sorted(urls(found)) == ["de", "english-toxin", "nobody-knows"]


def test_what_is_quoted_or_joined_by_operators_is_taken_at_its_word(library: Library) -> None:
    add_company(library)
    retriever = library.retriever(WORDS_ALONE, tuning=tuned("vpn, tunnel"))
    assert urls(retriever.search(Question('"vpn"'))) == ["asked"]
    assert urls(retriever.search(Question("vpn", condition=Words("vpn")))) == ["asked"]
    joined = AllOf((Phrase("vpn"), Words("noon")))
    assert retriever.search(Question("vpn noon", condition=joined)).synonyms == ()
    assert retriever.search(Question("noon -vpn")).synonyms == ()


def test_synonyms_show_nothing_that_may_not_be_read(library: Library) -> None:
    add_company(library)
    library.add(site("secret"), "The tunnel and remote access.", allow=("group:board",))
    found = library.retriever(tuning=tuned("vpn, tunnel, remote access")).search(Question("vpn"))
    assert "secret" not in urls(found)
    assert found.total == 5, "and the nearest passages are fewer than a thousand"


words = st.lists(
    st.sampled_from(["vpn", "tunnel", "noon", "lunch", '"noon"', "-lunch"]), min_size=1, max_size=4
)


@settings(max_examples=15, deadline=None)
@given(words.map(" ".join))
def test_without_a_rule_for_its_words_a_question_is_answered_as_without_rules(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        add_company(library)
        untuned, other = library.retriever(), library.retriever(tuning=tuned("zebra, okapi\nquagga => zebra"))
        assert untuned.search(Question(text, explain=True)) == other.search(Question(text, explain=True))
        assert untuned.retrieve(Question(text)) == other.retrieve(Question(text))
        library.close()
