"""What is asked of the renderer, and what it gives: a page as its scripts left it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crawler.outcome import Failed, HtmlFetched, Redirected, Refused
from crawler.rendering.sources import Source


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What is done in each page, as `connectors[].render` says.

    `wait_for` and `click` are CSS or XPath selectors as written in the settings (``css:#app``).
    """

    wait_for: str | None = None
    wait: timedelta = timedelta(0)
    scroll: bool = False
    click: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """A page to be opened: its address, with the fragment of a hash route, and what HTTP brought from it.

    `document` is served to the page as its main document: nothing is fetched twice. `generation` counts the
    sessions of the connector (`SessionKeeper.generation`): a page sees the session that it was fetched under.
    """

    url: str
    document: HtmlFetched
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page after its scripts ran.

    `url` is where it ended, fragment and all. `html` has open shadow trees and frames of the same origin in
    place. `links` are absolute addresses that only scripts know: routes, what a click would open, what the
    JSON names that the page fetched, downloads. `is_settled` is False where it still changed when the time
    was over; `notes` say in words which cap was hit. `requests` counts what the page asked for besides its
    document. `saw_unauthorized`: a script was answered 401 or 403, or led to a login, by an origin that we
    are signed in to, so that the session may be over. `sources` is what it was made of; None where that can
    not be asked for once more.
    """

    url: str
    html: str
    links: tuple[str, ...] = ()
    is_settled: bool = True
    notes: tuple[str, ...] = ()
    requests: int = 0
    saw_unauthorized: bool = False
    milliseconds: int = 0
    sources: tuple[Source, ...] | None = None


RenderOutcome = Rendered | Redirected | Refused | Failed
"""`Redirected` where a script led elsewhere; faults are outcomes as in a fetch."""
