"""What `/docs` shows of searches: questions as people send them, and an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SEARCH_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "A question within a filter": {
        "query": "parental leave",
        "filter": {
            "and": [
                {"field": "department", "in": ["HR", "Legal"]},
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
                    "score": 0.79,
                    "deep_link": "https://intranet.example.com/files/travel-policy.pdf#page=1",
                    "explanation": None,
                }
            ],
            "more": [],
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
    "spelling": {"suggestion": None},
    "suggestions": [],
    "notices": [],
}
