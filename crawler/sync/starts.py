"""Where crawls start, as far as it stands elsewhere: seeds and sitemaps in files of the web, S3 or the disk.

Read before anything is written. Seeds that cannot be had are a fault of the call, for nobody knows then what
to crawl; a sitemap that cannot be had is a warning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crawler.sitemaps.read import read_sitemap
from crawler.sitemaps.unpack import LARGEST
from crawler.sync.remote_objects import ObjectError, fetch_object
from crawler.sync.site_access import UnusableSettingError
from crawler.sync.sitemap_state import ListedSitemap
from settings.connector import ConnectorSettings
from settings.seeds_file import MOST_SEEDS, is_remote, seed_lines
from settings.urls import http_url

LARGEST_SEEDS_FILE: Final = 1_000_000
"""Bytes: a hundred addresses are far fewer."""


@dataclass(frozen=True, slots=True)
class Starts:
    """What a connector's sitemaps list that are files or objects of S3."""

    listed: tuple[ListedSitemap, ...] = ()
    warnings: tuple[str, ...] = ()


NO_STARTS: Final = Starts()


async def gather_starts(
    connectors: Sequence[ConnectorSettings],
) -> list[tuple[ConnectorSettings, Starts]]:
    """The connectors with all their seeds, and what their sitemaps in files list.

    Raises `UnusableSettingError`.
    """
    return list(await asyncio.gather(*(_of_connector(connector) for connector in connectors)))


async def _of_connector(connector: ConnectorSettings) -> tuple[ConnectorSettings, Starts]:
    if connector.seeds_file is not None and is_remote(connector.seeds_file):
        try:
            seeds = await _remote_seeds(connector, connector.seeds_file)
        except (ObjectError, ValueError) as error:
            message = f"connector {connector.name}: seeds_file {connector.seeds_file}: {error}"
            raise UnusableSettingError(message) from error
        connector = connector.model_copy(update={"seeds": seeds})
    listed, warnings = [], []
    for location in connector.sitemaps:
        if location.startswith(("http://", "https://")):
            continue  # asked for by the crawl, with its login and its manners
        try:
            body = await _sitemap(connector, location)
        except ObjectError as error:
            warnings.append(f"sitemap {location} could not be read: {error}")
            continue
        sitemap = await asyncio.to_thread(read_sitemap, body)
        notes = sitemap.notes if sitemap.fault is None else (*sitemap.notes, sitemap.fault)
        warnings += [f"sitemap {location}: {note}" for note in notes]
        listed.append(ListedSitemap(location, sitemap))
    return connector, Starts(tuple(listed), tuple(warnings))


async def _remote_seeds(connector: ConnectorSettings, location: str) -> tuple[str, ...]:
    """The connector's seeds with the lines of its `seeds_file`. Raises `ObjectError`, `ValueError`."""
    body = await fetch_object(location, connector, LARGEST_SEEDS_FILE)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ObjectError("it must be a text file in UTF-8, with one address a line") from None
    if "\0" in text:
        raise ObjectError("it must be a text file, with one address a line")
    seeds = list(connector.seeds)
    for number, _, content in seed_lines(text):
        try:
            seeds.append(http_url(content))
        except ValueError as error:
            raise ObjectError(f"line {number}: {error}") from error
        if len(seeds) > MOST_SEEDS:
            raise ObjectError(
                f"a connector takes at most {MOST_SEEDS} seeds together with `seeds`, and line {number} "
                "is one more: make a second connector for the rest"
            )
    if not seeds and not connector.sitemaps:
        raise ObjectError("it holds no address: put one a line there")
    return tuple(seeds)


async def _sitemap(connector: ConnectorSettings, location: str) -> bytes:
    if is_remote(location):
        return await fetch_object(location, connector, LARGEST)
    try:
        return await asyncio.to_thread(_content, Path(location))
    except OSError as error:
        raise ObjectError(f"the file cannot be read ({(error.strerror or str(error)).lower()})") from error


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ObjectError(f"the file is larger than {LARGEST:,} bytes")
    return body
