"""Whole syncs tell their webhooks how they ended; one that is dead is a warning and no failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.ports import refusing_port
from tests.support.syncing import configure, sync
from tests.support.warm_crawler import warm_crawler
from tests.support.webhook import serve_webhook


def site_of(pages: int) -> dict[str, Any]:
    """A home page and pages that it links."""
    links = [f"/page{number}" for number in range(pages)]
    return {"/": page("Home", *links)} | {
        path: page(f"Page {path}", text=f"This is what stands on {path}. " * 8) for path in links
    }


def configured(folder: Path, site: ChangingSite, *webhooks: str, **sync_settings: Any) -> Path:
    connector = {"name": "wiki", "seeds": [site.url()], "sync": {"notify": list(webhooks), **sync_settings}}
    return configure(folder, connector)


def test_a_run_that_ended_is_told_with_its_counts_and_a_sentence(tmp_path: Path) -> None:
    with serve_site(site_of(2)) as site, serve_webhook() as hook:
        synced = sync(configured(tmp_path, site, hook.url()))
    assert synced.code == 0
    (told,) = hook.told
    assert set(told.body) == {"event", "connector", "text", "run"}
    assert told.body["event"] == "run_ended"
    assert told.body["connector"] == "wiki"
    assert told.body["run"] == synced.run
    assert told.body["text"].startswith(
        "Sitelore: full sync of wiki (run 1) succeeded: 3 added, 0 changed, 0 unchanged, 0 deleted; "
        "3 documents, "
    )


def test_the_guard_is_told_besides(tmp_path: Path) -> None:
    with serve_site(site_of(20)) as site, serve_webhook() as hook:
        config = configured(tmp_path, site, hook.url())
        sync(config)
        site.pages = {"/": page("Home")}
        synced = sync(config)
    assert synced.run["protected"] == 20
    ended, protected = hook.told[1:]
    assert ended.body["event"] == "run_ended"
    assert protected.body["event"] == "deletions_protected"
    assert protected.body["run"]["protected"] == 20
    assert "would have deleted 20 documents" in protected.body["text"]
    assert "`crawler sync wiki --accept-deletions` deletes them" in protected.body["text"]


def test_a_failed_run_is_told_with_why(tmp_path: Path) -> None:
    with serve_site({"/": Answer(b"no", 403)}) as site, serve_webhook() as hook:
        synced = sync(configured(tmp_path, site, hook.url()))
    (told,) = hook.told
    assert told.body["run"]["state"] == synced.run["state"] == "failed"
    assert "(run 1) failed (" in told.body["text"]


def test_a_dead_webhook_is_a_warning_in_the_summary_and_in_the_catalog(tmp_path: Path) -> None:
    dead = f"http://127.0.0.1:{refusing_port()}/services/secret-path"
    with serve_site(site_of(1)) as site:
        config = configured(tmp_path, site, dead)
        synced = sync(config)
    warning = "`sync.notify[0]` (127.0.0.1) was not told: it refused the connection"
    assert synced.code == 0
    assert synced.run["state"] == "succeeded"
    assert synced.run["warnings"] == [warning]
    listed = warm_crawler().run(["runs", "--config", str(config), "--json"], seconds=60)
    assert orjson.loads(listed.stdout)["runs"][0]["warnings"] == [warning]
    for file in (path for path in tmp_path.rglob("*") if path.is_file() and path != config):
        assert b"secret-path" not in file.read_bytes(), file
    assert "secret-path" not in synced.said
