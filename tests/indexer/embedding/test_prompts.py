"""A model's prompts: its files come first, then what its family is known for."""

from __future__ import annotations

import pytest

from indexer.embedding.prompts import Prompts, model_prompts

REPRESENT = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/multilingual-e5-small", Prompts("query: ", "passage: ")),
        ("/models/e5-base-v2/", Prompts("query: ", "passage: ")),
        ("BAAI/bge-small-en-v1.5", Prompts(REPRESENT)),
        ("nomic-ai/nomic-embed-text-v1.5", Prompts("search_query: ", "search_document: ")),
        ("Snowflake/snowflake-arctic-embed-m-v1.5", Prompts(REPRESENT)),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", Prompts("query: ")),
        ("mixedbread-ai/mxbai-embed-large-v1", Prompts(REPRESENT)),
        ("thenlper/gte-base", Prompts()),
        ("BAAI/bge-m3", Prompts()),
        ("all-MiniLM-L6-v2", Prompts()),
    ],
)
def test_a_family_is_known_by_its_name(name: str, expected: Prompts) -> None:
    assert model_prompts({}, [name]) == expected


def test_a_copied_folder_is_known_by_the_name_that_it_was_saved_under() -> None:
    assert model_prompts({}, ["./model", "intfloat/e5-small-v2"]) == Prompts("query: ", "passage: ")


def test_the_instruction_of_e5_stands_on_a_line_of_its_own() -> None:
    found = model_prompts({}, ["intfloat/multilingual-e5-large-instruct"])
    assert (found.query.endswith("\nQuery: "), found.passage) == (True, "")


def test_a_models_own_files_say_more_than_its_name() -> None:
    configured = {"query": "ask: ", "corpus": "text: ", "classification": "sort: "}
    assert model_prompts(configured, ["e5-small"]) == Prompts("ask: ", "text: ")


def test_the_default_prompt_stands_in_for_one_that_is_missing() -> None:
    configured = {"query": "ask: ", "retrieval": "find: "}
    assert model_prompts(configured, ["m"], "retrieval") == Prompts("ask: ", "find: ")
    assert model_prompts(configured, ["m"]) == Prompts("ask: ", "")


def test_empty_prompts_say_nothing() -> None:
    assert model_prompts({"query": "", "document": ""}, ["e5-small"]) == Prompts("query: ", "passage: ")
