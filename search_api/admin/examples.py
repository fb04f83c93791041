"""What `/docs` shows of the routes for operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

URL: Final = "http://127.0.0.1:8090/people/leave"

ACCEPTED: Final[dict[str, Any]] = {"command": 17, "href": "/v1/commands/17"}

RUN: Final[dict[str, Any]] = {
    "run": 1,
    "connector": "handbook",
    "mode": "full",
    "state": "succeeded",
    "limit": None,
    "error": None,
    "started_at": "2026-11-26T02:00:00.113402Z",
    "finished_at": "2026-11-26T02:00:04.920755Z",
    "seconds": 4.807,
    "pages_per_second": 17.5,
    "added": 71,
    "changed": 0,
    "unchanged": 0,
    "deleted": 0,
    "protected": 0,
    "documents": 71,
    "visited": 84,
    "duplicates": 2,
    "redirects": 3,
    "gone": 1,
    "refused": {"excluded_by_crawl_filter": 6, "noindex": 1},
    "failed": {},
    "warnings": [],
    "abandoned": False,
    "progress": None,
}
RUNS: Final[dict[str, Any]] = {"runs": [RUN], "next": None}
RUN_URLS: Final[dict[str, Any]] = {
    "urls": [
        {
            "url": "http://127.0.0.1:8090/drafts/roof",
            "state": "refused",
            "reason": "noindex",
            "rule": "meta robots: noindex",
            "status": 200,
            "depth": 2,
            "referrer": "http://127.0.0.1:8090/people/leave",
            "renderer": "http",
            "content_type": "text/html; charset=utf-8",
            "bytes": 4811,
            "title": None,
            "document_id": None,
            "kept": None,
        }
    ],
    "next": 41,
}
CONNECTORS: Final[dict[str, Any]] = {
    "connectors": [
        {
            "name": "handbook",
            "configured": True,
            "health": "healthy",
            "documents": 71,
            "waiting": 0,
            "last_run": RUN,
            "coverage": {"listed": 60, "covered": 58},
            "freshness": {
                "oldest_visit": "2026-11-26T02:00:00.498211Z",
                "median_visit": "2026-11-26T02:00:02.771094Z",
            },
            "mode": "full",
            "schedule": "0 2 * * *",
            "next_run": "2026-11-27T02:00:00Z",
            "in_hand": None,
        }
    ],
    "scheduler": {"host": "crawler-1", "pid": 4711},
}
COMMAND: Final[dict[str, Any]] = {
    "command": 17,
    "name": "sync",
    "arguments": {"connector": "handbook", "mode": "incremental"},
    "state": "running",
    "result": None,
    "created_at": "2026-11-26T09:12:44.501223Z",
    "finished_at": None,
}
EXPLAINED: Final[dict[str, Any]] = {
    "url": URL,
    "connector": "handbook",
    "run": 1,
    "state": "indexed",
    "reason": None,
    "rule": None,
    "referrer": "http://127.0.0.1:8090/",
    "depth": 1,
    "status": 200,
    "redirects": [],
    "renderer": "http",
    "document": {"id": "80250cace05e63fa85c579d01813e7b8", "title": "Leave", "version": 1, "chunks": 4},
    "history": [],
    "next_visit": {"due": False, "because": "it was visited an hour ago", "at": "2026-11-27T02:00:00Z"},
    "others": [],
}
ACCESS_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "What Eva of HR sees of leave": {"user": "eva@example.com", "groups": ["hr"], "query": "leave"},
    "Why someone does not see a page": {"user": "sam@example.com", "urls": [URL], "page_size": 1},
}
ACCESS: Final[dict[str, Any]] = {
    "user": "eva@example.com",
    "principals": [
        {"principal": "everyone", "through": []},
        {"principal": "group:hr", "through": []},
        {"principal": "user:eva@example.com", "through": []},
    ],
    "total": 1,
    "results": [
        {
            "id": "80250cace05e63fa85c579d01813e7b8",
            "title": "Leave",
            "url": URL,
            "may_read": True,
            "because": "allowed as group:hr",
            "allow": ["group:hr"],
            "deny": [],
        }
    ],
    "documents": [],
    "notices": [],
}
