"""What `plan` tells a person: orders over the days as a small plot, tables, knobs, targets."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from footfall.cli import output

_BLOCKS, _PLAIN_BLOCKS = " ▁▂▃▄▅▆▇█", " .:#"
_ROWS, _MARGIN, _NARROWEST, _WIDEST = 5, 7, 30, 100


def show(told: Mapping[str, Any]) -> None:
    """Print a preview, no wider than the terminal where that has room for its tables."""
    horizon = told["horizon"]
    print(f"{told['scenario']}, seed {told['seed']}, {horizon['first']} to {horizon['last']}")
    print(f"{told['title']}\n")
    print("\n".join(plot(told["intensity"], told["events"], _width(), _blocks())), end="\n\n")
    output.row_counts(told["rows"])
    sizes = ", ".join(f"{output.size(count)} as {name}" for name, count in told["bytes"].items())
    print(f"{sizes}; about {_seconds(told['seconds'])} on one core\n")
    output.table(
        ["solved knob", "from", "to", "at least", "at most", "what it is"],
        [
            [
                k["knob"],
                *(output.number(k[key]) for key in ("start", "value", "least", "limit")),
                k["means"],
            ]
            for k in told["knobs"]
        ],
        numbers=[1, 2, 3, 4],
    )
    print()
    output.table(
        ["target", "asked", "tolerance", "expected", "by", "rests on"],
        [
            [
                str(t["target"]),
                *(output.number(t[key]) for key in ("asked", "tolerance", "expected")),
                ", ".join(t["knobs"]) or "no knob",
                t["rests_on"],
            ]
            for t in told["targets"]
        ],
        numbers=[1, 2, 3],
    )


def plot(
    intensity: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    width: int,
    blocks: str = _BLOCKS,
) -> list[str]:
    """Lines of a plot of the expected orders a day, with letters of the events below their days.

    >>> days = [{"date": f"2025-03-{d:02d}", "orders": 4.0 * d} for d in range(1, 31)]
    >>> sale = {"event": "sale", "first": "2025-03-11", "last": "2025-03-20", "multiplier": 1.5,
    ...     "discount_percent": 10}
    >>> for line in plot(days, [sale], 80, " .:#"): print(line)
    expected orders a day
       120                         ..:::#
                              .::########
                       ..:::#############
                 ..:::###################
         0  .:::#########################
           Mar
                     aaaaaaaaaa
    a  sale: 03-11 to 03-20, x 1.5, 10 % off
    """
    by_day: dict[str, float] = {}
    for cell in intensity:
        by_day[cell["date"]] = by_day.get(cell["date"], 0.0) + cell["orders"]
    days = [dt.date.fromisoformat(day) for day in by_day]
    places = min(width - _MARGIN, len(days))
    column = [k * places // len(days) for k in range(len(days))]
    sums, counts = [0.0] * places, [0] * places
    for at, orders in zip(column, by_day.values(), strict=True):
        sums[at] += orders
        counts[at] += 1
    means = [total / n for total, n in zip(sums, counts, strict=True)]
    each = "" if len(days) == places else f", each column the mean of {len(days) / places:.2g} days"
    letters = {name: chr(ord("a") + k) for k, name in enumerate(dict.fromkeys(e["event"] for e in events))}
    return [
        f"expected orders a day{each}",
        *_bars(means, blocks),
        _months(days, column, places),
        *([_marked(days, column, events, letters)] if events else []),
        *(_legend(name, letter, events) for name, letter in letters.items()),
    ]


def _bars(values: Sequence[float], blocks: str) -> list[str]:
    """Columns of blocks, highest row first, with the largest value and 0 at the left."""
    most = max(values) or 1.0
    steps = len(blocks) - 1
    lines = []
    for row in range(_ROWS - 1, -1, -1):
        filled = [min(max(round((v / most * _ROWS - row) * steps), 0), steps) for v in values]
        name = output.number(float(f"{most:.3g}")) if row == _ROWS - 1 else "0" if row == 0 else ""
        lines.append(f"{name:>{_MARGIN - 1}} {''.join(blocks[f] for f in filled)}".rstrip())
    return lines


def _months(days: Sequence[dt.date], column: Sequence[int], places: int) -> str:
    """Names of the months below their first days, as many as have room."""
    line = [" "] * places
    every = next((n for n in (1, 2, 3, 6) if places * n >= 5 * len(days) / 30), 12)
    free = 0
    for day, at in zip(days, column, strict=True):
        if day == days[0] or (day.day == 1 and (day.month - 1) % every == 0 and at >= free):
            name = f"{day:%Y}" if day.month == 1 and len(days) > 366 else f"{day:%b}"
            line[at : at + len(name)] = name
            free = at + len(name) + 1
    return " " * _MARGIN + "".join(line[:places]).rstrip()


def _marked(
    days: Sequence[dt.date],
    column: Sequence[int],
    events: Sequence[Mapping[str, Any]],
    letters: Mapping[str, str],
) -> str:
    line = [" "] * (column[-1] + 1)
    for event in events:
        for day, at in zip(days, column, strict=True):
            if event["first"] <= day.isoformat() <= event["last"]:
                line[at] = letters[event["event"]]
    return " " * _MARGIN + "".join(line).rstrip()


def _legend(name: str, letter: str, events: Sequence[Mapping[str, Any]]) -> str:
    event = next(e for e in events if e["event"] == name)
    off = f", {event['discount_percent']} % off" if event["discount_percent"] else ""
    return f"{letter}  {name}: {event['first'][5:]} to {event['last'][5:]}, x {event['multiplier']:g}{off}"


def _width() -> int:
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


def _blocks() -> str:
    """Blocks that the output's encoding has."""
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN_BLOCKS
    return _BLOCKS


def _seconds(seconds: float) -> str:
    """Time for people, in one or two figures.

    >>> _seconds(1.24), _seconds(75), _seconds(9000)
    ('1.2 s', '75 s', '150 min')
    """
    return f"{seconds:.2g} s" if seconds < 100 else f"{seconds / 60:,.0f} min"
