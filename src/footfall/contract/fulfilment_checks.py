"""Checks of what becomes of orders: status, payment, age of those in progress, where they go."""

from __future__ import annotations

import math

import numpy as np

from footfall.contract.check import (
    BINDING,
    TOO_FEW,
    Check,
    Outcome,
    by_law,
    by_rule,
    largest_share,
    most_of,
    undecided,
    verdict,
)
from footfall.contract.figures import Figures
from footfall.contract.order_figures import on
from footfall.contract.shares import by_shares, quotas
from footfall.contract.statistics import (
    LEAST_EXPECTED,
    Counts,
    binomial_scores,
    binomial_sum_score,
    chi_square,
    shares_scores,
    two_sided,
)
from footfall.contract.subject import Subject
from footfall.scenario.buying import AGE_PARTS, AGE_SLOPE, Fulfilment, InProgress
from footfall.scenario.mixes import VaryingMix

NOT_SAID = "the scenario does not say"
_FEW_YOUNG = 256  # so few may all be in progress, which can be more than the trials of a like binomial


def _by_mix(subject: Subject, figures: Figures, check: str, law: VaryingMix, counts: Counts) -> Outcome:
    out = by_rule(figures, check, str(law.shares), figures.rows["order"])
    seen = dict(zip(law.shares, counts.tolist(), strict=True))
    return by_shares(law.shares, seen, law.deal, whole=subject.whole_year) if out.holds else out


def status(subject: Subject, figures: Figures) -> Outcome:
    """Known statuses in the promised shares."""
    law = subject.scenario.fulfilment
    if law is None:
        return undecided(NOT_SAID)
    if law.varies:
        return _by_varying_age(subject, figures, law)
    is_open = law.in_progress is not None or subject.as_of is not None
    if is_open and not subject.whole_year and "orders.status" not in figures.offences:
        return undecided("statuses change after the order, and not all orders and changes are published")
    if law.in_progress is not None and law.deal == "expected" and subject.whole_year:
        return _by_age(figures, law, law.in_progress)
    return _by_mix(subject, figures, "orders.status", law, figures.orders.status_days.sum(1))


def _by_age(figures: Figures, law: Fulfilment, young: InProgress) -> Outcome:
    """Judge orders in progress by the chances of the youngest, and how the others share the rest.

    Chances that differ from order to order spread less than a plain draw: by the sum of p (1 - p).
    """
    counts = figures.orders.status_days.sum(1)
    out = by_rule(figures, "orders.status", str(law.shares), figures.rows["order"])
    if not out.holds or not counts.sum():
        return out if not out.holds else undecided(TOO_FEW)
    shares, place = np.array(list(law.shares.values())), list(law.shares).index(young.status)
    due = int(quotas(int(counts.sum()), shares.tolist())[place])
    rest = np.delete(shares, place) > 0
    scores = shares_scores(np.delete(counts, place)[rest], np.delete(shares, place)[rest])
    if due >= LEAST_EXPECTED:
        size, open_ = _open_by_age(young, due, figures.orders.cells.sum(1))
        if size.sum() <= _FEW_YOUNG:
            scores = np.append(scores, binomial_sum_score(int(counts[place]), size, open_ / size))
        else:
            # Of many, a binomial of the same mean and variance has the tails of this sum of unequal chances.
            chance = float(open_ @ (open_ / size)) / due
            scores = np.append(scores, binomial_scores(counts[place], due / chance, chance))
    if not len(scores):
        return undecided(TOO_FEW)
    seen = (counts / counts.sum()).round(4).tolist()
    return by_law(chi_square(scores), str(law.shares), str(dict(zip(law.shares, seen, strict=True))))


