"""Checks of marketing by channel: a row a day, shop and channel; share, saturation and lag of each."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from footfall.contract.calendar import EPOCH, days_between, intensity
from footfall.contract.check import Check, Outcome, by_law, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.plan_checks import LEAST_REVENUE
from footfall.contract.statistics import Counts, Floats, kolmogorov, ks_distance, two_sided
from footfall.contract.subject import Subject
from footfall.scenario.channels import Channel

BROKEN = "the grid of days, shops and channels is broken (see channels.grid)"
NOT_SAID = "the scenario has no channels"
NO_LAW = "demand follows the customers, and their registrations are not published"
LEAST_DAYS, SURE, LAGS = 60, 8.0, 14
"""Days that a lag is told from, standard errors that it must stand out by, and lags that are tried."""


def _channels(subject: Subject) -> dict[str, Channel]:
    return dict(subject.scenario.marketing_channels or {})


def grid(subject: Subject, figures: Figures) -> Outcome:
    """Each day, shop and channel once, in order."""
    table = figures.table("marketing_channel_day")
    dates = [EPOCH + dt.timedelta(int(d)) for d in table.get("date", [])]
    words = [table[name].to_pylist() if table else [] for name in ("shop", "channel")]
    seen = list(zip(dates, *words, strict=True))
    days = days_between(subject.first, subject.last)
    due = [(day, shop, channel) for day in days for shop in subject.shops for channel in _channels(subject)]
    wrong = next((f"{s} stands where {d} is due" for s, d in zip(seen, due, strict=False) if s != d), "")
    if not wrong and len(seen) != len(due):
        wrong = f"{len(seen):,} rows, {len(due):,} are due"
    return verdict(wrong, f"{len(due):,} rows", f"{len(seen):,} rows")


def _spend(subject: Subject, figures: Figures) -> Counts | None:
    """Cents by day, shop and channel; None where the grid is broken."""
    if not _channels(subject) or not grid(subject, figures).holds:
        return None
    shape = (subject.days, len(subject.shops), len(_channels(subject)))
    table = figures.table("marketing_channel_day")
    return np.asarray(table["spend"].reshape(shape)) if table else np.zeros(shape, np.int64)


def spend(subject: Subject, figures: Figures) -> Outcome:
    """Never negative; none where no revenue follows."""
    spent = _spend(subject, figures)
    if spent is None:
        return undecided(BROKEN if _channels(subject) else NOT_SAID)
    wrong = spent < 0
    for place, channel in enumerate(_channels(subject).values()):
        led = figures.lines.amounts.cells[channel.lead_days :]
        wrong[: len(led), :, place] |= (led == 0) & (spent[: len(led), :, place] != 0)
    said = ""
    if wrong.any():
        day, shop, place = np.argwhere(wrong)[0].tolist()
        where = (
            f"{subject.first + dt.timedelta(day)}, {subject.shops[shop]}, {list(_channels(subject))[place]}"
        )
        said = f"{where}: spend of {spent[day, shop, place]} cents"
    return verdict(said, "0 or more; 0 before no revenue", f"{int(wrong.sum())} break it")


def _factors(subject: Subject, figures: Figures) -> dict[str, Floats] | None:
    """What each channel's share is multiplied by, by day and shop, so that returns diminish."""
    expected, scenario = figures.expected_orders, subject.scenario
    if expected is None:
        return None
    whole = Subject(scenario, subject.tables, scenario.first_day, scenario.last_day, subject.solved)
    registered = figures.customers.days
    declared = intensity(whole, None if registered is None else np.sort(registered))
    if declared is None:
        return None
    mean = np.maximum(declared.mean(axis=0), 1e-300)
    relative = declared / mean
    out = {}
    for name, channel in _channels(subject).items():
        times = relative.sum(axis=0) / (relative ** (1 / channel.elasticity)).sum(axis=0)
        out[name] = np.asarray(times * (expected / mean) ** (1 / channel.elasticity - 1))
    return out


