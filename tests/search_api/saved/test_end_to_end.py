"""A saved search from HTTP to webhook: through `crawler sync`, a real index, and the watch of the service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import httpx2

from catalog.api_keys import create_key
from catalog.database import open_catalog
from search_api.identity.identify import Identifier
from search_api.opening import open_backend
from settings.configuration import Settings
from settings.load import load_settings
from tests.search_api.serving import serving
from tests.support.changing_site import page, serve_site
from tests.support.syncing import configure, sync
from tests.support.warm_crawler import warm_indexer
from tests.support.webhook import serve_webhook, wait_until_told


def test_a_page_that_appears_and_then_changes_is_told_once_each(tmp_path: Path) -> None:
    with serve_site({"/": page("Home", text="Welcome to all.")}) as site, serve_webhook() as hook:
        connector = {"name": "site", "seeds": [site.url("/")], "access": "public"}
        search = {"authentication": {"type": "api_keys"}, "alerts": {"webhooks": [hook.url("")]}}
        config = configure(tmp_path, connector, search=search)
        crawl_and_index(config)
        settings = load_settings(config)
        headers = {"authorization": f"Bearer {new_key(settings)}"}
        opened = partial(open_backend, settings)
        with serving(opened, identifier=Identifier(), settings=settings) as address:
            body = {"name": "Leave", "query": "parental leave", "webhook": hook.url()}
            url = f"{address}/v1/saved-searches"
            assert httpx2.post(url, json=body, headers=headers, trust_env=False).status_code == 201
            site.pages["/"] = page("Home", "/leave", text="Welcome to all.")
            for number, weeks in enumerate((20, 26), 1):
                site.pages["/leave"] = page("Rules", text=f"Parental leave lasts {weeks} weeks.")
                crawl_and_index(config)
                wait_until_told(hook, number)
    told = [document for each in hook.told for document in each.body["data"]["documents"]]
    assert [(each["event"], each["url"]) for each in told] == [
        ("appeared", site.url("/leave")),
        ("changed", site.url("/leave")),
    ]
    assert ["20 weeks" in told[0]["excerpt"], "26 weeks" in told[1]["excerpt"]] == [True, True]


def crawl_and_index(config: Path) -> None:
    assert sync(config).code == 0
    done = warm_indexer().call("run", "--config", str(config))
    assert done.returncode == 0, done.stderr


def new_key(settings: Settings) -> str:
    catalog = open_catalog(settings.store.database, settings.store.directory)
    with catalog.write() as connection:
        key = create_key(connection, "program")
    catalog.close()
    return key
