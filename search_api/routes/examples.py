"""What the OpenAPI document and `/docs` show: questions that the demo's index answers, and its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final


def answer_example(example: object, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route whose answer in JSON may look like this."""
    return {status: {"content": {"application/json": {"example": example}}}}


SEARCH_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "A question within a filter": {
        "query": "parental leave",
        "filter": {
            "and": [
                {"field": "department", "in": ["People", "Facilities"]},
                {"not": {"field": "updated_at", "lt": "2025-01-01"}},
            ]
        },
        "page_size": 5,
    },
    "Facets: within one another, in ranges, of several choices": {
        "query": "travel",
        "filter": {"field": "department", "in": ["Travel"]},
        "facets": [
            {"field": "connector", "size": 10, "facets": [{"field": "department"}]},
            {"field": "department", "sort": "value", "multi_select": True},
            {"field": "updated_at", "interval": "year"},
            {"field": "size", "ranges": [{"to": 100000}, {"from": 100000}]},
        ],
    },
    "The newest of each department": {
        "query": "",
        "sort": ["-updated_at", "title"],
        "collapse": {"field": "department", "size": 2},
    },
}

SEARCH_ANSWER: Final[dict[str, Any]] = {
    "query_id": "e5d35a3c72fe4b218084a7b1d8e4c69c",
    "total": 6,
    "took_ms": 9.2,
    "next": "Al-DP0YwtXm7-urVSnnFSWXV9tnukGRl499r",
    "featured": [],
    "answers": [],
    "results": [
        {
            "id": "80250cace05e63fa85c579d01813e7b8",
            "title": "Ternwick travel policy",
            "url": "https://intranet.example.com/files/travel-policy.pdf",
            "deep_link": "https://intranet.example.com/files/travel-policy.pdf#page=1",
            "connector": "handbook",
            "excerpt": "Ternwick travel policy This policy is valid from 15 June 2026 for all 212 people.",
            "highlights": [{"start": 9, "end": 15}],
            "fields": {"department": "Travel", "file_type": "pdf", "size": 2811},
            "score": 0.79,
            "confidence": "high",
            "passages": [
                {
                    "text": "This policy is valid from 15 June 2026 for all 212 people.",
                    "heading": "Ternwick travel policy",
                    "anchor": None,
                    "page": 1,
                    "start": 24,
                    "end": 80,
                    "score": 0.79,
                    "deep_link": "https://intranet.example.com/files/travel-policy.pdf#page=1",
                    "explanation": None,
                }
            ],
            "more": [],
            "explanation": None,
        }
    ],
    "groups": None,
    "facets": {
        "connector": [
            {"value": "handbook", "count": 6, "facets": {"department": [{"value": "Travel", "count": 6}]}}
        ],
        "department": [{"value": "People", "count": 9}, {"value": "Travel", "count": 6}],
        "updated_at": [
            {"value": "2026", "count": 6, "from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
        ],
        "size": [
            {"value": "[* TO 100000}", "count": 5, "to": 100000},
            {"value": "[100000 TO *}", "count": 1, "from": 100000},
        ],
    },
    "facet_others": {},
    "synonyms": [],
    "spelling": {"suggestion": None},
    "suggestions": [],
    "related": [],
    "notices": [],
}

RETRIEVE_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "Passages of one department": {
        "query": "Who pays for a taxi to the airport?",
        "filter": {"field": "department", "eq": "Travel"},
        "page_size": 3,
    },
}

RETRIEVE_ANSWER: Final[dict[str, Any]] = {
    "query_id": "b45254f849f145a3ac27580a20c20ab6",
    "took_ms": 10.1,
    "passages": [
        {
            "document_id": "2917e272ea309c25c3c450ec452114be",
            "title": "Expenses",
            "url": "http://127.0.0.1:8101/travel/expenses",
            "deep_link": "http://127.0.0.1:8101/travel/expenses#what-we-pay-for:~:text=What%20we%20pay%20for",
            "connector": "handbook",
            "text": "What we pay for\n\nTravel, hotel, visas, laundry on trips of more than five nights, and "
            "one postcard home. Meals are covered by daily allowances and need no receipt. "
            "Tips up to 10 % are fine where they are usual.",
            "heading": "Expenses › What we pay for",
            "anchor": "what-we-pay-for",
            "page": None,
            "score": 0.9686487701807218,
            "confidence": "very_high",
        }
    ],
}

DOCUMENT_ANSWER: Final[dict[str, Any]] = {
    "id": "2917e272ea309c25c3c450ec452114be",
    "connector": "handbook",
    "url": "http://127.0.0.1:8101/travel/expenses",
    "kind": "page",
    "version": 1,
    "title": "Expenses",
    "language": "en",
    "fetched_at": "2026-11-27T02:17:04.031847+00:00",
    "fields": {
        "title": "Expenses",
        "url": "http://127.0.0.1:8101/travel/expenses",
        "language": "en",
        "description": "How to get your money back, and how fast.",
        "authors": ["Lourdes Prata"],
        "updated_at": "2026-10-02T00:00:00Z",
        "file_type": "html",
        "size": 4023,
        "languages": ["en"],
        "department": "Travel",
    },
    "blocks": [
        {"kind": "heading", "text": "Expenses", "level": 1, "anchor": "expenses", "page": None},
        {
            "kind": "paragraph",
            "text": "Photograph each receipt in the expense app and hand the report in within 30 "
            "days of the trip. The money is in your account seven working days after your "
            "lead has approved it.",
            "level": 0,
            "anchor": "expenses",
            "page": None,
        },
        {"kind": "heading", "text": "What we pay for", "level": 2, "anchor": "what-we-pay-for", "page": None},
        {
            "kind": "paragraph",
            "text": "Travel, hotel, visas, laundry on trips of more than five nights, and "
            "one postcard home. Meals are covered by daily allowances and need no receipt. "
            "Tips up to 10 % are fine where they are usual.",
            "level": 0,
            "anchor": "what-we-pay-for",
            "page": None,
        },
    ],
}

ASK_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "A question": {"question": "How many days of parental leave are there?"},
    "A question about some documents, answered piece by piece": {
        "question": "How many days of parental leave are there?",
        "filter": {"field": "department", "eq": "People"},
        "stream": True,
    },
}

_CITATION: Final[dict[str, Any]] = {
    "number": 1,
    "document_id": "80250cace05e63fa85c579d01813e7b8",
    "title": "Parental leave",
    "url": "https://intranet.example.com/leave",
    "deep_link": "https://intranet.example.com/leave#:~:text=Each%20parent%20has,days%20of%20leave.",
    "heading": "Leave",
    "text": "Each parent has 90 days of leave.",
}
_WRITTEN: Final[dict[str, Any]] = {
    "model": "house",
    "text": "Each parent has 90 days of leave [1].",
    "known": True,
    "citations": [_CITATION],
    "dropped": 0,
    "error": None,
}
ASK_ANSWER: Final[dict[str, Any]] = {
    "query_id": "e5d35a3c72fe4b218084a7b1d8e4c69c",
    "took_ms": 812.4,
    "answers": [_WRITTEN],
}
ASK_EVENT: Final = {"event": "token", "data": json.dumps({"model": "house", "text": "Each parent has "})}
