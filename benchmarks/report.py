"""How a benchmark says what it found, and how two programs are compared on a machine that is not quiet."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, beside a peer's in the same unit where there is one."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Our value divided by the peer's; None without a peer."""
        return None if self.peer_value is None else self.value / self.peer_value

    def as_json(self) -> dict[str, str | float]:
        """`{name, value, unit}`, and `{peer, peer_value, ratio}` where there is a peer; four digits count."""
        found: dict[str, str | float] = {"name": self.name, "value": _round(self.value), "unit": self.unit}
        if self.peer is not None and self.peer_value is not None and self.ratio is not None:
            found |= {
                "peer": self.peer,
                "peer_value": _round(self.peer_value),
                "ratio": _round(self.ratio),
            }
        return found


def print_figure(figure: Figure) -> None:
    """Print the figure as one line of JSON: the last line of a benchmark."""
    print(orjson.dumps(figure.as_json()).decode(), flush=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The medians of two programs' runs, and what each run gave."""

    ours: float
    peer: float
    our_runs: tuple[float, ...]
    peer_runs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The ratio of the medians, ours by the peer's."""
        return self.ours / self.peer


def alternate(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = 3) -> Comparison:
    """Run both in turn, `rounds` times, and compare medians.

    What else happens on the machine then falls on both; a median forgives one disturbed run. Each callable
    does one run and returns its value (pages/s, say). Who begins changes from round to round.
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; a comparison needs at least one")
    our_runs: list[float] = []
    peer_runs: list[float] = []
    for number in range(rounds):
        turns = [(our_runs, ours), (peer_runs, peer)]
        for runs, run in turns if number % 2 == 0 else reversed(turns):
            runs.append(run())
    return Comparison(
        statistics.median(our_runs), statistics.median(peer_runs), tuple(our_runs), tuple(peer_runs)
    )


def _round(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)
