"""`/mcp`: the protocol's streamable HTTP, one exchange at a time.

No session is kept: each request says who asks, and any worker answers it. Streams from server to client (GET)
are not offered, which the protocol lets a server answer by 405.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from indexer.retrieval.filters import InvalidFilterError
from search_api.backend import UnavailableError
from search_api.identity.refusals import ForbiddenError
from search_api.mcp.tools import TOOLS, Asking
from search_api.query.faults import InvalidQuestionError
from search_api.routes.context import AskerOf, Context, ContextOf, SearcherOf
from search_api.service import OverloadedError

logger = logging.getLogger(__name__)

INSTRUCTIONS: Final = (
    "Searches the company's crawled web sites and intranet. Use `search` first, `fetch` where a passage is "
    "not enough, `ask` for an answer in words, and cite `deep_link`, or `url` where there is none."
)
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class McpEndpoint:
    """The route, and what runs while the application does."""

    def __init__(self) -> None:
        server = Server[Any](
            "sitelore", instructions=INSTRUCTIONS, on_list_tools=_list_tools, on_call_tool=_call_tool
        )
        self._exchanges: Final = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        self.router: Final = APIRouter()
        self.router.add_api_route("/mcp", self._answer, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While this is entered, requests are answered; only once."""
        async with self._exchanges.run():
            yield

    async def _answer(
        self, request: Request, context: ContextOf, caller: SearcherOf, asker: AskerOf
    ) -> Response:
        """Who asks is known by now; the SDK reads and answers the message."""
        _refuse_rebound_page(request, context)
        request.state.asking = Asking(context, caller, asker)
        return _Exchange(self._exchanges)


class _Exchange(Response):
    """An answer that the SDK gives by itself."""

    def __init__(self, exchanges: StreamableHTTPSessionManager) -> None:
        super().__init__()
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._exchanges.handle_request(scope, receive, send)


def _refuse_rebound_page(request: Request, context: Context) -> None:
    """The protocol asks to check `Origin` against pages whose own name was made to lead here (DNS rebinding).

    Of such a page it equals `Host`. Programs send none; pages of this machine, or of the public address, may.
    """
    origin = request.headers.get("origin")
    if origin is None or origin == context.public_url or urlsplit(origin).hostname in _LOOPBACK:
        return
    raise ForbiddenError("is of a web page that this service does not know", "Origin")


async def _list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(tools=[tool.declaration for tool in TOOLS.values()])


async def _call_tool(exchange: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(INVALID_PARAMS, f"There is no tool {params.name!r}: there are {', '.join(TOOLS)}.")
    assert exchange.request is not None
    asking = exchange.request.state.asking
    assert isinstance(asking, Asking)
    try:
        answer = await tool.call(asking, params.arguments or {})
    except InvalidQuestionError as error:
        return _failed("Please correct: " + "; ".join(f"{f.field} {f.message}" for f in error.faults) + ".")
    except InvalidFilterError as error:
        return _failed(f"Please correct: filter {error}.")
    except (UnavailableError, OverloadedError) as error:
        return _failed(f"Nothing can be answered now, try again in a few seconds: {error}")
    except Exception:
        logger.exception("the tool %s failed", tool.name)
        return _failed("The service failed to answer this; its log says why. Another question may work.")
    return CallToolResult(
        content=[TextContent(text=answer.model_dump_json())],
        structured_content=answer.model_dump(mode="json"),
    )


def _failed(text: str) -> CallToolResult:
    """An error that the assistant reads and can act on."""
    return CallToolResult(content=[TextContent(text=text)], is_error=True)
