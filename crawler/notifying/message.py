"""What a webhook is told of a run: its summary, and a sentence for the chats that show `text`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from catalog.vocabulary import RunState
from crawler.sync.summary import RunSummary


class Event(StrEnum):
    """What a message is about."""

    RUN_ENDED = "run_ended"
    DELETIONS_PROTECTED = "deletions_protected"


_ENDINGS: Final = {
    RunState.SUCCEEDED.value: "succeeded",
    RunState.INCOMPLETE.value: "ended incomplete",
    RunState.FAILED.value: "failed",
    RunState.STOPPED.value: "was stopped, and the next sync continues it",
}


def messages(summary: RunSummary) -> tuple[dict[str, Any], ...]:
    """The bodies to be posted for a run that has ended: one, and another where the guard kept documents.

    `run` has the shape of `crawler sync --json`; `text` is what Slack, Mattermost and their like show.
    """
    events = [Event.RUN_ENDED] + ([Event.DELETIONS_PROTECTED] if summary.protected else [])
    return tuple(
        {
            "event": event.value,
            "connector": summary.connector,
            "text": _SENTENCES[event](summary),
            "run": summary.as_json(),
        }
        for event in events
    )


def _ended(summary: RunSummary) -> str:
    counts = ", ".join(
        f"{getattr(summary, name):,} {name}" for name in ("added", "changed", "unchanged", "deleted")
    )
    others = "".join(
        f", {sum(counted.values()):,} {name}"
        for name, counted in (("refused", summary.refused), ("failed", summary.failed))
        if counted
    )
    why = summary.error or (f"{summary.limit} was reached" if summary.limit else "")
    return (
        f"Sitelore: {summary.mode} sync of {summary.connector} (run {summary.run}) "
        f"{_ENDINGS.get(summary.state, summary.state)}{f' ({why})' if why else ''}: {counts}{others}; "
        f"{summary.documents:,} documents, {summary.seconds:,.0f} s."
    )


def _protected(summary: RunSummary) -> str:
    return (
        f"Sitelore: the sync of {summary.connector} (run {summary.run}) would have deleted "
        f"{summary.protected:,} documents, more than `sync.deletion_guard` allows: all are kept. "
        f"`crawler report {summary.run}` lists them; `crawler sync {summary.connector} --accept-deletions` "
        "deletes them."
    )


_SENTENCES: Final = {Event.RUN_ENDED: _ended, Event.DELETIONS_PROTECTED: _protected}
