"""All that is for operators, under one router."""

from __future__ import annotations

from fastapi import APIRouter

from search_api.routes import access, analytics, commands, connectors, explain, runs, tuning

router = APIRouter()
for _module in (connectors, runs, commands, explain, access, analytics, tuning):
    router.include_router(_module.router)
