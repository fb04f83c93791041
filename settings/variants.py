"""Sections that come in several shapes, told apart by their `type`."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Discriminator

TAG: Final = "type="
"""Begins a variant's name in the path of a pydantic error, so that it can't be taken for a key."""
UNKNOWN_VARIANT: Final = "unknown_variant"
"""The pydantic error type for a `type` that is missing or unknown; its message lists the known ones."""


def by_type(*names: str) -> Discriminator:
    """Choose the member tagged `type=NAME` by the value of the key `type`."""

    def tag_of(value: Any) -> str | None:
        name = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return f"{TAG}{name}" if name in names else None

    return Discriminator(
        tag_of,
        custom_error_type=UNKNOWN_VARIANT,
        custom_error_message=", ".join(names),
    )
