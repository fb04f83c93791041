"""Sites without an end, and honest ones that are merely deep: each a function from a path to its page."""

from __future__ import annotations

import random
import re
from calendar import month_name, monthcalendar
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from tests.support.changing_site import Answer, ChangingSite, serve_site

Site = Callable[[str], Answer]

PRODUCTS: Final = [
    f"{colour} {size} {thing}"
    for colour in ("Grey", "Blue", "Red", "Green")
    for size in ("small", "wide", "tall")
    for thing in ("anchor", "buoy", "lantern", "rope", "sail")
]
FILTERS: Final = ("brand", "colour", "material", "season", "size", "stock", "style", "use")
DEEP: Final = 500
"""Pages of an honest site, its list pages not counted."""

_ALL_WORDS: Final = """
harbour rope crane winter ledger morning sailor copper island letter window engine market river
bridge garden paper signal timber weather kettle lantern meadow orchard compass silver anchor
"""
_WORDS: Final = _ALL_WORDS.split()


@contextmanager
def serve_pages(site: Site) -> Iterator[ChangingSite]:
    """Run one of these sites; what is no address of it is not found."""

    def answer(path: str) -> Answer:
        try:
            return site(path)
        except (ValueError, IndexError):
            return Answer(b"not found", 404)

    with serve_site() as served:
        served.otherwise = answer
        yield served


def html(title: str, *said: str, links: Mapping[str, str] | None = None) -> Answer:
    """A page of paragraphs and links (text by address)."""
    anchors = "".join(f'<li><a href="{address}">{text}</a></li>' for address, text in (links or {}).items())
    text = "".join(f"<p>{each}</p>" for each in said)
    return Answer(
        f"<!doctype html><html lang=en><title>{title}</title><body><main><h1>{title}</h1>{text}"
        f"<ul>{anchors}</ul></main></body></html>".encode()
    )


def endless_calendar(path: str) -> Answer:
    """A calendar by month: each page leads to the month before, the month after, and its days."""
    query = dict(parse_qsl(path.partition("?")[2]))
    year, month = int(query.get("year", "2026")), int(query.get("month", "11"))
    if "day" in query:
        day = query["day"]
        return html(f"{day} {month_name[month]} {year}", "No events on this day.", links=_months(year, month))
    weeks = "".join(
        "<tr>" + "".join(f"<td>{day or ''}</td>" for day in week) + "</tr>"
        for week in monthcalendar(year, month)
    )
    grid = f"<table><tr><th>Mo<th>Tu<th>We<th>Th<th>Fr<th>Sa<th>Su</tr>{weeks}</table>"
    days = {f"/calendar?year={year}&month={month}&day={day}": str(day) for day in range(1, 29)}
    title = f"{month_name[month]} {year}"
    return html(title, grid, "No events in this month.", links=_months(year, month) | days)


def _months(year: int, month: int) -> dict[str, str]:
    steps = {-1: "Previous month", 1: "Next month"}
    months = {step: year * 12 + month - 1 + step for step in steps}
    return {
        f"/calendar?year={each // 12}&month={each % 12 + 1}": steps[step] for step, each in months.items()
    }


def faceted_shop(path: str) -> Answer:
    """A list of products, with filters that can be switched on and off in 256 combinations."""
    chosen = dict(parse_qsl(path.partition("?")[2]))
    if path.startswith("/product/"):
        name = PRODUCTS[int(path.rpartition("/")[2])]
        return html(name, f"{_prose(name)}. Buy the {name} today.", links={"/shop": "All products"})
    shown = [number for number in range(len(PRODUCTS)) if random.Random(f"{chosen}{number}").random() < 0.3]
    switches = {}
    for name in FILTERS:
        other = {key: value for key, value in chosen.items() if key != name}
        if name not in chosen:
            other = dict(sorted((chosen | {name: "yes"}).items()))
        switches["/shop" + ("?" + urlencode(other) if other else "")] = f"{name} ({len(name) + len(chosen)})"
    products = {f"/product/{number}": PRODUCTS[number] for number in shown or range(3)}
    title = "Shop" + "".join(f", {name}" for name in chosen)
    return html(title, f"{len(shown)} products", links=products | switches)


def growing_path(_path: str) -> Answer:
    """Every address is answered, and links lead a folder down: their authors forgot the leading slash."""
    return html("Yard", _prose("yard"), links={"boats/": "Boats", "news/": "News", "about/": "About us"})


def repeating_segments(path: str) -> Answer:
    """Two folders that lead to each other, for ever."""
    onward = "harbour/" if path.endswith("docs/") else "docs/"
    return html("Docs", _prose("docs"), links={onward: "More"})


def session_in_query(path: str) -> Answer:
    """Each answer has links with a session of its own."""
    return _with_session(path, lambda name, session: f"/{name}?sid={session}")


def session_in_path(path: str) -> Answer:
    """The session is a folder."""
    return _with_session(path, lambda name, session: f"/s/{session}/{name}")


def session_as_parameter(path: str) -> Answer:
    """The session is a parameter of the path, as servlets write it."""
    return _with_session(path, lambda name, session: f"/{name};jsessionid={session}")


def _with_session(path: str, address: Callable[[str, str], str]) -> Answer:
    session = f"{random.Random(path).getrandbits(64):016x}"
    name = re.split(r"[;?]", path)[0].rpartition("/")[2] or "home"
    names = ("home", "prices", "team", "contact")
    return html(
        name, _prose(name), f"Session {session}", links={address(each, session): each for each in names}
    )


