"""The fields of a form that was posted to a test's own site."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request


async def posted_fields(request: Request) -> dict[str, str]:
    """Field names and the first value of each (application/x-www-form-urlencoded)."""
    posted = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in posted.items()}
