"""What each product is, in a line."""

from __future__ import annotations

from footfall.plan.plan import Plan


def descriptions(plan: Plan) -> list[str]:
    """Description of each SKU: that of its sub-category; empty where that has none."""
    labels, catalog = list(plan.scenario.catalog.categories.items()), plan.catalog
    of = {
        (place, name): words.description or ""
        for place, (_, category) in enumerate(labels)
        for name, words in category.sub_categories.items()
    }
    return [of[pair] for pair in zip(catalog.category.tolist(), catalog.sub_category, strict=True)]
