"""What `plan` tells a person: orders over the days as a small plot, tables, knobs, targets."""

from __future__ import annotations

import datetime as dt
import shutil
import string
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from footfall.cli import output

_BLOCKS, _PLAIN_BLOCKS = " ▁▂▃▄▅▆▇█", " .:#"
_WEEKDAYS = {
    name[:3]: f"{name}s"
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
}
_ROWS, _MARGIN, _NARROWEST, _WIDEST = 5, 7, 30, 100


def show(told: Mapping[str, Any]) -> None:
    """Print a preview, no wider than the terminal where that has room for its tables."""
    horizon = told["horizon"]
    print(f"{told['scenario']}, seed {told['seed']}, {horizon['first']} to {horizon['last']}")
    print(f"{told['title']}\n")
    marked = marks(told["events"], told["promotions"], told["holidays"])
    print("\n".join(plot(told["intensity"], marked, _width(), _blocks())))
    if told["closed_weekdays"]:
        print(f"no orders on {' and '.join(_WEEKDAYS[day] for day in told['closed_weekdays'])}")
    print()
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


@dataclass(frozen=True)
class Mark:
    """Something that happens on some days: its first and last days, as often as it comes, and its words."""

    runs: Sequence[tuple[str, str]]
    words: str


def marks(
    events: Sequence[Mapping[str, Any]],
    promotions: Sequence[Mapping[str, Any]],
    holidays: Sequence[Mapping[str, Any]],
) -> list[Mark]:
    """What is marked below the plot, one by one, holidays all together."""
    found = []
    for kind, happening in (("event", events), ("promotion", promotions)):
        for name in dict.fromkeys(one[kind] for one in happening):
            runs = [one for one in happening if one[kind] == name]
            found.append(Mark([(r["first"], r["last"]) for r in runs], f"{name}: {_words(runs[0])}"))
    if holidays:
        shops = dict.fromkeys(shop for day in holidays for shop in day["shops"])
        days = {shop: sum(shop in day["shops"] for day in holidays) for shop in shops}
        each = ", ".join(f"{shop} {count}" for shop, count in days.items())
        times = holidays[0]["multiplier"]
        found.append(
            Mark(
                [(day["date"], day["date"]) for day in holidays],
                f"holidays: {each} days, {'closed' if times == 0 else f'x {times:g}'}",
            )
        )
    return found


def _words(run: Mapping[str, Any]) -> str:
    off = f", {run['discount_percent']} % off" if run["discount_percent"] else ""
    days = f"{run['first'][5:]} to {run['last'][5:]}"
    if "categories" in run:
        sold = f", sold x {run['uplift']:g}" if run["uplift"] != 1 else ""
        return f"{days}, {' and '.join(run['categories'])}{off}{sold}"
    return f"{days}, x {run['multiplier']:g}{off}"


def plot(
    intensity: Sequence[Mapping[str, Any]], marked: Sequence[Mark], width: int, blocks: str = _BLOCKS
) -> list[str]:
    """Lines of a plot of the expected orders a day, with letters of what happens below their days.

    >>> days = [{"date": f"2025-03-{d:02d}", "orders": 4.0 * d} for d in range(1, 31)]
    >>> sale = Mark([("2025-03-11", "2025-03-20")], "sale: 03-11 to 03-20, x 1.5, 10 % off")
    >>> fair = Mark([("2025-03-19", "2025-03-21")], "fair: 03-19 to 03-21, x 2")
    >>> for line in plot(days, [sale, fair], 80, " .:#"): print(line)
    expected orders a day
       120                         ..:::#
                              .::########
                       ..:::#############
                 ..:::###################
         0  .:::#########################
           Mar
                     aaaaaaaaaa
                             bbb
    a  sale: 03-11 to 03-20, x 1.5, 10 % off
    b  fair: 03-19 to 03-21, x 2
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
    place = dict(zip(by_day, column, strict=True))
    letters = dict(zip(string.ascii_letters, marked, strict=False))
    return [
        f"expected orders a day{each}",
        *_bars(means, blocks),
        _months(days, column, places),
        *_rows_of_letters(place, letters, places),
        *(line for letter, mark in letters.items() for line in _wrapped(f"{letter}  {mark.words}", width)),
        *([f"and {len(marked) - len(letters)} more"] if len(marked) > len(letters) else []),
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


def _rows_of_letters(place: Mapping[str, int], letters: Mapping[str, Mark], places: int) -> list[str]:
    """Letters below their days; those that would stand on others go to a row further down."""
    rows: list[list[str]] = []
    for letter, mark in letters.items():
        mine = sorted({place[day] for first, last in mark.runs for day in place if first <= day <= last})
        row = next((r for r in rows if not any(r[at].strip() for at in mine)), None)
        if row is None:
            rows.append(row := [" "] * places)
        for at in mine:
            row[at] = letter
    return [" " * _MARGIN + "".join(row).rstrip() for row in rows]


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width, subsequent_indent="   ", break_on_hyphens=False)


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
