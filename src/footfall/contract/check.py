"""What a check is, and how it says what it saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from footfall.contract.figures import Figures
from footfall.contract.findings import REFUSE_BELOW, CheckKind
from footfall.contract.subject import Subject


@dataclass(frozen=True)
class Outcome:
    """What a check saw; `holds` is None where it cannot be decided, and `detail` says why."""

    holds: bool | None
    target: str = ""
    observed: str = ""
    tolerance: str = ""
    p_value: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Check:
    """A promise of the contract and how it is judged.

    Attributes
    ----------
    needs
        Entities, or entity.field, that must be published for the check to be decided.
    whole_year
        Binds the scenario's whole year only.
    """

    name: str
    kind: CheckKind
    rule: str
    needs: tuple[str, ...]
    run: Callable[[Subject, Figures], Outcome]
    whole_year: bool = False
    discrete: bool = False
    stratified: bool = False


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


def within(value: float, target: float, tolerance: float, unit: str = "") -> Outcome:
    """Judge by a distance from the target."""
    holds = abs(value - target) <= tolerance
    suffix = f" {unit}" if unit else ""
    said = f"{value:.4f}{suffix} is {abs(value - target):.4f} away from {target:g}, more than {tolerance:.4f}"
    return Outcome(
        holds,
        f"{target:g}{suffix}",
        f"{value:.4f}{suffix}",
        f"±{tolerance:.4g}",
        None,
        "" if holds else said,
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
