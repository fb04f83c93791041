"""Reading a JSON body so that no input is an error of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request


async def read_options(request: Request) -> object:
    """The body as JSON, an empty object where nothing was sent: all that it may say has a default."""
    return await read_json(request) if await request.body() else {}


async def read_json(request: Request) -> object:
    """The body as JSON; raises `HTTPException` 400 for what is none and 415 for another media type."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "Send a body of type application/json.")
    body = await request.body()
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError:
        raise HTTPException(400, "The body is not usable JSON: it is nested too deeply.") from None
    except ValueError as fault:
        # A JSONDecodeError, a UnicodeDecodeError, or an integer of more digits than Python converts.
        raise HTTPException(400, f"The body is not JSON: {fault}.") from None


def json_body(
    model: type[BaseModel], examples: Mapping[str, object] = MappingProxyType({}), *, required: bool = True
) -> dict[str, Any]:
    """The OpenAPI description of a route whose body `read_json` reads, with examples by their names."""
    content: dict[str, Any] = {"schema": model.model_json_schema()}
    if examples:
        content["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": required, "content": {"application/json": content}}}
