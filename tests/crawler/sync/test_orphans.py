"""Documents that no page leads to any more: the rules of today decide first, then the site is asked."""

from __future__ import annotations

from pathlib import Path

from tests.support.changing_site import page, serve_site
from tests.support.syncing import configure, kept, sync


def test_an_orphan_that_a_new_rule_excludes_is_deleted_without_asking(tmp_path: Path) -> None:
    with serve_site({"/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B")}) as site:
        connector = {"name": "library", "seeds": [site.url()]}
        sync(configure(tmp_path, connector))
        site.pages["/"] = page("Start")
        site.take_log()
        config = configure(tmp_path, connector | {"filters": {"crawl": {"exclude": ["/b$"]}}})
        second = sync(config)
        asked = {each.path for each in site.take_log()}
        verdicts = kept(config).verdicts()
        orphan, excluded = site.url("/a"), site.url("/b")

    assert second.run["deleted"] == 1
    assert second.run["documents"] == 2
    assert "/a" in asked
    assert "/b" not in asked
    assert verdicts[orphan][1] == "not_linked_any_more"
    assert verdicts[excluded] == ("refused", "excluded_by_crawl_filter")
