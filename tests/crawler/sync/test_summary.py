"""The summary that scripts read: its shape is a promise, and so are the exit codes."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from catalog.vocabulary import RunState
from crawler.sync.summary import RunSummary, exit_code, remarks
from settings.console import ExitCode

PROMISED = {
    *("connector", "run", "mode", "state", "limit", "pages_per_second", "seconds", "added", "changed"),
    *("unchanged", "deleted", "protected", "documents", "refused", "failed"),
}

SUMMARY = RunSummary(
    connector="wiki",
    run=1,
    mode="full",
    state="succeeded",
    limit=None,
    error=None,
    pages_per_second=10.0,
    seconds=2.0,
    added=1,
    changed=0,
    unchanged=0,
    deleted=0,
    protected=0,
    documents=1,
    visited=1,
    duplicates=0,
    redirects=0,
    gone=0,
    rendered=0,
)


def ended(*states: RunState, protected: int = 0) -> list[RunSummary]:
    return [replace(SUMMARY, state=state.value, protected=protected) for state in states]


def test_the_json_has_every_field_that_was_promised() -> None:
    assert set(SUMMARY.as_json()) >= PROMISED
    assert orjson.loads(orjson.dumps(SUMMARY.as_json()))["refused"] == {}


@pytest.mark.parametrize(
    ("summaries", "code"),
    [
        (ended(RunState.SUCCEEDED, RunState.SUCCEEDED), ExitCode.DONE),
        (ended(RunState.SUCCEEDED, RunState.INCOMPLETE), ExitCode.INCOMPLETE),
        (ended(RunState.SUCCEEDED, protected=12), ExitCode.INCOMPLETE),
        (ended(RunState.INCOMPLETE, RunState.FAILED), ExitCode.FAILED),
        (ended(RunState.FAILED, RunState.STOPPED), ExitCode.INTERRUPTED),
    ],
)
def test_the_exit_code_is_the_worst_of_what_happened(summaries: list[RunSummary], code: ExitCode) -> None:
    assert exit_code(summaries) == code


def test_people_read_why_in_sentences() -> None:
    troubled = replace(
        SUMMARY,
        limit="max_pages",
        error="seed https://wiki.test/: the server answered 500",
        orphans=4,
        skipped=70,
        refused={"noindex": 2, "too_deep": 3000},
        failed={"timeout": 1},
    )
    assert remarks(troubled) == (
        "1 URLs in 2.0 s (10 a second)",
        "max_pages was reached: what is left stays queued",
        "seed https://wiki.test/: the server answered 500",
        "4 documents are kept though no page leads there any more (orphans: they still answer); "
        "`crawler report 1` lists them",
        "70 documents were not visited: nothing says that they have changed",
        "refused 3,000: too_deep (it is more links away from a seed than `scope.max_depth`)",
        'refused 2: noindex (the page says "noindex")',
        "failed 1: timeout (no complete answer within the time limit)",
    )
    assert remarks(replace(SUMMARY, redirects=2, gone=1, warnings=["certificates are not checked"])) == (
        "1 URLs in 2.0 s (10 a second), among them 2 redirects, 1 gone",
        "certificates are not checked",
    )


def test_people_are_told_how_many_pages_a_browser_read() -> None:
    mixed = replace(SUMMARY, visited=9, redirects=2, rendered=4)
    assert remarks(mixed)[0].endswith(", among them 2 redirects, 4 read in a browser")


def test_people_are_told_how_many_addresses_were_not_asked_for() -> None:
    mixed = replace(SUMMARY, visited=9, duplicates=6, variants=5, gone=1)
    expected = ", among them 6 duplicates (5 recognised by their address, and not asked for), 1 gone"
    assert remarks(mixed)[0].endswith(expected)
