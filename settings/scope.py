"""`connectors[].scope`: which links are followed, and the limits of a run."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from settings.patterns import Pattern
from settings.quantities import Duration, Size
from settings.section import Count, Positive, Section


class Follow(StrEnum):
    """How far from the seeds links are followed."""

    PATH = "path"
    HOST = "host"
    SUBDOMAINS = "subdomains"
    ANY = "any"


class ScopeSettings(Section):
    """Which URLs belong to the crawl. Reaching a limit ends a run as `incomplete`; nothing is lost."""

    follow: Follow = Follow.HOST
    """`path`: below the seed's folder; `host`: on the seed's host; `subdomains`: on the seed's registrable
    domain and below it; `any`: everywhere. A seed's redirect target joins the scope."""
    max_depth: Count = 10
    """How many links away from a seed; a seed has depth 0."""
    max_links_per_page: Positive = 1000
    """Links taken from one page, in their order."""
    max_pages: Positive = 100_000
    """Pages and files fetched in one run."""
    max_file_size: Size = 50_000_000
    """The largest body that is taken, decompressed."""
    max_duration: Duration = timedelta(hours=24)
    """How long one run may take."""
    trap_exceptions: tuple[Pattern, ...] = Field(default=(), examples=[["/calendar/"]])
    """Regular expressions, found anywhere in the whole URL: such addresses are crawled, however much their
    pattern looks endless (reason `trap`)."""
