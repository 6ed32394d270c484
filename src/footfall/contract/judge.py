"""The contract's judgement: every check, over the figures of what was published."""

from __future__ import annotations

from footfall.contract import catalog_checks, customer_checks, line_checks, order_checks, plan_checks, targets
from footfall.contract.check import Check, Outcome, undecided
from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.subject import Subject

CHECKS: dict[str, Check] = {
    check.name: check
    for module in (catalog_checks, order_checks, customer_checks, line_checks, plan_checks, targets)
    for check in module.CHECKS
}


def _obstacle(check: Check, subject: Subject) -> str:
    for need in check.needs:
        entity, _, field = need.partition(".")
        spec = subject.spec(entity)
        if spec is None:
            return f"no table of {entity} rows is published"
        if field and spec.column_of(field) is None:
            return f"{spec.name} does not publish '{field}'"
    if check.whole_year and not subject.whole_year:
        return (
            f"binds the whole of {subject.scenario.year}, and {subject.first} to {subject.last} is published"
        )
    return ""


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
    )
