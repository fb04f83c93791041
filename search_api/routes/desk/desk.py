"""What every page for operators works on: the catalog, the configuration, and the frame that it stands in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from catalog import words
from search_api.admin.administration import Administration
from search_api.admin.words import ago, part
from search_api.routes.administering import AdministrationOf
from search_api.routes.context import ContextOf
from search_api.routes.desk.page_route import NO_STORE, SECTIONS
from search_api.web.frame import frame_of


class Desk:
    """One request of an operator."""

    def __init__(self, request: Request, context: ContextOf, administration: AdministrationOf) -> None:
        self.context: Final = context
        self.administration: Final[Administration] = administration
        self._request: Final = request

    def page(self, template: str, section: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page of a section (its address), from `templates/admin/`."""
        html = self.context.renderer.page(
            f"admin/{template}",
            frame_of(self._request.cookies, self.administration.caller),
            sections=SECTIONS,
            section=section,
            words=words,
            ago=lambda when: ago(when, datetime.now(UTC)),
            part=part,
            **values,
        )
        return HTMLResponse(html, status, NO_STORE)


DeskOf = Annotated[Desk, Depends(Desk)]


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form as a browser sends it; empty ones are left out."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Send the form of this page.")
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, max_num_fields=50))


FormOf = Annotated[dict[str, str], Depends(form_of)]
