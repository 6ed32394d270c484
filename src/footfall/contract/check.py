"""What a check is, and how it says what it saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from footfall.contract.figures import Figures
from footfall.contract.findings import REFUSE_BELOW, CheckKind
from footfall.contract.subject import Subject

BINDING = 3000
"""Promises bind runs of so many rows as they stand; smaller ones get five standard errors on top."""
TOO_FEW = "too few rows to judge a law"


@dataclass(frozen=True)
class Outcome:
    """What a check saw; `holds` is None where it cannot be decided, and `detail` says why."""

    holds: bool | None
    target: str = ""
    observed: str = ""
    tolerance: str = ""
    p_value: float | None = None
    detail: str = ""
    standard_errors: float | None = None


@dataclass(frozen=True)
class Check:
    """A promise of the contract and how it is judged.

    Attributes
    ----------
    needs
        Entities, or entity.field, that must be published for the check to be decided; of several
        with "|" between them, one.
    whole_year
        Binds the whole declared horizon of the scenario only.
    waits_for
        Facts that become known after their order, without which the check can't be decided.
    is_quiet
        Says nothing at all where it can't be decided, as few scenarios have a use for it.
    """

    name: str
    kind: CheckKind
    rule: str
    needs: tuple[str, ...]
    run: Callable[[Subject, Figures], Outcome]
    whole_year: bool = False
    waits_for: Literal["", "returns", "late lines"] = ""
    discrete: bool = False
    stratified: bool = False
    is_quiet: bool = False


def verdict(wrong: str, target: str, observed: str, tolerance: str = "none") -> Outcome:
    """Judge by what is wrong, in words; nothing is where there are none."""
    return Outcome(not wrong, target, observed, tolerance, None, wrong)


def exactly(rows: int, due: int, what: str) -> Outcome:
    """Judge a number of rows that is promised to the row."""
    wrong = f"{rows:,} {what}, {due:,} are promised" if rows != due else ""
    return verdict(wrong, f"{due:,} {what}", f"{rows:,} {what}")


def rising_ids(subject: Subject, figures: Figures, name: str, first: int | None) -> Outcome:
    """Judge ids that rise by one, by the offences noted; the scenario's first day starts at 1."""
    entity, _, _ = name.partition(".")
    if subject.first == subject.scenario.first_day and first not in (None, 1):
        return verdict(f"the first of the {entity} is {first}, not 1", "1, 2, 3, ...", f"first id {first}")
    return by_rule(figures, name, "each id one above the one before", figures.rows[entity[:-1]])


def largest_share(
    counts: npt.NDArray[np.integer[Any]], bound: float, limit: float, words: Callable[[int], str]
) -> Outcome:
    """Judge the largest of some counts, as a share of them all; `words` names its holder by the place."""
    n, at = int(counts.sum()), int(np.argmax(counts))
    most = int(counts[at])
    wrong = f"{words(at)}: {most:,} of {n:,}" if most > limit else ""
    return verdict(wrong, f"at most {bound:g}", f"{most / n:.4f}, {words(at)}", f"{limit:.1f} rows")


def most_of(bound: float, rows: int, binding: int = BINDING) -> float:
    """Most rows that one holder of at most a share may have; five standard errors more below `binding` rows.

    A count of mean m is below m + 5 sqrt(m) + 5 with all but certainty, for every m.
    """
    mean = bound * rows
    return mean if rows >= binding else mean + 5 * mean**0.5 + 5


def undecided(reason: str) -> Outcome:
    """Not applicable, and why."""
    return Outcome(None, detail=reason)


def by_law(p_value: float, target: str, observed: str, detail: str = "") -> Outcome:
    """Judge by a p-value; refuses only below REFUSE_BELOW."""
    holds = p_value >= REFUSE_BELOW
    return Outcome(
        holds,
        target,
        observed,
        f"p >= {REFUSE_BELOW:g}",
        p_value,
        "" if holds else detail or f"p = {p_value:.3g}: {observed}, where {target} is promised",
    )


def by_rule(figures: Figures, name: str, target: str, rows: int) -> Outcome:
    """Judge by the offences noted while observing, under the check's own name."""
    count, first = figures.offences.get(name, (0, ""))
    return Outcome(count == 0, target, f"{count:,} of {rows:,} break it", "none", None, first)


def within(value: float, target: float, tolerance: float, unit: str = "", error: float = 0.0) -> Outcome:
    """Judge by a distance from the target; tells it in standard errors, too, where one is given."""
    holds = abs(value - target) <= tolerance
    suffix = f" {unit}" if unit else ""
    gap = abs(value - target)
    said = f"{value:.4f}{suffix} is {gap:.4f} away from {target:.10g}, more than {tolerance:.4f}"
    return Outcome(
        holds,
        f"{target:.10g}{suffix}",
        f"{value:.4f}{suffix}",
        f"±{tolerance:.4g}",
        None,
        "" if holds else said,
        round((value - target) / error, 4) if error > 0 else None,
    )


def at_least(value: float, bound: float, slack: float, what: str) -> Outcome:
    """Judge by a lower bound, relaxed by a slack."""
    holds = value >= bound - slack
    return Outcome(
        holds,
        f"at least {bound:g}",
        f"{value:.4f}",
        f"-{slack:.4g}" if slack else "none",
        None,
        "" if holds else f"{what} is {value:.4f}, below {bound - slack:.4f}",
    )


def at_most(value: float, bound: float, slack: float, what: str) -> Outcome:
    """Judge by an upper bound, relaxed by a slack."""
    holds = value <= bound + slack
    return Outcome(
        holds,
        f"at most {bound:g}",
        f"{value:.4f}",
        f"+{slack:.4g}" if slack else "none",
        None,
        "" if holds else f"{what} is {value:.4f}, above {bound + slack:.4f}",
    )
