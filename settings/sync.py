"""`connectors[].sync`: when a connector runs, and what a run may delete."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from settings.quantities import Fraction
from settings.schedule import Cron, TimeZone
from settings.secrets import SecretUrl
from settings.section import Positive, Section


class SyncMode(StrEnum):
    """What a run visits and what it indexes again."""

    FULL = "full"
    INCREMENTAL = "incremental"
    FORCED = "forced"


DELETION_GUARD: Final = 0.15


class SyncSettings(Section):
    """When and how a connector is synchronised."""

    mode: SyncMode = SyncMode.FULL
    """`full`: crawl all, index what is new or changed, delete what is gone; `incremental`: visit what is
    likely to have changed, plus what is new; `forced`: as `full`, and index the unchanged again."""
    schedule: Cron | None = Field(default=None, examples=["0 2 * * *"])
    """A cron expression for `crawler schedule`; null: only when asked."""
    timezone: TimeZone = Field(default="UTC", examples=["Europe/Berlin"])
    """The time zone in which `schedule` is meant."""
    deletion_guard: Fraction = DELETION_GUARD
    """A run that would delete a larger part of the documents (and at least 10) keeps all and says so."""
    delete_orphans_after: Positive | None = None
    """Delete a document that still answers but is linked nowhere after this many runs; null: never."""
    notify: tuple[SecretUrl, ...] = Field(default=(), examples=[["https://hooks.example.com/x"]])
    """Addresses that get a JSON message when a run ends; kept as secrets, for their paths often are."""