TRAPS: Final[Mapping[str, tuple[str, Site]]] = {
    "calendar": ("/calendar", endless_calendar),
    "facets": ("/shop", faceted_shop),
    "growing path": ("/", growing_path),
    "repeating segments": ("/docs/", repeating_segments),
    "session in the query": ("/home", session_in_query),
    "session in the path": ("/home", session_in_path),
    "session as a parameter": ("/home", session_as_parameter),
}
"""By name: where each begins, and its pages."""


def dated_archive(path: str) -> Answer:
    """500 articles at ``/2024/05/12/slug``, over lists of years, months and days."""
    articles = {_dated(number): number for number in range(DEEP)}
    if path in articles:
        name = path.rpartition("/")[2]
        return html(f"On {name}", *article(path))
    parts = path.strip("/").split("/") if path.strip("/") else []
    below = sorted(
        {"/".join(each.split("/")[: len(parts) + 2]) for each in articles if each.startswith(path)}
    )
    return html("Archive " + " ".join(parts), links={each: each.rpartition("/")[2] for each in below})


def _dated(number: int) -> str:
    slug = f"{_WORDS[number % 27]}-{_WORDS[number * 7 % 27]}-{number}"
    return f"/{2015 + number % 10}/{number % 12 + 1:02}/{number % 28 + 1:02}/{slug}"


def numbered_threads(path: str) -> Answer:
    """A forum of 500 threads, each of which leads to the next, listed fifty to a page."""
    kind, _, number = path.strip("/").partition("/")
    if kind == "thread":
        following = {f"/thread/{int(number) + 1}": "Next thread"} if int(number) < DEEP else {}
        return html(f"Thread {number}", *article(path), links=following)
    page = int(number or 1)
    threads = {f"/thread/{each}": "Read" for each in range((page - 1) * 50 + 1, page * 50 + 1)}
    return html("Threads", links=threads | ({f"/page/{page + 1}": "Older"} if page * 50 < DEEP else {}))


def products_by_id(path: str) -> Answer:
    """A shop of 500 products, ``/item?id=17&lang=en``, that are listed at once."""
    if path.startswith("/item"):
        return html(f"Product {path}", *article(path))
    return html("Products", links={f"/item?id={each}&lang=en": "Details" for each in range(DEEP)})


def thin_products(path: str) -> Answer:
    """500 products, each of which says hardly more than its number, and leads to the next ten."""
    number = int(path.partition("=")[2] or 0)
    onward = {
        f"/item?id={each}": f"Product {each}" for each in range(number + 1, number + 11) if each <= DEEP
    }
    return html(f"Product {number}", f"Price: {number * 7 % 97} EUR, weight {number} g", links=onward)


def daily_rates(path: str) -> Answer:
    """Exchange rates of four months: numbers alone, and each day leads to the next."""
    day = date.fromisoformat(path.rpartition("/")[2])
    chance = random.Random(path)
    rates = "".join(
        f"<tr><td>{code}</td><td>{chance.uniform(0.5, 9):.4f}</td></tr>" for code in ("USD", "JPY", "CHF")
    )
    onward = day + timedelta(days=1)
    links = {f"/rates/{onward}": "Next day"} if onward.month < 5 else {}
    return html("Rates", f"<table>{rates}</table>", links=links)


def people(path: str) -> Answer:
    """A directory of 500 people: a name and a number each over the same pages of terms, with colleagues."""
    number = int(path.rpartition("/")[2])
    colleagues = {f"/people/{each % DEEP}": "Colleague" for each in (number * 2 + 1, number * 2 + 2)}
    name = " ".join(random.Random(path).choices(_WORDS, k=3)).title()
    terms = [_prose(f"rule {each}") for each in range(12)]
    return html(name, f"Extension {number * 37 % 9000 + 1000}", *terms, links=colleagues)


def two_versions(path: str) -> Answer:
    """A manual of 300 pages in three versions: the second repeats the first, the third does not."""
    parts = path.strip("/").split("/")
    if len(parts) == 1:
        return html("Manuals", links={f"/manual/{each}/p0": f"Version {each}" for each in (1, 2, 3)})
    version, number = int(parts[1]), int(parts[2][1:])
    said = article(f"{max(version, 2)} {number}")
    below = range(number * 9 + 1, min(number * 9 + 10, 100))
    links = {f"/manual/{version}/p{each}": f"Chapter {each}" for each in below}
    return html(f"Page {number}", *said, links=links)


HONEST: Final[Mapping[str, tuple[str, Site, int]]] = {
    "dated archive": ("/", dated_archive, DEEP),
    "numbered threads": ("/", numbered_threads, DEEP),
    "products by id": ("/", products_by_id, DEEP),
    "thin products": ("/item?id=0", thin_products, DEEP),
    "people": ("/people/0", people, DEEP),
    "versions of a manual": ("/manual", two_versions, 301),
    "daily rates": ("/rates/2024-01-01", daily_rates, 121),
}
"""By name: where each begins, its pages, and how many it has at least."""


def article(path: str) -> list[str]:
    """Three paragraphs that no other path has."""
    chance = random.Random(path)
    return [" ".join(chance.choices(_WORDS, k=40)).capitalize() + "." for _ in range(3)]


def _prose(name: str) -> str:
    chance = random.Random(name)
    return f"The {name} " + " ".join(chance.choices(_WORDS, k=60)) + "."