def law(subject: Subject, figures: Figures) -> Outcome:
    """Spend over later revenue and saturation is normal, and each channel's total is its share.

    Of both p-values of all channels the least counts; of k independent ones it is at most p with
    1 - (1 - p)^k, and of dependent ones about so.
    """
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    spent, factors = _spend(subject, figures), _factors(subject, figures)
    if spent is None or factors is None:
        return undecided(NOT_SAID if not _channels(subject) else BROKEN if spent is None else NO_LAW)
    found, wanted, seen = [], [], []
    for place, (name, channel) in enumerate(_channels(subject).items()):
        revenue = figures.lines.amounts.cells[channel.lead_days :]
        due = factors[name][channel.lead_days :] * revenue
        known = due >= LEAST_REVENUE
        if known.sum() < 5:
            continue
        paid, due = spent[: len(revenue), :, place][known].astype(np.float64), due[known]
        share = paid / due
        wanted.append(f"{name} {channel.revenue_share:g}")
        seen.append(f"{name} {paid.sum() / due.sum():.4f}")
        if channel.revenue_share_sd == 0:
            found.append(1.0 if np.abs(share - channel.revenue_share).max() <= 1e-4 else 0.0)
            continue
        error = channel.revenue_share_sd * math.sqrt(float(np.square(due).sum()))
        found.append(two_sided(float(paid.sum() - channel.revenue_share * due.sum()) / error))
        cdf = ndtr((np.sort(share) - channel.revenue_share) / channel.revenue_share_sd)
        found.append(kolmogorov(ks_distance(cdf, cdf), len(share)))
    if not found:
        return undecided("fewer than 5 days and shops whose later revenue is known")
    p_value = -math.expm1(len(found) * math.log1p(-min(*found, 1 - 1e-16, 1.0)))
    return by_law(p_value, f"shares of revenue: {', '.join(wanted)}", ", ".join(seen))


def lag(subject: Subject, figures: Figures) -> Outcome:
    """Spend goes with revenue as many days later as promised, by their cross-correlation.

    Both are taken over what the calendar expects, so that weekdays and events don't show. Where the
    correlation at the promised lag can't stand out by enough standard errors, a channel is not judged.
    """
    spent, expected = _spend(subject, figures), figures.expected_orders
    if spent is None or expected is None:
        return undecided(NOT_SAID if not _channels(subject) else BROKEN if spent is None else NO_LAW)
    factors = _factors(subject, figures)
    if factors is None:
        return undecided(NO_LAW)
    revenue, judged, wrong = figures.lines.amounts.cells.astype(np.float64), [], []
    for place, (name, channel) in enumerate(_channels(subject).items()):
        reach = max(LAGS, channel.lead_days + 7)
        found = _lag(revenue, spent[:, :, place], expected, factors[name], (channel.lead_days, reach))
        if found is not None:
            judged.append(f"{name} {found}")
            if found != channel.lead_days:
                wrong.append(f"{name} leads revenue by {found} days, {channel.lead_days} are promised")
    if not judged:
        return undecided("too few days, or too noisy shares, to tell a lag")
    wanted = ", ".join(f"{name} {channel.lead_days}" for name, channel in _channels(subject).items())
    return verdict("; ".join(wrong), f"days: {wanted}", f"days: {', '.join(judged)}")


def _lag(
    revenue: Floats, spent: Counts, expected: Floats, factors: Floats, lags: tuple[int, int]
) -> int | None:
    """Lag at which spend goes best with revenue; None where the promised one could not be told."""
    promised, reach = lags
    days = len(revenue) - reach
    if days < LEAST_DAYS:
        return None
    later = np.where(expected > 0, revenue / np.maximum(expected, 1e-300), np.nan)
    # Spend over the calendar, under the lag that is tried: a wrong one leaves weekdays in it.
    correlations = []
    for tried in range(reach + 1):
        scale = (expected * factors)[tried : tried + days]
        paid = np.where(scale > 0, spent[:days] / np.maximum(scale, 1e-300), np.nan)
        both = np.isfinite(paid) & np.isfinite(later[tried : tried + days])
        x, y = paid[both], later[tried : tried + days][both]
        if len(x) < LEAST_DAYS or not x.std() or not y.std():
            return None
        correlations.append(float(np.corrcoef(x, y)[0, 1]))
    others = np.delete(np.array(correlations), promised)
    best, n = int(np.argmax(correlations)), days * revenue.shape[1]
    ahead = abs(correlations[best] - (others.max() if best == promised else correlations[promised]))
    return best if ahead * math.sqrt(n) >= SURE else None


_REVENUE = ("order.time|order.date", "order.shop", "line.total|line.unit_price", "line.quantity")
_GRID = tuple(f"marketing_channel_day.{field}" for field in ("date", "shop", "channel"))
_NEEDS = (*_GRID, "marketing_channel_day.spend", *_REVENUE)
CHECKS = (
    Check("channels.grid", "rule", "Every day, shop and channel once, in order.", _GRID, grid),
    Check(
        "channels.spend", "rule", "No spend without revenue to follow.", _NEEDS, spend, waits_for="late lines"
    ),
    Check(
        "channels.law",
        "law",
        "Spend is each channel's share of later revenue, and saturates.",
        _NEEDS,
        law,
        waits_for="late lines",
    ),
    Check(
        "channels.lag", "rule", "Each channel leads revenue by its lag.", _NEEDS, lag, waits_for="late lines"
    ),
)
