"""The contract's judgement: every check, over the figures of what was published."""

from __future__ import annotations

from footfall.contract import (
    amount_checks,
    business_checks,
    catalog_checks,
    channel_checks,
    charge_checks,
    customer_checks,
    delivery_checks,
    exchange_checks,
    fulfilment_checks,
    habit_checks,
    lifetime_checks,
    line_checks,
    order_checks,
    pairing_checks,
    plan_checks,
    price_checks,
    product_checks,
    promotion_checks,
    rate_targets,
    registry_checks,
    review_checks,
    supply_checks,
    table_checks,
    targets,
    version_checks,
)
from footfall.contract.check import Check, Outcome, undecided
from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.subject import Subject

CHECKS: dict[str, Check] = {
    check.name: check
    for module in (
        catalog_checks,
        table_checks,
        price_checks,
        product_checks,
        supply_checks,
        registry_checks,
        version_checks,
        order_checks,
        fulfilment_checks,
        delivery_checks,
        customer_checks,
        line_checks,
        pairing_checks,
        habit_checks,
        lifetime_checks,
        amount_checks,
        promotion_checks,
        charge_checks,
        exchange_checks,
        review_checks,
        plan_checks,
        channel_checks,
        targets,
        rate_targets,
        business_checks,
    )
    for check in module.CHECKS
}


def checks_of(subject: Subject, entity: str, field: str) -> list[Check]:
    """Checks that read a field, of those that the published tables let decide."""
    named = {f"{entity}.{field}", entity}
    return [
        check
        for check in CHECKS.values()
        if any(way in named for need in check.needs for way in need.split("|"))
        and all(any(subject.shows(way) for way in need.split("|")) for need in check.needs)
    ]


def _obstacle(check: Check, subject: Subject) -> str:
    for need in check.needs:
        ways = need.split("|")
        if any(subject.shows(way) for way in ways):
            continue
        entity, _, field = ways[0].partition(".")
        spec = subject.spec(entity)
        if spec is None:
            return f"no table of {entity} rows is published"
        return f"{spec.name} does not publish '{field}'"
    if subject.as_of:
        late = subject.scenario.arrival.late_lines.share > 0
        if check.waits_for == "returns" or (check.waits_for == "late lines" and late):
            return f"what was known on {subject.as_of} is published, and some {check.waits_for} were to come"
        if subject.lacks_products and check.name != "products.ids":
            of_products = [need.startswith("product.") for need in check.needs]
            if (all(of_products) and of_products) or "product.sales_rank" in check.needs:
                return f"binds the whole catalogue, and some SKUs were listed after {subject.as_of}"
    if check.whole_year and not subject.whole_year:
        return f"binds {_declared(subject)}, and {subject.first} to {subject.last} is published"
    return ""


def _declared(subject: Subject) -> str:
    first, last = subject.scenario.first_day.year, subject.scenario.last_day.year
    return f"the whole of {first}" if first == last else f"the whole of {first} to {last}"


def judge(subject: Subject, figures: Figures) -> list[Finding]:
    """Judge published tables by all checks.

    Parameters
    ----------
    subject
        What the tables claim to be.
    figures
        Gathered from all their batches.

    Returns
    -------
    list
        A finding a check, in the registry's order; those that cannot be decided say why.
    """
    figures.close()
    findings = []
    for check in CHECKS.values():
        obstacle = _obstacle(check, subject)
        out = undecided(obstacle) if obstacle else check.run(subject, figures)
        if out.holds is not None or not check.is_quiet:
            findings.append(_finding(check, out))
    return findings


def _finding(check: Check, out: Outcome) -> Finding:
    return Finding(
        check=check.name,
        kind=check.kind,
        rule=check.rule,
        verdict="not applicable" if out.holds is None else "pass" if out.holds else "fail",
        target=out.target,
        observed=out.observed,
        tolerance=out.tolerance,
        p_value=out.p_value,
        detail=out.detail,
        discrete=check.discrete,
        stratified=check.stratified,
        standard_errors=out.standard_errors,
    )