def _open_by_age(young: InProgress, due: int, by_day: Counts) -> tuple[Counts, Counts]:
    """Orders, and how many of them are expected in progress, by parts of the youngest from old to young.

    Parts, chances and rounding are those that the scenario's `InProgress` states.
    """
    n, last = int(by_day.sum()), int(np.flatnonzero(by_day)[-1])
    too_old = int(by_day[: max(0, last - int(young.age_days_max))].sum())
    among = min(round(young.youngest_share * n), n - too_old)
    parts = max(1, min(AGE_PARTS, among))
    size = np.diff(np.arange(parts + 1) * among // parts)
    mean = due / max(1, among)
    slope = np.linspace(-AGE_SLOPE, AGE_SLOPE, parts) if parts > 1 else np.zeros(1)
    chance = mean + min(mean, 1 - mean) * slope
    return size, np.minimum(quotas(due, (chance * size).tolist()), size)


def payment(subject: Subject, figures: Figures) -> Outcome:
    """Known ways of payment in the promised shares."""
    law, counts = subject.scenario.payment, figures.orders.payments
    if law is None:
        return undecided(NOT_SAID)
    if not law.varies:
        return _by_mix(subject, figures, "orders.payment", law, counts.sum(1))
    return _by_cases(subject, figures, "orders.payment", law, counts, list(law.shares))


def _by_varying_age(subject: Subject, figures: Figures, law: Fulfilment) -> Outcome:
    """Judge the mix of the settled orders, of those that are not in progress, by shop and period.

    How many are in progress is a matter of age, which `orders.in_progress` judges.
    """
    young = law.in_progress.status if law.in_progress else None
    if subject.as_of is not None:
        return undecided("statuses change after the order, and not all changes are published")
    settled = [word for word in law.shares if word != young]
    return _by_cases(subject, figures, "orders.status", law, figures.orders.statuses, settled)


def _by_cases(  # noqa: PLR0917 - as _by_mix, with the words that count
    subject: Subject,
    figures: Figures,
    check: str,
    law: VaryingMix,
    counts: Counts,
    words: list[str],
) -> Outcome:
    """Judge orders by their mix in each period and shop: given these, words are multinomial.

    The null hypothesis is a chi-square of as many degrees of freedom as the cells leave, over all cases.
    """
    out = by_rule(figures, check, "by the shares of shops and periods", figures.rows["order"])
    if not out.holds:
        return out
    if len(subject.shops) > 1 and law.by_shop and not subject.shows("order.shop"):
        return undecided("the orders' shops are not published")
    if law.changes and not (subject.shows("order.time") or subject.shows("order.date")):
        return undecided("the orders' days are not published")
    places = [list(law.shares).index(word) for word in words]
    impossible, scores = [], [np.empty(0)]
    for case, mix in enumerate(law.cases(list(subject.shops))):
        shares, seen = np.array(mix)[places], counts[places, case]
        where = subject.shops[case % len(subject.shops)]
        impossible += [f"{where}: {w}" for w, s, c in zip(words, shares, seen, strict=True) if c and not s]
        possible = shares > 0
        scores.append(shares_scores(seen[possible], shares[possible]))
    if impossible:
        return verdict(f"words without a share there: {impossible[0]}", out.target, impossible[0])
    found = np.concatenate(scores)
    if not len(found):
        return undecided(TOO_FEW)
    return by_law(chi_square(found), out.target, f"chi-square p over {len(found)} cells")


def _ages(counts: np.ndarray, last: int) -> tuple[float, int]:
    """Median and largest age in days of orders counted by day, before a last day."""
    day = np.flatnonzero(counts)
    upto = np.cumsum(counts[day])
    n = int(upto[-1])
    middle = [day[np.searchsorted(upto, rank, side="right")] for rank in ((n - 1) // 2, n // 2)]
    return last - float(np.mean(middle)), last - int(day[0])


def _age_of(figures: Figures, share: float, orders: int) -> float:
    """Age below which so many of the orders are expected, with five standard errors on top of the share."""
    lam = figures.expected_orders
    if lam is None or lam.sum() <= 0:
        return 0.0
    by_age = np.cumsum(lam.sum(1)[::-1])
    # Where few orders are young it takes some to have any: a count of mean m is below m + 5 sqrt(m) + 5.
    most = min(1.0, share + (5 * math.sqrt(share * (1 - share) * orders) + 5) / max(1, orders))
    return float(np.searchsorted(by_age, most * by_age[-1]))


def in_progress(subject: Subject, figures: Figures) -> Outcome:
    """Orders in progress are young; runs of few orders have fewer young ones, and get as many days more.

    Below `BINDING` orders the days grow to those in which the calendar expects the youngest orders of
    that share, plus five standard errors.
    """
    law = subject.scenario.fulfilment
    young = law.in_progress if law else None
    if law is None or young is None:
        return undecided(NOT_SAID)
    counts = figures.orders.status_days[list(law.shares).index(young.status)]
    days = np.flatnonzero(figures.orders.cells.sum(1))
    if not counts.sum() or not len(days):
        return undecided(f"no order is {young.status}")
    median, oldest = _ages(counts, int(days[-1]))
    most, limit, orders = young.median_age_days_max, young.age_days_max, figures.rows["order"]
    if orders < BINDING:
        most = max(most, _age_of(figures, young.youngest_share / 2, orders))
        limit = max(limit, _age_of(figures, young.youngest_share, orders))
    wrong = f"median age of {median:g} days" if median > most else ""
    if oldest > limit:
        first = on(int(np.flatnonzero(counts)[0]) + subject.start)
        wrong = f"an order of {first} is {young.status}, {oldest} days before the last one"
    target = f"median at most {most:g} days, none above {limit:g}"
    return verdict(wrong, target, f"median {median:g} days, oldest {oldest}")


def shipping(subject: Subject, figures: Figures) -> Outcome:
    """Orders go to their customer, but for a share; an address elsewhere may happen to be the same."""
    law, seen = subject.scenario.shipping, figures.shipping
    if law is None:
        return undecided(NOT_SAID)
    n = seen.home + seen.elsewhere
    if seen.unknown or not n:
        return undecided("not all customers stand before the orders, so their addresses are not known")
    observed = f"{seen.elsewhere:,} of {n:,} orders go elsewhere"
    if law.deal == "exact" and subject.whole_year:
        due = int(quotas(n, [law.elsewhere_share, 1 - law.elsewhere_share])[0])
        slack = 1 + due // 100
        wrong = f"{observed}, {due:,} are due" if not due - slack <= seen.elsewhere <= due + 1 else ""
        return verdict(wrong, f"{due:,} orders", observed, f"-{slack} to +1")
    if not 0 < law.elsewhere_share < 1:
        wrong = observed if seen.elsewhere != round(law.elsewhere_share * n) else ""
        return verdict(wrong, f"{law.elsewhere_share:g} of the orders", observed)
    if n * min(law.elsewhere_share, 1 - law.elsewhere_share) < 5:
        return undecided(TOO_FEW)
    score = float(binomial_scores(seen.elsewhere, n, law.elsewhere_share))
    return by_law(two_sided(score), f"{law.elsewhere_share:g} of the orders", observed)


def busiest_day(subject: Subject, figures: Figures) -> Outcome:
    """No day has too many of the orders."""
    bound, by_day = subject.scenario.promises.day_order_share_max, figures.orders.cells.sum(1)
    n = int(by_day.sum())
    if bound is None or not n:
        return undecided(NOT_SAID if bound is None else "there are no orders")
    return largest_share(by_day, bound, most_of(bound, n), lambda day: f"orders of {on(day + subject.start)}")


_WHEN = "order.time|order.date"
CHECKS = (
    Check("orders.status", "law", "Statuses in their shares.", ("order.status", _WHEN), status),
    Check("orders.payment", "law", "Ways of payment in their shares.", ("order.payment",), payment),
    Check(
        "orders.in_progress",
        "rule",
        "Orders in progress are young.",
        ("order.status", _WHEN),
        in_progress,
        whole_year=True,
    ),
    Check(
        "orders.shipping",
        "law",
        "Orders go to their customers, but for a share.",
        ("order.shipping_address", "order.customer", "customer.address"),
        shipping,
    ),
    Check(
        "promises.busiest_day",
        "rule",
        "No day has too many orders.",
        (_WHEN,),
        busiest_day,
        whole_year=True,
    ),
)
