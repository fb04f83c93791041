"""Figures, comparisons and the table that `make bench` writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from benchmarks.report import Figure, alternate, print_figure
from benchmarks.run_all import Result, benchmark_names, read_record, read_result, report, write_record
from tests.support.static_site import serve_folder

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_figure_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_figure(Figure("frontier", 5432.1987, "URLs/s"))
    assert capsys.readouterr().out == '{"name":"frontier","value":5432.0,"unit":"URLs/s"}\n'


def test_a_figure_beside_a_peer_has_the_ratio() -> None:
    figure = Figure("crawl", 900.0, "pages/s", peer="scrapy", peer_value=225.0)
    assert figure.as_json() == {
        "name": "crawl",
        "value": 900.0,
        "unit": "pages/s",
        "peer": "scrapy",
        "peer_value": 225.0,
        "ratio": 4.0,
    }


def test_large_values_lose_no_digits() -> None:
    assert Figure("urls", 1_234_567.0, "URLs").as_json()["value"] == 1_234_567


def recorder(name: str, values: list[float], order: list[str]) -> Callable[[], float]:
    """A run that notes its name and returns the next value."""
    remaining = iter(values)

    def run() -> float:
        order.append(name)
        return next(remaining)

    return run


def test_runs_take_turns_and_medians_are_compared() -> None:
    order: list[str] = []
    ours = recorder("ours", [10.0, 30.0, 20.0], order)
    peer = recorder("peer", [4.0, 5.0, 500.0], order)
    comparison = alternate(ours, peer, rounds=3)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]
    assert (comparison.ours, comparison.peer, comparison.ratio) == (20.0, 5.0, 4.0)
    assert comparison.peer_runs == (4.0, 5.0, 500.0)


def test_a_comparison_needs_a_round() -> None:
    with pytest.raises(ValueError, match="rounds is 0; a comparison needs at least one"):
        alternate(lambda: 1.0, lambda: 1.0, rounds=0)


def test_every_figure_of_an_output_is_kept() -> None:
    memory = '{"name":"memory","value":2,"unit":"MB"}'
    result = read_result("crawl", f'{memory}\na table\n{{"name":"crawl","value":1,"unit":"pages/s"}}\n')
    assert [figure["name"] for figure in result.figures] == ["memory", "crawl"]
    assert result.fault == ""


@pytest.mark.parametrize("output", ["", "Traceback", '{"name": "crawl"}', "[1]"])
def test_an_output_that_does_not_end_with_a_figure_says_so(output: str) -> None:
    result = read_result("crawl", output)
    assert result.figures == ()
    assert result.fault == f"its last line is no figure with name, value and unit: {output!r}"


def test_the_report_names_machine_and_day_and_has_a_row_for_each_figure() -> None:
    crawl = Figure("crawl", 812.0, "pages/s", peer="scrapy", peer_value=232.0).as_json()
    text = report(
        [
            Result("frontier", (), "2026-11-23", "a machine", "it ended with 1"),
            Result("crawl", (crawl,), "2026-11-22", "a machine"),
        ]
    )
    assert "Measured on a machine.\n" in text
    row = "| crawl | crawl | 812.0 pages/s | scrapy: 232.0 pages/s | 3.5 | ratio ≥ 3 | 2026-11-22 |"
    assert row in text
    assert "| frontier | | not measured: it ended with 1 | | |" in text


def test_results_of_benchmarks_that_did_not_run_again_are_kept(tmp_path: Path) -> None:
    kept = Result("crawl", ({"name": "crawl", "value": 1.5, "unit": "s"},), "2026-11-22", "a machine")
    write_record(tmp_path / "performance.json", {"crawl": kept})
    assert read_record(tmp_path / "performance.json") == {"crawl": kept}
    assert read_record(tmp_path / "missing.json") == {}


def test_helpers_are_no_benchmarks() -> None:
    assert not {"report", "run_all", "peers", "synthetic"} & set(benchmark_names())


def test_the_scrapy_peer_visits_every_page_of_a_site(tmp_path: Path) -> None:
    pytest.importorskip("scrapy", reason="Scrapy is not installed: it belongs to the extra `bench`")
    for number in range(12):
        links = f'<a href="page{number + 1}.html">next</a> <a href="https://example.com/">elsewhere</a>'
        (tmp_path / f"page{number}.html").write_text(links if number < 11 else "the end")
    with serve_folder(tmp_path) as site:
        command = [sys.executable, "-m", "benchmarks.peers.scrapy_links", f"{site.url}/page0.html"]
        finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    answer = orjson.loads(finished.stdout)
    assert answer["pages"] == 12
    assert answer["seconds"] > 0
