"""How many edits part two words: letters put in, left out, exchanged, or swapped with their neighbour."""

from __future__ import annotations


def edits(one: str, other: str, most: int) -> int | None:
    """The optimal string alignment distance of two words; None where it is above `most`."""
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return None
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for place, letter in enumerate(one):
        row = [place + 1]
        for column, each in enumerate(other):
            cost = min(last[column] + (letter != each), last[column + 1] + 1, row[column] + 1)
            if place and column and letter == other[column - 1] and one[place - 1] == each:
                cost = min(cost, before_last[column - 1] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        before_last, last = last, row
    return last[-1] if last[-1] <= most else None
