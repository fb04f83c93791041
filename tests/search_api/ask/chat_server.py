"""A real server that speaks OpenAI's chat completions, and writes what it is told to."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


@dataclass
class ChatServer:
    """Writes `pieces`, after the `refusals` (status, headers); `asked` are the bodies that came."""

    pieces: Sequence[str] = ()
    refusals: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    whole: bool = False
    endless: bool = False
    broken: bool = False
    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    async def answer(self, request: Request) -> Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("authorization"))
        if self.refusals:
            status, headers = self.refusals.pop(0)
            error = {"error": {"message": f"refused with {request.headers.get('authorization')}"}}
            return JSONResponse(error, status, headers)
        if self.whole:
            content = {"choices": [{"message": {"content": "".join(self.pieces)}}]}
            return JSONResponse(content)
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        try:
            yield ": a comment\n\n"
            self.begun.set()
            for piece in self.pieces:
                yield f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n"
            if self.broken:
                yield f"data: {json.dumps({'error': {'message': 'out of memory'}})}\n\n"
                return
            while self.endless:
                yield f"data: {json.dumps({'choices': [{'delta': {'content': 'on and '}}]})}\n\n"
                await asyncio.sleep(0.02)
            yield f"data: {json.dumps({'choices': [], 'usage': {'total_tokens': 9}})}\n\n"
            yield "data: [DONE]\n\n"
        finally:
            self.left.set()


@contextmanager
def chat_server(server: ChatServer) -> Iterator[ChatServer]:
    """Serve on a free loopback port until the block ends."""
    app = Starlette(routes=[Route("/v1/chat/completions", server.answer, methods=["POST"])])
    running = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=running.run, name="chat-server")
    thread.start()
    try:
        while not running.started:
            threading.Event().wait(0.01)
        port = running.servers[0].sockets[0].getsockname()[1]
        server.address = f"http://127.0.0.1:{port}/v1"
        yield server
    finally:
        running.should_exit = True
        thread.join()
