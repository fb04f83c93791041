"""Elements that are not clicked: what they say, or where they lead, deletes, logs out or unsubscribes."""

from __future__ import annotations

import re

from crawler.rules.changing_links import changes_something

_WORDS = re.compile(r"[^\W_]+")
_MOST_WORDS = 4
"""A label says early what a click does; in a sentence such a word means something else."""


def may_click(label: str, address: str) -> bool:
    """Whether a click on an element changes nothing, as far as its label and its link's address tell.

    `address` is absolute, or empty where the element is no link.
    """
    parts = address.split("/", 3)
    if len(parts) == 4 and changes_something("/" + parts[3].partition("#")[0]) is not None:
        return False
    words = _WORDS.findall(label)[:_MOST_WORDS]
    starts = ["-".join(words[:count]) for count in (1, 2)] if words else []
    return all(changes_something(f"/{start}") is None for start in starts)
