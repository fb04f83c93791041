"""Whether a page leads anywhere that another one, which says the same, does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote

from crawler.variants.forms import Form, normal_form


def leads_further(
    variant: str,
    links: Iterable[str],
    others: Iterable[str],
    form: Form,
    wanted: Callable[[str], bool],
) -> bool:
    """Whether one of the `links` of a page at the address `variant` is wanted and not among the `others`.

    Links are compared by their normal form. One that only names the page it stands on (``/login?back=/page``)
    leads nowhere else.
    """
    known = {normal_form(link, form)[0] for link in others if "#" not in link}
    further = {normal_form(link, form)[0] for link in links if "#" not in link} - known
    path = variant.split("/", 3)[3].partition("?")[0].partition(";")[0]
    return any(not _names(link, path) and wanted(link) for link in further)


def _names(link: str, path: str) -> bool:
    return bool(path) and path in unquote(link.partition("?")[2])
