"""What a sync says of its indexer while both are at work."""

from __future__ import annotations

import pytest

from crawler.sync.indexing import IndexingProgress


@pytest.mark.parametrize(
    ("progress", "begun"),
    [
        (IndexingProgress(), False),
        (IndexingProgress(pending=3), True),
        (IndexingProgress(documents=1, chunks=0), True),
    ],
)
def test_nothing_is_said_before_there_is_something_to_count(progress: IndexingProgress, begun: bool) -> None:
    assert progress.has_begun is begun
