"""Mapped values that do not fit their field: counted, shown by report and explain, never indexed."""

from __future__ import annotations

from pathlib import Path

import orjson
from typer.testing import CliRunner

from crawler.cli import app
from tests.support.changing_site import ChangingSite, page, serve_site
from tests.support.syncing import configure, kept, sync

FIELDS = {"rate": {"type": "double"}, "day": {"type": "date"}}
MAPPINGS = [{"field": "rate", "from": "css:.rate"}, {"field": "day", "from": ["css:.day", "meta:date"]}]


def crawler(config: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--config", str(config)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def with_rates(site: ChangingSite, folder: Path) -> Path:
    site.pages["/"] = page("Start", "/good", "/bad")
    site.pages["/good"] = page("Good", text="<p class=rate>4.90</p><p class=day>3 March 2026</p>")
    site.pages["/bad"] = page("Bad", text="<p class=rate>on request</p><p class=day>soon</p>")
    connector = {"name": "library", "seeds": [site.url()], "field_mappings": MAPPINGS}
    return configure(folder, connector, fields=FIELDS)


def test_values_that_do_not_fit_are_counted_and_shown_and_not_indexed(tmp_path: Path) -> None:
    with serve_site({}) as site:
        config = with_rates(site, tmp_path)
        run = sync(config).run
        documents = kept(config).documents
        bad, good = site.url("/bad"), site.url("/good")

        assert run["misfits"] == {"rate": 1, "day": 1}
        assert documents[good].fields["rate"] == 4.9
        assert {"rate", "day"}.isdisjoint(documents[bad].fields)
        told = crawler(config, "explain", bad)
        assert "without `rate` from css:.rate: `on request` is not a number (digits with a point)" in told
        assert "without `day` from css:.day: `soon` is not a date" in told
        assert "without" not in crawler(config, "explain", good)
        report = orjson.loads(crawler(config, "report", str(run["run"]), "--json"))
        assert [(each["url"], each["field"], each["value"]) for each in report["misfits"]] == [
            (bad, "rate", "on request"),
            (bad, "day", "soon"),
        ]
        assert "Values that did not fit their field" in crawler(config, "report", str(run["run"]))


def test_a_mended_value_is_a_misfit_no_more(tmp_path: Path) -> None:
    with serve_site({}) as site:
        config = with_rates(site, tmp_path)
        sync(config)
        site.pages["/bad"] = page("Bad", text="<p class=rate>5</p>")
        second = sync(config).run
        assert (second["changed"], second["misfits"]) == (1, {})
        assert kept(config).documents[site.url("/bad")].fields["rate"] == 5.0
        assert "without" not in crawler(config, "explain", site.url("/bad"))
