"""All pages for operators, under one router."""

from __future__ import annotations

from fastapi import APIRouter

from search_api.routes.desk import access, answers, connectors, runs, sign_in, urls

router = APIRouter()
for _module in (sign_in, connectors, runs, urls, answers, access):
    router.include_router(_module.router)
