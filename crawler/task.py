"""What a crawl hands to a fetcher: one URL whose turn has come."""

from catalog.task import FetchTask

__all__ = ["FetchTask"]
