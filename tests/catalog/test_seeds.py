"""How the seeds of a run fared: which are in trouble, and what that makes doubtful."""

from __future__ import annotations

import pytest

from catalog.database import Catalog
from catalog.seeds import Seeds, SeedTrouble, seeds_of
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import Reason, UrlState
from tests.catalog.visiting import SITE, conclude, copy, find, intranet, keep_out, met, name_of


def seed(path: str, found_by: FoundBy = FoundBy.SEED) -> Discovery:
    return met(path, depth=0, found_by=found_by)


def troubled(catalog: Catalog, run: int = 1) -> tuple[tuple[str, str], ...]:
    with catalog.write() as connection:
        seeds = seeds_of(connection, intranet(connection), run)
    return tuple((trouble.url, trouble.seen) for trouble in seeds.troubles)


def test_seeds_that_could_not_be_fetched_are_named_with_what_was_seen(catalog: Catalog) -> None:
    fine, failed, gone, login = find(
        catalog, 1, seed("/fine"), seed("/failed"), seed("/gone"), seed("/login")
    )
    conclude(catalog, fine, UrlState.INDEXED)
    conclude(catalog, failed, UrlState.FAILED, reason=Reason.TLS_FAILED, detail="certificate has expired")
    conclude(catalog, gone, UrlState.GONE, reason=Reason.NOT_FOUND)
    conclude(catalog, login, UrlState.REFUSED, reason=Reason.UNAUTHORIZED)
    assert troubled(catalog) == (
        (f"{SITE}/failed", "certificate has expired"),
        (f"{SITE}/gone", "the server answered 404"),
        (f"{SITE}/login", "the server asks for a login (401)"),
    )
    assert troubled(catalog, run=2) == ()


def test_only_seeds_and_what_they_redirect_to_count(catalog: Catalog) -> None:
    first, target, page = find(catalog, 1, seed("/"), seed("/home", FoundBy.REDIRECT), met("/page"))
    conclude(catalog, first, UrlState.REDIRECT, detail=f"{SITE}/home", document_id=name_of("/home"))
    conclude(catalog, target, UrlState.FAILED, reason=Reason.TIMEOUT)
    conclude(catalog, page, UrlState.FAILED, reason=Reason.TIMEOUT)
    assert troubled(catalog) == ((f"{SITE}/home", "no complete answer within the time limit"),)


def test_a_seed_that_the_rules_refuse_is_in_trouble(catalog: Catalog) -> None:
    keep_out(catalog, 1, met("/", Reason.EXCLUDED_BY_CRAWL_FILTER, depth=0, found_by=FoundBy.SEED))
    assert troubled(catalog) == ((f"{SITE}/", "a pattern of `filters.crawl.exclude` matches"),)


def test_a_seed_that_redirects_to_where_the_rules_do_not_lead_is_in_trouble(catalog: Catalog) -> None:
    (first,) = find(catalog, 1, seed("/"))
    reason = Reason.EXCLUDED_BY_CRAWL_FILTER
    conclude(catalog, first, UrlState.REDIRECT, reason=reason, detail=f"{SITE}/out")
    ((url, seen),) = troubled(catalog)
    assert url == f"{SITE}/"
    assert seen == f"it redirects to {SITE}/out: a pattern of `filters.crawl.exclude` matches"


@pytest.mark.parametrize("reason", [Reason.NOINDEX, Reason.EXCLUDED_BY_INDEX_FILTER, Reason.EMPTY_CONTENT])
def test_a_seed_that_is_only_a_way_in_is_no_trouble(catalog: Catalog, reason: Reason) -> None:
    (first,) = find(catalog, 1, seed("/"))
    conclude(catalog, first, UrlState.REFUSED, reason=reason, copy=copy())
    assert troubled(catalog) == ()


def trouble(host: str, *, silent: bool = True) -> SeedTrouble:
    return SeedTrouble(f"https://{host}/", "it failed", host, silent)


@pytest.mark.parametrize(
    ("seeds", "in_doubt"),
    [
        (Seeds((), frozenset({"a.example"})), frozenset()),
        (Seeds((trouble("a.example"),), frozenset({"a.example"})), frozenset()),
        (Seeds((trouble("a.example"),), frozenset({"b.example"})), frozenset({"a.example"})),
        (Seeds((trouble("a.example"),), frozenset()), None),
        (Seeds((trouble("a.example", silent=False),), frozenset({"a.example", "b.example"})), None),
    ],
)
def test_a_seed_in_trouble_makes_its_host_doubtful_unless_another_was_read_there(
    seeds: Seeds, in_doubt: frozenset[str] | None
) -> None:
    assert seeds.in_doubt == in_doubt


def test_a_host_is_well_where_a_seed_was_read_if_only_as_a_way_in(catalog: Catalog) -> None:
    one, two = find(catalog, 1, seed("/way-in"), seed("/gone"))
    conclude(catalog, one, UrlState.REFUSED, reason=Reason.NOINDEX, copy=copy())
    conclude(catalog, two, UrlState.GONE, reason=Reason.NOT_FOUND)
    with catalog.write() as connection:
        seeds = seeds_of(connection, intranet(connection), 1)
    assert seeds.well == {"a.example"}
    assert seeds.in_doubt == frozenset()


def test_a_seed_that_asks_for_a_login_makes_everything_doubtful(catalog: Catalog) -> None:
    one, two = find(catalog, 1, seed("/fine"), seed("/login"))
    conclude(catalog, one, UrlState.INDEXED)
    conclude(catalog, two, UrlState.REFUSED, reason=Reason.UNAUTHORIZED)
    with catalog.write() as connection:
        assert seeds_of(connection, intranet(connection), 1).in_doubt is None
