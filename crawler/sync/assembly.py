"""From settings to a crawl that can run: rules, access lists, the run of each connector, its fetcher."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import orjson
from sqlalchemy import Connection

from catalog.access import intern
from catalog.access_rules import follow_access_rules
from catalog.boilerplate import load_boilerplate
from catalog.canonical_url import WebAddress, parse_url
from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.hash_routes import load_hash_routes
from catalog.redirected_seeds import redirected_seeds
from catalog.rendering import RenderingRecord, load_rendering
from catalog.runs import Run, begin_run
from catalog.traps import load_traps
from catalog.url_variants import load_variants
from catalog.vocabulary import RunMode
from catalog.writer import RunContext
from crawler.rendering.pool import PagePool
from crawler.rules.filters import PatternList, crawl_filter, file_filter, index_filter
from crawler.rules.hash_routing import HashRouting
from crawler.rules.link_rules import LinkRules
from crawler.rules.scope import Scope
from crawler.rules.traps.watch import TrapWatch
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.reading_mark import reading_mark
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.session_watch import SessionWatch
from crawler.sync.site_access import open_access
from crawler.sync.site_rendering import open_rendering
from crawler.sync.sitemap_planting import listed_roots, scope_roots, sitemap_addresses
from crawler.sync.sitemap_state import Sitemaps
from crawler.sync.starts import NO_STARTS, Starts
from crawler.sync.transcribing import Transcriber
from crawler.variants.learning import Variants
from extract.rules import EXTRACTION_VERSION, compile_rules
from settings.configuration import Settings
from settings.connector import ConnectorSettings
from settings.politeness import IgnoreRobots, PolitenessSettings
from settings.store import BodyRetention


def prepare(
    catalog: Catalog,
    settings: Settings,
    connector: ConnectorSettings,
    mode: RunMode,
    pool: PagePool,
    *,
    starts: Starts = NO_STARTS,
    accept_deletions: bool = False,
) -> ConnectorCrawl:
    """Begin (or continue) the run of a connector; pages that want a browser are opened in that of `pool`.

    `starts` are what its sitemaps list that are files or objects of S3. With `accept_deletions` its guard
    lets everything pass that there is evidence against.
    Raises `catalog.runs.RunHeld` when another living process has it, `UnusableSettingError` before
    anything is written.
    """
    fingerprint = settings_fingerprint(settings, connector)
    seeds = seed_addresses(connector)
    listed, sitemaps = listed_roots(each.sitemap for each in starts.listed), sitemap_addresses(connector)
    access = open_access(catalog, connector, seeds or sitemaps, also=(*sitemaps, *listed))
    rendering = open_rendering(connector, access, pool, _learned(catalog, connector))
    with catalog.write() as connection:
        number = connector_id(connection, connector.name)
        run = begin_run(connection, number, mode, fingerprint)
        links = _with_redirected_seeds(connection, link_rules(connector, listed), run, number)
        traps = trap_watch(connector, connection, number)
        rules = _reading_rules(connection, settings, connector, number, links)
        patterns = rules.access.patterns
        follow_access_rules(connection, number, patterns, rules.access_ids, rules.access_id)
        variants = Variants.of(load_variants(connection, number), run.id)
    return ConnectorCrawl(
        name=connector.name,
        connector_id=number,
        run=run,
        context=RunContext(
            number, run.id, forced=mode is RunMode.FORCED, incremental=mode is RunMode.INCREMENTAL
        ),
        rules=rules,
        seeds=seeds,
        fetcher=access,
        rendering=rendering,
        transcriber=None if connector.transcription is None else Transcriber(connector.transcription),
        traps=traps,
        watch=None if access.keeper is None else SessionWatch(access.keeper),
        pace=_pace(connector.politeness),
        obeys_robots=connector.politeness.robots == "obey",
        conditional=mode is not RunMode.FORCED,
        max_pages=connector.scope.max_pages,
        max_duration=connector.scope.max_duration,
        deletion_guard=1.0 if accept_deletions else connector.sync.deletion_guard,
        delete_orphans_after=connector.sync.delete_orphans_after,
        variants=variants,
        warnings=tuple(_warnings(connector)),
        sitemaps=Sitemaps(
            configured=sitemaps,
            listed=starts.listed,
            discovers=connector.discover_sitemaps and connector.scope.max_depth > 0,
            warnings=list(starts.warnings),
        ),
    )


def _pace(politeness: PolitenessSettings) -> tuple[float, int]:
    """Seconds between requests to a host, and how many may be under way there."""
    per_minute = politeness.requests_per_minute
    return (60 / per_minute if per_minute else 0.0), politeness.concurrency


def _reading_rules(
    connection: Connection, settings: Settings, connector: ConnectorSettings, number: int, links: LinkRules
) -> ReadingRules:
    """By what pages of a connector are read, that of this `number`; its access lists are interned."""
    return ReadingRules(
        connector=connector.name,
        links=links,
        extraction=compile_rules(connector, settings.fields),
        max_links_per_page=connector.scope.max_links_per_page,
        access=PatternList("access", [rule.match for rule in connector.access]),
        access_ids=tuple(intern(connection, rule.allow, rule.deny) for rule in connector.access),
        keep_bodies=settings.store.bodies is not BodyRetention.NONE,
        hash_routing={
            host: HashRouting(known.slash, known.bang, known.drops_id)
            for host, known in load_hash_routes(connection, number).items()
        },
        boilerplate=load_boilerplate(connection, number),
        mark=reading_mark(settings, connector),
    )


def _learned(catalog: Catalog, connector: ConnectorSettings) -> tuple[RenderingRecord, ...]:
    """What former runs learned of pages that need a browser."""
    with catalog.write() as connection:
        return load_rendering(connection, connector_id(connection, connector.name))


def _warnings(connector: ConnectorSettings) -> Iterator[str]:
    """What the configuration weakens, for those who read the summary."""
    if isinstance(connector.politeness.robots, IgnoreRobots):
        yield f"robots.txt is ignored: {connector.politeness.robots.ignore}"
    if not connector.tls.verify:
        yield "TLS certificates are not checked (`tls.verify: false`): anybody on the way can read and change"


def settings_fingerprint(settings: Settings, connector: ConnectorSettings) -> str:
    """32 hex digits over all that decides what is crawled and what is read from it."""
    fields: Mapping[str, object] = {
        name: field.model_dump(mode="json") for name, field in settings.fields.items()
    }
    text = orjson.dumps([EXTRACTION_VERSION, connector.fingerprint(), fields], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def seed_addresses(connector: ConnectorSettings) -> tuple[WebAddress, ...]:
    """The seeds as canonical addresses; the settings have checked that they are web addresses."""
    addresses = (parse_url(seed) for seed in connector.seeds)
    return tuple(address for address in addresses if isinstance(address, WebAddress))


def link_rules(connector: ConnectorSettings, listed: Iterable[WebAddress] = ()) -> LinkRules:
    """What a connector's configuration says of URLs, compiled; `listed` are the folders of what its sitemaps
    list that are files."""
    roots = scope_roots(seed_addresses(connector), (*sitemap_addresses(connector), *listed))
    filters = connector.filters
    return LinkRules(
        scope=Scope(connector.scope.follow, roots),
        max_depth=connector.scope.max_depth,
        crawl=crawl_filter(filters.crawl.include, filters.crawl.exclude),
        index=index_filter(filters.index.include, filters.index.exclude),
        files=file_filter(filters.files.include, filters.files.exclude),
        file_types=frozenset(filters.files.types),
        attachments=connector.attachments,
        signed_in=any(login.type != "none" for login in connector.auth),
    )


def trap_watch(connector: ConnectorSettings, connection: Connection | None, number: int | None) -> TrapWatch:
    """What is known of endless patterns of a connector, that of this `number`, and which are exempt."""
    records = () if connection is None or number is None else load_traps(connection, number)
    return TrapWatch(records, PatternList("scope.trap_exceptions", connector.scope.trap_exceptions))


def _with_redirected_seeds(
    connection: Connection, rules: LinkRules, run: Run, connector_number: int
) -> LinkRules:
    """The rules with the scope that a run had when it was cut off; that of a new run is yet to grow."""
    for target in redirected_seeds(connection, connector_number, run.id):
        address = parse_url(target)
        if isinstance(address, WebAddress):
            rules = rules.with_redirected_seed(address)
    return rules
