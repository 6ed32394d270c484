"""Checks of deliveries: as promised, late as often as the scenario says, and what that costs in stars."""

from __future__ import annotations

import numpy as np

from footfall.contract.check import TOO_FEW, Check, Outcome, by_law, by_rule, undecided
from footfall.contract.figures import Figures
from footfall.contract.shares import by_shares
from footfall.contract.star_laws import StarLaw, reviewed
from footfall.contract.statistics import Counts, Floats, binomial_scores, two_sided
from footfall.contract.subject import Subject
from footfall.scenario.days_later import DaysLater
from footfall.scenario.delivery import Delivery

NOT_SAID = "the scenario does not say when orders are delivered"
STILL_OPEN = "some deliveries were still to come"
FEWEST_LATE = 50
"""Reviews of either side that a mean of stars needs to be normal enough."""


def _law(subject: Subject) -> Delivery | None:
    return subject.scenario.arrival.delivery


def promised(subject: Subject, figures: Figures) -> Outcome:
    """So many days after the order as the scenario says."""
    law = _law(subject)
    if law is None:
        return undecided(NOT_SAID)
    return by_rule(figures, "orders.promised", f"{law.promised_days} days later", figures.rows["order"])


def delivered(subject: Subject, figures: Figures) -> Outcome:
    """From the least days after the order to the most after the day promised."""
    law = _law(subject)
    if law is None:
        return undecided(NOT_SAID)
    target = f"{law.in_time.min_days} to {law.days} days later"
    return by_rule(figures, "orders.delivered", target, figures.rows["order"])


def late(subject: Subject, figures: Figures) -> Outcome:
    """Share of the orders that come late."""
    law, seen = _law(subject), figures.deliveries
    if law is None or subject.as_of is not None:
        return undecided(STILL_OPEN if law else NOT_SAID)
    n, count = int(seen.in_time.sum() + seen.late.sum()), int(seen.late.sum())
    if n * min(law.late_share, 1 - law.late_share) < 5:
        return undecided(TOO_FEW)
    score = float(binomial_scores(count, n, law.late_share))
    return by_law(two_sided(score), f"{law.late_share:g} of the orders", f"{count:,} of {n:,} orders")


def _by_days(law: DaysLater, counts: Counts) -> Outcome:
    days = range(law.min_days, law.max_days + 1)
    seen = {day: int(counts[day]) for day in days}
    return by_shares(dict(zip(days, law.shares, strict=True)), seen, "expected", whole=False)


def days_in_time(subject: Subject, figures: Figures) -> Outcome:
    """Days from an order to its delivery in time."""
    law = _law(subject)
    if law is None or subject.as_of is not None:
        return undecided(STILL_OPEN if law else NOT_SAID)
    return _by_days(law.in_time, figures.deliveries.in_time)


def days_late(subject: Subject, figures: Figures) -> Outcome:
    """Days from the one promised to a late delivery."""
    law = _law(subject)
    if law is None or subject.as_of is not None:
        return undecided(STILL_OPEN if law else NOT_SAID)
    return _by_days(law.late, figures.deliveries.late)


def late_stars(subject: Subject, figures: Figures) -> Outcome:
    """Mean stars of purchases that came in time less those of late ones, by SKUs that are independent."""
    law, reviews, tally = _law(subject), subject.scenario.reviews, figures.reviews
    if law is None or reviews is None or tally is None or reviews.quality.late is None:
        return undecided("the scenario lets no late delivery cost stars")
    parts = reviewed(subject, figures)
    of_stars = parts if isinstance(parts, str) else StarLaw.of(subject, figures, parts)
    if isinstance(of_stars, str) or isinstance(parts, str):
        return undecided(str(of_stars))
    if min(part.stars.sum() for part in parts) < FEWEST_LATE:
        return undecided(TOO_FEW)
    sku, stars, is_late = tally.by_lateness()
    sides = [is_late, ~is_late]
    means = [float(stars[side].mean()) for side in sides]
    lost = means[1] - means[0]
    expected = of_stars.stars_lost(np.array(sorted(reviews.ratings.shares)), *parts)
    influence: Floats = np.where(
        is_late, (means[0] - stars) / sides[0].sum(), (stars - means[1]) / sides[1].sum()
    )
    error = float(np.sqrt(np.sum(np.bincount(sku, influence) ** 2)))
    observed = f"{means[1]:.2f} stars in time, {means[0]:.2f} late: {lost:.3f} +- {error:.3f}"
    return by_law(two_sided((lost - expected) / error), f"{expected:.3f} stars less where late", observed)


_WHEN, _P, _D = "order.time|order.date", "order.promised", "order.delivered"
_STARS = (_P, _D, "order.customer", "order.status", _WHEN, "line.product")
CHECKS = (
    Check("orders.promised", "rule", "Orders are promised in time.", (_P, _WHEN), promised),
    Check("orders.delivered", "rule", "Orders come within bounds.", (_D, _P, _WHEN), delivered),
    Check("orders.late", "law", "Late deliveries.", (_D, _P, _WHEN), late),
    Check("orders.days_in_time", "law", "Days to deliveries in time.", (_D, _P, _WHEN), days_in_time),
    Check("orders.days_late", "law", "Days of late deliveries beyond.", (_D, _P, _WHEN), days_late),
    Check(
        "reviews.late",
        "law",
        "Late deliveries cost stars.",
        (*_STARS, "review.product", "review.customer", "review.rating"),
        late_stars,
    ),
)
