"""Who may administer, and what such a route works on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from catalog.api_keys import Scope
from search_api.admin.administration import Administration
from search_api.backend import UnavailableError
from search_api.identity.caller import Caller
from search_api.identity.identify import require
from search_api.routes.context import CallerOf, ContextOf


def _administrator(request: Request, caller: CallerOf) -> Caller:
    request.state.caller = caller  # so that a page which refuses still shows who is signed in
    return require(caller, Scope.ADMIN)


AdministratorOf = Annotated[Caller, Depends(_administrator)]
"""Who asks and may administer; raises `UnknownCallerError` or `ForbiddenError` for everyone else."""


def _administration(caller: AdministratorOf, context: ContextOf) -> Administration:
    if context.catalog is None or context.settings is None:
        raise UnavailableError("This service was started without a catalog: nothing can be administered.")
    return Administration(context.catalog, context.settings.get(), caller)


AdministrationOf = Annotated[Administration, Depends(_administration)]
"""The catalog and the configuration, for those alone who may administer."""
