"""What a request would give, before anything is made: rows, bytes, knobs, targets, intensities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from footfall.core.schema import TableSpec
from footfall.core.vocabulary import Kind
from footfall.plan.plan import Plan
from footfall.scenario.happenings import closed_weekdays, happenings
from footfall.workflow.generate import planned
from footfall.workflow.knobs import RESTS_ON, turned
from footfall.workflow.request import Request

# Bytes a value with its comma, as measured on both shipped scenarios at scale 3 (CSV; Parquet).
_BYTES_A_VALUE: Mapping[Kind, tuple[float, float]] = {
    Kind.INTEGER: (5, 1.4),
    Kind.MONEY: (6.5, 2.1),
    Kind.FRACTION: (5, 0.1),
    Kind.NUMBER: (9, 7.8),
    Kind.BOOLEAN: (6, 0.1),
    Kind.DATE: (11, 0.5),
    Kind.MONTH: (8, 4),
    Kind.TIMESTAMP: (20, 2.9),
    Kind.CODE: (8, 0.2),
    Kind.TEXT: (15, 4),
}
_BYTES_A_LONG_TEXT: Mapping[str, tuple[float, float]] = {
    "text": (142, 25),
    "shipping_address": (41, 11),
    "name": (37, 12),
    "email": (28, 8),
    "address": (21, 9),
}

# Measured as docs/performance.md tells; the start is imports and planning.
_SECONDS_TO_START = 1.1
_NANOSECONDS_A_ROW: Mapping[str, float] = {"order": 300, "line": 200, "customer": 3_400, "review": 5_300}
_NANOSECONDS_AN_ADDRESS = 1_700


def preview(request: Request) -> dict[str, Any]:
    """Plan a request and tell what is expected of it; nothing is written."""
    plan = planned(request)
    rows = _expected_rows(plan)
    return {
        "scenario": plan.scenario.name,
        "title": plan.scenario.title,
        "fingerprint": plan.asked.fingerprint,
        "seed": plan.seed,
        "horizon": {"first": plan.first.isoformat(), "last": plan.last.isoformat()},
        "rows": rows,
        "bytes": {
            format_: sum(round(rows[name] * _bytes_a_row(spec)[k]) for name, spec in plan.tables.items())
            for k, format_ in enumerate(("csv", "parquet"))
        },
        "seconds": round(_seconds(plan, rows), 2),
        "solved": asdict(plan.solved),
        "knobs": turned(plan),
        "targets": _targets(plan),
        **happenings(plan.scenario, [plan.calendar.date_of(t) for t in range(*plan.published_days)]),
        "closed_weekdays": closed_weekdays(plan.scenario),
        "intensity": _intensity(plan),
    }


def _bytes_a_row(spec: TableSpec) -> tuple[float, float]:
    sizes = [_BYTES_A_LONG_TEXT.get(c.field.rpartition(".")[2], _BYTES_A_VALUE[c.kind]) for c in spec.columns]
    return sum(csv for csv, _ in sizes), sum(parquet for _, parquet in sizes)


def _targets(plan: Plan) -> list[dict[str, Any]]:
    """What was asked for, what planning expects, how far chance moves it, and which knobs were turned."""
    return [
        {
            "target": figure.target,
            "asked": figure.asked,
            "tolerance": figure.tolerance,
            "expected": figure.expected,
            "standard_error": figure.error,
            "knobs": list(figure.knobs),
            "rests_on": RESTS_ON[figure.target.partition(".")[0]],
        }
        for figure in plan.solved.targets
    ]


def _seconds(plan: Plan, rows: Mapping[str, int]) -> float:
    """Time of a run on one core, as CSV or Parquet, by the rates of docs/performance.md."""
    by_entity = {spec.entity: rows[name] for name, spec in plan.tables.items()}
    orders = _expected_orders(plan)
    # Orders are simulated with their lines, whichever of them is published.
    if by_entity.keys() & {
        *("order", "line", "review"),
        *("marketing_day", "marketing_channel_day", "budget_month"),
    }:
        by_entity["order"] = round(orders)
    nanoseconds = sum(_NANOSECONDS_A_ROW.get(entity, 0.0) * count for entity, count in by_entity.items())
    if plan.publishes("order", "shipping_address"):
        nanoseconds += _NANOSECONDS_AN_ADDRESS * orders
    return _SECONDS_TO_START + nanoseconds * 1e-9


def _expected_orders(plan: Plan) -> float:
    start, stop = plan.published_days
    return float(plan.calendar.drawn_a_day[start:stop].sum())


def _expected_rows(plan: Plan) -> dict[str, int]:
    start, stop = plan.published_days
    shops = len(plan.shops)
    orders = _expected_orders(plan)
    months = (plan.last.year - plan.first.year) * 12 + plan.last.month - plan.first.month + 1
    changes, moves = plan.scenario.catalog.price_changes, plan.scenario.customers.moves
    begun = plan.shown_on + 1
    expected = {
        "shop": float(shops),
        "supply": float(plan.scenario.catalog.skus * len(plan.scenario.catalog.supplies)),
        "exchange_rate": float((stop - start) * len(plan.exchange)),
        "product_price": plan.scenario.catalog.skus * (1 + (begun / changes.every_days if changes else 0)),
        "customer_address": plan.scenario.customers.pool
        * (1 + (begun / 365 * moves.share_a_year if moves else 0)),
        "product": float(plan.scenario.catalog.skus),
        "order": orders,
        "line": orders * plan.solved.expected_lines_per_order,
        "marketing_day": float((stop - start) * shops),
        "marketing_channel_day": float((stop - start) * shops * len(plan.scenario.marketing_channels or ())),
        "budget_month": float(months * shops),
        "customer": float(plan.scenario.customers.pool),
        "review": float(plan.scenario.reviews.count if plan.scenario.reviews else 0),
    }
    return {name: round(expected[spec.entity]) for name, spec in plan.tables.items()}


def _intensity(plan: Plan) -> list[dict[str, Any]]:
    """Expected orders of every published day and shop with their factors (specification, section 3)."""
    calendar = plan.calendar
    rows = []
    for day in range(*plan.published_days):
        for place, (shop, weight) in enumerate(plan.scenario.demand.shops.items()):
            holiday = 1.0 if calendar.holiday is None else float(calendar.holiday[day, place])
            noise = 1.0 if calendar.noise is None else float(calendar.noise[day].take(place, mode="clip"))
            rows.append(
                {
                    "date": calendar.date_of(day).isoformat(),
                    "shop": shop,
                    "orders": calendar.base * float(calendar.shape[day]) * weight * holiday * noise,
                    "base": calendar.base,
                    "trend": float(calendar.trend[day]),
                    "weekday": float(calendar.weekday[day]),
                    "payday": float(calendar.payday[day]),
                    "event": float(calendar.event[day]),
                    "season": float(calendar.season[day]),
                    "registered": float(calendar.registered[day]),
                    "holiday": holiday,
                    "noise": noise,
                    "shop_weight": weight,
                    "discount_percent": int(calendar.discount[day]),
                }
            )
    return rows
