"""The table of detectors: what a page with little text may be instead of content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from catalog.visit import Suspicion
from crawler.impostors.consent_wall import consent_wall
from crawler.impostors.default_page import default_page
from crawler.impostors.empty_shell import empty_shell
from crawler.impostors.error_page import error_page
from crawler.impostors.login_page import login_page
from crawler.impostors.maintenance_page import maintenance_page
from crawler.impostors.missing_page import missing_page
from crawler.impostors.parked_domain import parked_domain
from crawler.impostors.sight import Sight

DETECTORS: Final[tuple[Callable[[Sight], Suspicion | None], ...]] = (
    login_page,
    parked_domain,
    empty_shell,
    consent_wall,
    default_page,
    error_page,
    maintenance_page,
    missing_page,  # the last: proving it takes a request
)
"""In the order in which they are asked."""


def suspicion_of(sight: Sight) -> Suspicion | None:
    """What the first detector says that is sure, else the first that suspects something."""
    suspected = None
    for detector in DETECTORS:
        found = detector(sight)
        if found is not None and found.is_sure:
            return found
        suspected = suspected or found
    return suspected
