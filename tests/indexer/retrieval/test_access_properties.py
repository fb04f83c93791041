"""Whatever is asked, nothing unreadable is ever returned or counted: against a brute-force model."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.access import access_list
from indexer.retrieval.question import Comparison, Facet, Question
from tests.indexer.retrieval.library import Library

WORDS = ("budget", "salary", "merger", "lunch", "roof", "python")
PRINCIPALS = ("user:eva", "user:bob", "group:hr", "group:it")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@dataclass(frozen=True)
class Sheet:
    parts: tuple[str, ...]
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    department: str

    def readable(self, principals: frozenset[str]) -> bool:
        return access_list(self.allow, self.deny).permits(principals)


sheets = st.builds(
    Sheet,
    parts=st.lists(words, min_size=1, max_size=3).map(tuple),
    allow=st.lists(st.sampled_from((*PRINCIPALS, "everyone")), max_size=2).map(tuple),
    deny=st.lists(st.sampled_from(PRINCIPALS), max_size=1).map(tuple),
    department=st.sampled_from(("HR", "IT")),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(sheets, min_size=1, max_size=12),
    st.lists(
        st.tuples(words, st.frozensets(st.sampled_from(PRINCIPALS)), st.booleans()), min_size=1, max_size=5
    ),
)
def test_only_readable_documents_are_returned_counted_or_faceted(
    told: list[Sheet], asked: list[tuple[str, frozenset[str], bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        by_id = {
            library.add(
                f"https://i.example/{number}",
                *sheet.parts,
                title="Sheet",
                allow=sheet.allow,
                deny=sheet.deny,
                fields={"department": sheet.department},
            ): sheet
            for number, sheet in enumerate(told)
        }
        retriever = library.retriever()
        for text, principals, filtered in asked:
            wanted = Comparison("department", "eq", "HR") if filtered else None
            question = Question(text, principals, wanted, (Facet("department"),), page_size=50)
            readable = {
                name
                for name, sheet in by_id.items()
                if sheet.readable(principals) and (not filtered or sheet.department == "HR")
            }
            # Fewer than 1,000 passages: the nearest ones are all that may be read.
            results = retriever.search(question)
            assert {hit.document_id for hit in results.hits} == readable
            assert results.total == len(readable)
            assert sum(value.count for value in results.facets["department"].values) == len(readable)
            assert {p.document_id for p in retriever.retrieve(question, 100)} <= readable
            assert all(p.document_id == hit.document_id for hit in results.hits for p in hit.passages)
            browsed = retriever.search(Question("", principals, wanted, page_size=50))
            assert {hit.document_id for hit in browsed.hits} == readable
        library.close()
