"""Suggestions, longer and related questions: each leads to something that the caller may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.activity import ActivityLog
from catalog.popular_queries import PopularQuery, read_popular_queries, read_related_queries
from catalog.query_log import Asked, Asker, AskerKind, Clicked
from indexer.retrieval.dense import Embedded
from indexer.retrieval.readable_words import ReadableWords
from search_api.suggest.blocked import BlockListError
from search_api.suggest.completing import Completion, Source
from search_api.suggest.near import NearQuestions
from search_api.suggest.suggester import Beside, Suggester
from settings.access import EVERYONE
from tests.catalog.rows import NOON
from tests.indexer.retrieval.library import Library, Part, ToyEmbedder

PUBLIC = frozenset({EVERYONE})
BOARD = PUBLIC | {"group:board"}
T = TypeVar("T")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = Library(tmp_path_factory.mktemp("suggestions"))
    titles = ("Parental leave", "Travel policy", "travel expenses of the year", "Élan vital", "東京都の休暇")
    for number, title in enumerate(titles):
        made.add(f"https://i.example/{number}", f"About {title} and the connections.", title=title)
    made.add("https://i.example/vpn", Part("Install it.", ("VPN", "Trouble with connections")), title="VPN")
    made.add("https://i.example/x", "A plan.", title="Travel ban of Wernstrom", allow=["group:board"])
    made.add("https://i.example/again", "Twice.", title="Travel policy")
    made.publish()
    yield made
    made.close()


class Log:
    """A query log that tests fill."""

    def __init__(self, folder: Path) -> None:
        self.log = ActivityLog.open(folder)
        self._number = 0

    def ask(
        self, text: str, callers: int | Sequence[str] = 3, *, total: int = 1, minute: int = 0, opens: str = ""
    ) -> None:
        names = [f"u{number}" for number in range(callers)] if isinstance(callers, int) else callers
        for name in names:
            self._number += 1
            asker = Asker(AskerKind.USER, name)
            moment = NOON + timedelta(minutes=minute)
            query = Asked(f"q{self._number}", text, total, 1.0, {"d": 1}, asker, asked_at=moment)
            self.log.record(query)
            if opens:
                self.log.record(Clicked(query.id, opens, 1, "", moment))

    def suggester(self, block: Path | None = None, near: NearQuestions | None = None) -> Suggester:
        self.log.flush()

        def read() -> object:
            with self.log.read() as connection:
                return read_popular_queries(connection, 3), read_related_queries(connection, 3)

        made = Suggester(read, block, near)  # type: ignore[arg-type]  # its two parts are what `read` gives
        made.read_again()
        return made


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.log.close()


def complete(
    library: Library, typed: str, suggester: Suggester | None = None, principals: frozenset[str] = PUBLIC
) -> tuple[Completion, ...]:
    suggester = suggester or Suggester()
    return (
        library.retriever().with_words(principals, lambda words: suggester.complete(words, typed, 10)) or ()
    )


def texts(found: Sequence[Completion]) -> list[str]:
    return [each.text for each in found]


def beside(library: Library, typed: str, suggester: Suggester, principals: frozenset[str] = PUBLIC) -> Beside:
    def read(words: ReadableWords) -> Beside:
        return suggester.beside(words, typed)

    found = library.retriever().with_words(principals, read)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("trav", ["Travel policy", "travel expenses of the year"]),
        ("TRAVEL P", ["Travel policy"]),
        ("expenses trav", ["travel expenses of the year"]),
        ("polic", ["Travel policy"]),
        ("elan", ["Élan vital"]),
        ("éla", ["Élan vital"]),
        ("connectio", ["Trouble with connections"]),
        ("trouble wi", ["Trouble with connections"]),
        ("東京", ["東京都の休暇"]),
        ("休暇", ["東京都の休暇"]),
        ("t", []),
        ("", []),
        (".*", []),
        ("nothing like it", []),
    ],
)
def test_what_is_typed_is_completed_by_titles_and_headings(
    library: Library, typed: str, expected: list[str]
) -> None:
    assert texts(complete(library, typed)) == expected


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=130) | st.text('aZé東ก"\\.*[](){}-~#& ', max_size=130))
@example("İ" * 120)
@example("\U0001d5d4" * 100)
def test_whatever_is_typed_is_no_error(library: Library, typed: str) -> None:
    suggester = Suggester()

    def read(words: ReadableWords) -> None:
        suggester.complete(words, typed, 10)
        suggester.beside(words, typed)

    library.retriever().with_words(PUBLIC, read)


def test_titles_are_proposed_to_those_who_may_read_the_document(library: Library) -> None:
    assert "Travel ban of Wernstrom" in texts(complete(library, "trav", principals=BOARD))
    assert not complete(library, "wern")


def test_what_was_closed_since_it_was_indexed_is_not_proposed(tmp_path: Path, log: Log) -> None:
    made = Library(tmp_path / "closed")
    name = made.add(
        "https://i.example/plan", Part("It is secret.", ("Steps of the merger",)), title="Merger plan"
    )
    log.ask("merger")
    suggester = log.suggester()
    assert texts(complete(made, "merg", suggester)) == ["merger", "Merger plan", "Steps of the merger"]
    made.give_access(name, ["group:board"])
    assert complete(made, "merg", suggester) == ()
    made.close()


def test_the_typed_parts_are_told(library: Library) -> None:
    (found,) = complete(library, "of exp")
    assert found.source is Source.TITLE
    assert [found.text[span.start : span.end] for span in found.spans] == ["exp", "of"]


def test_questions_that_several_asked_stand_first(library: Library, log: Log) -> None:
    log.ask("travel expenses")
    log.ask("Travel Policy?", 4)
    log.ask("travel vital", 2)
    log.ask("travel connections", ["eva"] * 9)
    log.ask("travel nothing", 5, total=0)
    found = complete(library, "trav", log.suggester())
    assert [(each.text, each.source) for each in found] == [
        ("Travel Policy?", Source.QUERY),
        ("travel expenses", Source.QUERY),
        ("travel expenses of the year", Source.TITLE),
    ], "one that fewer than three asked, or that found nothing, is none; one text is shown once"


def test_a_question_is_proposed_only_where_a_readable_document_holds_its_words(
    library: Library, log: Log
) -> None:
    log.ask("ban of Wernstrom")
    log.ask("travel Wernstrom")
    log.ask("Wernstrom", minute=1)
    suggester = log.suggester()
    assert complete(library, "wern", suggester) == ()
    assert {"ban of Wernstrom", "Wernstrom"} <= set(texts(complete(library, "wern", suggester, BOARD)))
    assert "travel Wernstrom" not in texts(complete(library, "travel", suggester))
    assert beside(library, "travel", suggester) == Beside()
    assert beside(library, "travel", suggester, BOARD).suggestions == ("travel Wernstrom",)


def test_how_long_is_proposed_where_a_document_says_only_the_number(library: Library, log: Log) -> None:
    log.ask("How Long is travel")
    log.ask("how wide is travel")
    found = texts(complete(library, "how", log.suggester()))
    assert found == ["How Long is travel"]


def test_what_has_operators_is_never_proposed(library: Library, log: Log) -> None:
    for text in ('"travel policy" leave', "travel -policy", "site:x travel", "travel AND leave"):
        log.ask(text)
    assert {each.source for each in complete(library, "travel", log.suggester())} == {Source.TITLE}


def test_what_is_blocked_is_never_proposed(library: Library, log: Log, tmp_path: Path) -> None:
    block = tmp_path / "blocked.txt"
    block.write_text("# a comment\n\nPÓLICY\ntravel Expenses\n")
    log.ask("travel policy")
    log.ask("parental leave")
    suggester = log.suggester(block)
    assert complete(library, "travel", suggester) == ()
    assert texts(complete(library, "parent", suggester)) == ["parental leave"]
    block.write_text("leave")
    suggester.read_again()
    assert complete(library, "parent", suggester) == ()
    block.unlink()
    suggester.read_again()
    assert complete(library, "parent", suggester) == (), "a list that is gone stays in force"
    with pytest.raises(BlockListError, match="cannot be read"):
        Suggester(block=block)


def test_questions_that_were_asked_one_after_the_other_belong_together(library: Library, log: Log) -> None:
    log.ask("travel policy")
    log.ask("parental leave", minute=9)
    log.ask("vpn", minute=60)
    log.ask("ban of Wernstrom", minute=61)
    suggester = log.suggester()
    assert beside(library, "Travel policy", suggester).related == ("parental leave",)
    assert beside(library, "vpn", suggester).related == ()
    assert beside(library, "vpn", suggester, BOARD).related == ("ban of Wernstrom",)


def test_questions_that_led_to_one_document_belong_together(library: Library, log: Log) -> None:
    log.ask("travel policy", ["a", "b", "c"], opens="d")
    log.ask("expenses", ["e", "f", "g"], opens="d")
    log.ask("leave", ["h", "i", "j"], opens="another")
    assert beside(library, "expenses", log.suggester()).related == ("travel policy",)


def test_what_others_asked_in_like_words_is_related_though_nobody_asked_both(
    library: Library, log: Log, tmp_path: Path
) -> None:
    toy = ToyEmbedder()
    near = NearQuestions(lambda texts: Embedded(toy.model_key, toy.embed_queries(texts)), tmp_path / "near")
    log.ask("travel expenses")
    log.ask("travel ban of Wernstrom", minute=60)
    log.ask("parental leave", minute=120)
    suggester = log.suggester(near=near)
    assert beside(library, "expenses travel autumn", suggester).related == ("travel expenses",)
    assert beside(library, "travel expenses", suggester).related == (), "a question is not related to itself"
    assert beside(library, 'travel "expenses" autumn', suggester).related == (), "operators mean words"
    assert beside(library, "ban of Wernstrom on travel", suggester).related == (), "it leads to a hidden one"
    assert beside(library, "ban of Wernstrom on travel", suggester, BOARD).related == (
        "travel ban of Wernstrom",
    )
    assert list((tmp_path / "near").iterdir()), "vectors are kept"


def test_without_a_model_nothing_is_near(tmp_path: Path) -> None:
    near = NearQuestions(lambda _: None, tmp_path)
    near.compare_with([PopularQuery("travel", "travel", 3)])
    assert list(near.near("travel expenses")) == []
