"""What the configuration names under `sitemaps`: addresses are asked for, what files list is met at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress, parse_url
from catalog.document import url_key
from catalog.links import count_refused_hosts
from catalog.sitemaps import sitemap_troubles, sitemaps_read
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import ALLOWED, Reason
from crawler.sitemaps.entry import Sitemap
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.sitemap_links import SitemapJob, follow_entries
from settings.connector import ConnectorSettings


def sitemap_addresses(connector: ConnectorSettings) -> tuple[WebAddress, ...]:
    """The sitemaps that are asked for over the web."""
    addresses = (parse_url(each) for each in connector.sitemaps if each.startswith(("http://", "https://")))
    return tuple(address for address in addresses if isinstance(address, WebAddress))


def scope_roots(seeds: Iterable[WebAddress], sitemaps: Iterable[WebAddress]) -> tuple[WebAddress, ...]:
    """Where the scope of a connector begins: at its seeds, and at its sitemaps on hosts that have no seed.

    With seeds on the same host those say how far the scope reaches: most sitemaps lie at the root.
    """
    roots = tuple(seeds)
    hosts = {root.host for root in roots}
    return (*roots, *(each for each in sitemaps if each.host not in hosts))


def listed_roots(sitemaps: Iterable[Sitemap]) -> tuple[WebAddress, ...]:
    """For each host of what files list, the innermost folder that holds all of it."""
    folders: dict[str, tuple[str, list[str]]] = {}  # host → origin, the parts of the folder
    for sitemap in sitemaps:
        for entry in sitemap.entries:
            address = parse_url(entry.url)
            if not isinstance(address, WebAddress) or not address.host:
                continue
            parts = address.path.split("/")[1:-1]
            origin, common = folders.get(address.host, (address.origin, parts))
            folders[address.host] = origin, _common(common, parts)
    addresses = (parse_url("/".join([origin, *parts, ""])) for origin, parts in folders.values())
    return tuple(address for address in addresses if isinstance(address, WebAddress))


def sitemap_files(crawl: ConnectorCrawl) -> tuple[Discovery, ...]:
    """The configured sitemaps; no filter keeps out what the configuration itself names."""
    return crawl.sitemaps.admit_file(
        Discovery(
            key=url_key(crawl.name, address.url),
            url=address.url,
            host=address.host,
            depth=0,
            found_by=FoundBy.SITEMAP_FILE,
            decision=ALLOWED,
        )
        for address in crawl.sitemaps.configured
    )


def from_listed(crawl: ConnectorCrawl, connection: Connection) -> list[Discovery]:
    """What sitemaps list that are files or objects of S3."""
    found: list[Discovery] = []
    for each in crawl.sitemaps.listed:
        job = SitemapJob(crawl.connector_id, 0, "", 0, b"", "")
        links = follow_entries(each.sitemap, job, crawl.rules.of_sitemaps)
        for note in links.notes:
            crawl.sitemaps.warn(f"sitemap {each.place}: {note}")
        run = crawl.context
        count_refused_hosts(connection, run.connector_id, run.run_id, links.hosts_refused)
        files = [item for item in links.discoveries if item.found_by is FoundBy.SITEMAP_FILE]
        found += crawl.sitemaps.admit_file(files)
        found += [item for item in links.discoveries if item.found_by is not FoundBy.SITEMAP_FILE]
    return found


def sitemap_warnings(crawl: ConnectorCrawl, connection: Connection) -> tuple[str, ...]:
    """What the summary of a run says of its sitemaps."""
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    for url, reason, detail in sitemap_troubles(connection, connector_id, run_id):
        crawl.sitemaps.warn(f"sitemap {url} could not be read: {detail or Reason(reason).explanation}")
    return tuple(crawl.sitemaps.warnings)


def nothing_to_start_from(crawl: ConnectorCrawl, connection: Connection) -> str | None:
    """Why a connector without seeds came to nothing, if so: not one of its sitemaps could be read."""
    if crawl.seeds or any(each.sitemap.entries for each in crawl.sitemaps.listed):
        return None
    if sitemaps_read(connection, crawl.connector_id, crawl.context.run_id):
        return None
    return "no sitemap could be read, and there are no seeds"


def _common(one: list[str], other: list[str]) -> list[str]:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]
