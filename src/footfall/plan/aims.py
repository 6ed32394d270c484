"""Targets as planning sees them: what is asked, what is expected in the end, how far off it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from footfall.core.errors import UnreachableTarget
from footfall.scenario.targets import Target

DEFAULT_ERRORS = 5
"""Standard errors of the published data that a target without a tolerance may be off."""
_LEAST_RELATIVE = 1e-3
_PLANNED_SHARE = 0.2
"""Part of a default tolerance that planning may use up; the rest is left to chance."""


@dataclass(frozen=True)
class Figure:
    """A target and what planning expects of it; the manifest keeps it for the contract.

    Attributes
    ----------
    target
        Key below `targets`, such as "order_value" or "category_share.Schuhe".
    asked, tolerance
        As in the scenario; the default where it gives no tolerance.
    expected
        With the final knobs.
    error
        Standard error of the figure over the published year, by the plan's laws.
    knobs
        Knobs that were free to be turned for it.
    """

    target: str
    asked: float
    tolerance: float
    expected: float
    error: float
    knobs: list[str]


@dataclass(frozen=True)
class Aim:
    """A figure, and what to say where it can't be reached.

    Attributes
    ----------
    figure
    slack
        How far the expected value may be off.
    reach
        Least and greatest value that the knobs allow, worked out where it is asked for.
    bounds
        Which bounds stop the knobs, in words; empty where none is free.
    remedy
        What else moves it.
    """

    figure: Figure
    slack: float
    reach: Callable[[], tuple[float, float]] = field(repr=False)
    bounds: str
    remedy: str

    @classmethod
    def at(
        cls,
        name: str,
        target: Target,
        expected: float,
        error: float,
        *,
        reach: Callable[[], tuple[float, float]] | None = None,
        knobs: tuple[str, ...] = (),
        bounds: str = "",
        remedy: str,
    ) -> Aim:
        """Aim at a target; its tolerance is five standard errors where the scenario gives none."""
        tolerance = tolerance_of(target, error)
        slack = tolerance if target.tolerance else tolerance * _PLANNED_SHARE
        return cls(
            figure=Figure(
                name, target.value, tolerance, round(expected, 6), float(f"{error:.6g}"), list(knobs)
            ),
            slack=slack,
            reach=reach or (lambda: (expected, expected)),
            bounds=bounds,
            remedy=remedy,
        )

    @property
    def is_met(self) -> bool:
        """Whether the expected value lies near enough."""
        return abs(self.figure.expected - self.figure.asked) <= self.slack * (1 + 1e-9)

    @property
    def refusal(self) -> str:
        """Say what was asked, what can be reached, what binds, and what to do."""
        figure = self.figure
        low, high = sorted(self.reach())
        asked, tolerance, expected = map(in_words, (figure.asked, figure.tolerance, figure.expected))
        said = f"targets.{figure.target}: {asked} ± {tolerance} can't be reached; "
        if high - low <= 1e-9 * max(1.0, abs(high)):
            said += f"{expected} is expected, and no knob that moves it is free"
        else:
            said += f"between {in_words(low)} and {in_words(high)} can; the nearest is {expected}"
        return "; ".join(part for part in (said, self.bounds, self.remedy) if part)


def in_words(value: float) -> str:
    """Figure as it is read: whole where it is large.

    >>> in_words(7_700_000.4), in_words(0.4137283)
    ('7,700,000', '0.4137')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def tolerance_of(target: Target, error: float) -> float:
    """Tolerance of a target: its own, or by the standard error."""
    default = max(DEFAULT_ERRORS * error, _LEAST_RELATIVE * target.value)
    return target.tolerance or float(f"{default:.6g}")


def refuse_missed(aims: Iterable[Aim]) -> tuple[Figure, ...]:
    """Return the figures of aims that are all met.

    Raises
    ------
    UnreachableTarget
        Names all that are not.
    """
    known = list(aims)
    if missed := [aim.refusal for aim in known if not aim.is_met]:
        raise UnreachableTarget(". ".join(missed))
    return tuple(aim.figure for aim in known)
