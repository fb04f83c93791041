"""All pages for operators, under one router."""

from __future__ import annotations

from fastapi import APIRouter

from search_api.routes.desk import access, analytics, answers, connectors, runs, sign_in, tuning, urls

router = APIRouter()
for _module in (sign_in, connectors, runs, urls, answers, access, tuning, analytics):
    router.include_router(_module.router)
