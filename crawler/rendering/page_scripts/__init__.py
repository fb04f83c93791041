"""What is evaluated in a page: it settles, is read as one tree, scrolled and clicked; and what it may not."""

from crawler.rendering.page_scripts.clicking import AtRest, Clicked, ClickLimits, MayClick, click_all
from crawler.rendering.page_scripts.discovering import (
    ClickMemory,
    Discovered,
    DiscoveryLimits,
    DisposablePage,
    discover_by_clicking,
)
from crawler.rendering.page_scripts.observing import noted_link, on_new_document, with_open_shadow_trees
from crawler.rendering.page_scripts.reading import PageReading, Stillness, read_page, wait_until_still
from crawler.rendering.page_scripts.scrolling import Scrolled, ScrollLimits, scroll_to_end
from crawler.rendering.page_scripts.waiting import wait_for
from crawler.rendering.page_scripts.walking import walk_to

__all__ = [
    "AtRest",
    "ClickLimits",
    "ClickMemory",
    "Clicked",
    "Discovered",
    "DiscoveryLimits",
    "DisposablePage",
    "MayClick",
    "PageReading",
    "ScrollLimits",
    "Scrolled",
    "Stillness",
    "click_all",
    "discover_by_clicking",
    "noted_link",
    "on_new_document",
    "read_page",
    "scroll_to_end",
    "wait_for",
    "wait_until_still",
    "walk_to",
    "with_open_shadow_trees",
]
