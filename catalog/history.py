"""What a visit adds to the history of its URL: that it answered, and whether it had changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, and_, case, func

from catalog.tables import urls
from catalog.vocabulary import UrlState

_NO_ANSWER: Final = (UrlState.FAILED, UrlState.QUEUED)


def history_after(state: ColumnElement[str], now: BindParameter[datetime]) -> dict[str, ColumnElement[Any]]:
    """The columns of `urls` that a verdict of this state moves on.

    A document that was written anew counts as a change, but for the first time that the URL is read.
    """
    answered = state.not_in(_NO_ANSWER)
    is_news = and_(state == UrlState.INDEXED, urls.c.visits > 0)
    return {
        "visits": urls.c.visits + case((answered, 1), else_=0),
        "changes": urls.c.changes + case((is_news, 1), else_=0),
        "first_read_at": case(
            (answered, func.coalesce(urls.c.first_read_at, now)), else_=urls.c.first_read_at
        ),
    }
