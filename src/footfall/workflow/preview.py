"""What a request would give, before anything is made: rows, bytes, knobs, targets, intensities."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from footfall.plan.plan import Plan
from footfall.workflow.generate import planned
from footfall.workflow.request import Request

# Bytes a row as measured on the five tables of `vantage` at scale 1 (CSV; Parquet).
_BYTES_A_ROW = {
    "product": (95, 62),
    "order": (34, 8),
    "line": (31, 8),
    "marketing_day": (21, 8),
    "budget_month": (36, 60),
}


def preview(request: Request) -> dict[str, Any]:
    """Plan a request and tell what is expected of it; nothing is written."""
    plan = planned(request)
    rows = _expected_rows(plan)
    targets, solved = plan.scenario.targets, plan.solved
    return {
        "scenario": plan.scenario.name,
        "fingerprint": plan.scenario.fingerprint,
        "seed": plan.seed,
        "horizon": {"first": plan.first.isoformat(), "last": plan.last.isoformat()},
        "rows": rows,
        "bytes": {
            format_: sum(
                round(rows[name] * _BYTES_A_ROW[spec.entity][k]) for name, spec in plan.tables.items()
            )
            for k, format_ in enumerate(("csv", "parquet"))
        },
        "solved": asdict(solved),
        "targets": [
            _target(
                "order_value",
                targets.order_value.value,
                targets.order_value.tolerance,
                solved.expected_order_value,
            ),
            _target(
                "gross_margin",
                targets.gross_margin.value,
                targets.gross_margin.tolerance,
                solved.expected_gross_margin,
            ),
            _target(
                "top_sku_share",
                targets.top_sku_share.value,
                targets.top_sku_share.tolerance,
                solved.expected_top_sku_share,
            ),
            _target(
                "marketing_share",
                plan.scenario.marketing.revenue_share,
                targets.marketing_share_tolerance,
                plan.scenario.marketing.revenue_share,
            ),
        ],
        "intensity": _intensity(plan),
    }


def _target(name: str, asked: float, tolerance: float, expected: float) -> dict[str, Any]:
    return {"target": name, "asked": asked, "tolerance": tolerance, "expected": expected}


def _expected_rows(plan: Plan) -> dict[str, int]:
    start, stop = plan.published_days
    shops = len(plan.shops)
    orders = float(plan.calendar.orders_a_day[start:stop].sum())
    months = (plan.last.year - plan.first.year) * 12 + plan.last.month - plan.first.month + 1
    expected = {
        "product": float(plan.scenario.catalog.skus),
        "order": orders,
        "line": orders * plan.solved.expected_lines_per_order,
        "marketing_day": float((stop - start) * shops),
        "budget_month": float(months * shops),
    }
    return {name: round(expected[spec.entity]) for name, spec in plan.tables.items()}


def _intensity(plan: Plan) -> list[dict[str, Any]]:
    """Expected orders of every published day and shop with their factors (specification, section 3)."""
    calendar = plan.calendar
    rows = []
    for day in range(*plan.published_days):
        shape = calendar.trend[day] * calendar.weekday[day] * calendar.payday[day] * calendar.event[day]
        for shop, weight in plan.scenario.demand.shops.items():
            rows.append(
                {
                    "date": calendar.date_of(day).isoformat(),
                    "shop": shop,
                    "orders": calendar.base * float(shape) * weight,
                    "base": calendar.base,
                    "trend": float(calendar.trend[day]),
                    "weekday": float(calendar.weekday[day]),
                    "payday": float(calendar.payday[day]),
                    "event": float(calendar.event[day]),
                    "shop_weight": weight,
                    "discount_percent": int(calendar.discount[day]),
                }
            )
    return rows
