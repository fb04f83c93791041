"""What someone would see, and by which entry of which access list: for operators who ask why."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from search_api.asking import answer_search
from search_api.backend import Backend
from search_api.identity.caller import principals_of
from search_api.identity.verdicts import Verdict, because, judge
from search_api.query.plain_faults import NOT_BLANK_PATTERN
from search_api.query.request import parse_search

_UNKNOWN: Final[dict[str, object]] = {"may_read": False, "because": "there is no document with this address"}


class AccessRequest(BaseModel, extra="forbid"):
    """Someone, by name and groups, and what that person asks."""

    user: str = Field(min_length=1, max_length=2_048, pattern=NOT_BLANK_PATTERN, examples=["eva@example.com"])
    groups: list[str] = Field([], max_length=1_000, description="The groups of the user.", examples=[["hr"]])
    query: str = Field("", max_length=1_000, description="Empty: everything.", examples=["leave"])
    urls: list[str] = Field([], max_length=100, description="Say of these documents whether they are seen.")
    page_size: int = Field(5, ge=1, le=100)


def check_access(backend: Backend, wanted: AccessRequest) -> dict[str, Any]:
    """What a user would see, and why; nothing of it is remembered. Raises `InvalidQuestionError`."""
    paths = backend.callers.paths(principals_of(wanted.user, wanted.groups))
    principals = frozenset(paths)
    body = {"query": wanted.query, "page_size": wanted.page_size}
    answer = answer_search(backend, parse_search(body, backend.fields, principals))
    lists = backend.library.access_lists([result.id for result in answer.results])
    told_of = backend.library.access_lists_of_urls(wanted.urls)

    def told(verdict: Verdict) -> dict[str, object]:
        access = {"allow": verdict.access.allow, "deny": verdict.access.deny}
        return {"may_read": verdict.may_read, "because": because(verdict, paths), **access}

    return {
        "user": wanted.user,
        "principals": [{"principal": name, "through": way[:-1]} for name, way in sorted(paths.items())],
        "total": answer.total,
        "results": [
            {
                "id": result.id,
                "title": result.title,
                "url": result.url,
                **told(judge(lists[result.id], principals)),
            }
            for result in answer.results
            if result.id in lists
        ],
        "documents": [
            {"url": each, **(told(judge(told_of[each], principals)) if each in told_of else _UNKNOWN)}
            for each in wanted.urls
        ],
        "notices": answer.notices,
    }
