"""`/healthz`, `/readyz`, `/metrics`: for whoever keeps the service running."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from search_api.metrics import CONTENT_TYPE
from search_api.problems import Problem
from search_api.routes.context import ContextOf

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process runs and answers."""
    return "ok\n"


@router.get("/readyz", response_class=PlainTextResponse, responses={503: {"model": Problem}})
async def readyz(context: ContextOf) -> str:
    """The index can be asked; until then 503 with the reason."""
    _ = context.service.backend
    return "ready\n"


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(context: ContextOf) -> Response:
    """Prometheus' text format."""
    return Response(context.metrics.render(), media_type=CONTENT_TYPE)
