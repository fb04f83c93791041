"""`/v1/commands/{id}`: what became of what was asked of `crawler schedule`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from search_api.admin import commands
from search_api.admin.commands import CommandAnswer
from search_api.admin.examples import COMMAND
from search_api.admin.runs import LARGEST_ROW
from search_api.routes.administering import AdministrationOf
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])


@router.get("/v1/commands/{id}", responses=answer_example(COMMAND))
def command(
    administration: AdministrationOf,
    id: Annotated[int, Path(ge=1, le=LARGEST_ROW, examples=[17])],  # noqa: A002 - its name in the address
) -> CommandAnswer:
    """A command as it stands; its `result` is there once it is done. Kept for seven days after that."""
    return commands.read(administration, id)
