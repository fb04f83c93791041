"""What a model wants put before questions and passages: what its files say, or its family is known for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Prompts:
    """Put before each question, and before each passage."""

    query: str = ""
    passage: str = ""


_PASSAGE_NAMES: Final = ("document", "passage", "corpus")  # the order of encode_document
_FAMILIES: Final = (
    # Wang et al. 2022 (arXiv 2212.03533) and the model cards: "Each input text should start with …".
    (r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?", Prompts("query: ", "passage: ")),
    # The card of BAAI/bge-small-en-v1.5: an instruction before questions, none before passages.
    (
        r"bge-(small|base|large)-en(-v1\.5)?",
        Prompts("Represent this sentence for searching relevant passages: "),
    ),
    (r"bge-(small|base|large)-zh(-v1\.5)?", Prompts("为这个句子生成表示以用于检索相关文章：")),
    # The card of nomic-ai/nomic-embed-text-v1.5: "the text prompt must include a task instruction prefix".
    (r"nomic-embed-text-v1(\.5)?", Prompts("search_query: ", "search_document: ")),
    # The cards of Snowflake/snowflake-arctic-embed-m, and of its version 2.
    (
        r"snowflake-arctic-embed-(xs|s|m|l)(-v1\.5)?|snowflake-arctic-embed-m-long",
        Prompts("Represent this sentence for searching relevant passages: "),
    ),
    (r"snowflake-arctic-embed-(m|l)-v2\.0", Prompts("query: ")),
    # The card of mixedbread-ai/mxbai-embed-large-v1.
    (r"mxbai-embed-large-v1", Prompts("Represent this sentence for searching relevant passages: ")),
    # The card of intfloat/multilingual-e5-large-instruct: "documents do not need instructions".
    (
        r"multilingual-e5-large-instruct",
        Prompts(
            "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
        ),
    ),
)


def model_prompts(
    configured: Mapping[str, str], names: Iterable[str], default_name: str | None = None
) -> Prompts:
    """The prompts of a model.

    `configured` are those of its config_sentence_transformers.json, and `default_name` names the one of them
    that is put before every text that has none of its own. Where these say nothing, `names` (a hub name, a
    folder's name, the name that its config.json was saved under) tell the family.
    """
    if any(configured.values()):
        default = configured.get(default_name or "", "")
        passage = next((configured[name] for name in _PASSAGE_NAMES if configured.get(name)), default)
        return Prompts(configured.get("query") or default, passage)
    for name in names:
        last = name.rstrip("/").rpartition("/")[2].lower()
        for pattern, prompts in _FAMILIES:
            if re.fullmatch(pattern, last):
                return prompts
    return Prompts()
