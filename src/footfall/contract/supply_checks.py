"""Checks of what goes into the products."""

from __future__ import annotations

from footfall.contract.check import Check, Outcome, verdict
from footfall.contract.figures import Figures
from footfall.contract.subject import Subject


def rows(subject: Subject, figures: Figures) -> Outcome:
    """Each product with each thing that its category needs, once, in order, as the scenario has them."""
    table, products = figures.table("supply"), figures.table("product")
    due = [
        (number, place, supply.name, round(supply.cost * 100), supply.perishable)
        for number, category in zip(products["id"].tolist(), products["category"].to_pylist(), strict=True)
        for place, supply in enumerate(subject.scenario.catalog.supplies, start=1)
        if category in supply.categories
    ]
    fields = [f for f in ("product", "id", "name", "cost", "perishable") if f in table]
    at = [("product", "id", "name", "cost", "perishable").index(field) for field in fields]
    wanted = [tuple(row[k] for k in at) for row in due]
    seen = list(zip(*(table[field].tolist() for field in fields), strict=True)) if table else []
    wrong = ""
    if seen != wanted:
        differing = (k for k, (one, other) in enumerate(zip(seen, wanted, strict=False)) if one != other)
        k = next(differing, min(len(seen), len(wanted)))
        shown = [rows[k] if k < len(rows) else "nothing" for rows in (seen, wanted)]
        wrong = f"row {k + 1} holds {shown[0]}, {shown[1]} is due"
    return verdict(wrong, f"{len(wanted)} rows", f"{len(seen)} rows")


CHECKS = (
    Check(
        "supplies.rows",
        "rule",
        "Every product with each thing that its category needs.",
        ("supply.product", "supply.id", "product.id", "product.category"),
        rows,
        is_quiet=True,
    ),
)
