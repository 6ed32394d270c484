"""What `explain` tells is true: of a changed stream or key, just the columns change that name it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pyarrow as pa
import pytest
from pydantic import BaseModel

import footfall
import test_exchange
import test_money
from changing import CHANGING
from footfall.cli.main import run
from footfall.contract.judge import CHECKS
from footfall.core import permutation, streams
from footfall.core.vocabulary import VOCABULARY
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.simulate.conditions import value_at
from footfall.simulate.lineage import ORIGINS, lineage

Columns = dict[tuple[str, str], pa.ChunkedArray]

TWO_SHOPS = (
    "demand.shops={US: 1.0, CA: 0.5}", "customers.locales={US: en_US, CA: de_DE}", "demand.deal=expected",
    "basket.deal=expected", "basket.lines=null", "discount.deal=expected", "fulfilment.deal=expected",
    "payment.deal=expected", "shipping.deal=expected", "reviews.deal=expected",
    "reviews.ratings.deal=expected", "payment.by_shop={CA: {PayPal: 1.0}}",
    "payment.changes=[{from: 2024-03-01, shares: {PayPal: 0.5, Debit: 0.5}}]",
    "fulfilment.by_shop={CA: {Completed: 0.4, Processing: 0.1, Cancelled: 0.3, Returned: 0.2}}",
    "fulfilment.changes=[{from: 2024-03-01, "
    "shares: {Completed: 0.6, Processing: 0.1, Cancelled: 0.1, Returned: 0.2}}]",
)  # fmt: skip
TIMES = (
    "demand.hours={every_day: {8: 1, 12: 2, 20: 3}, Sun: {10: 1}}",
    "demand.holidays={places: {DE: DE-BY, AT: AT}, multiplier: 0}",
    "demand.noise={coefficient_of_variation: 0.2, autocorrelation: 0.5, per_shop: true}",
    "catalog.delisted={share: 0.1}",
    "marketing_channels={a: {revenue_share: 0.06, revenue_share_sd: 0.01, lead_days: 1, elasticity: 0.7}}",
    "tables.channels={rows: marketing_channel_day, columns: {d: date, s: shop, c: channel, e: spend}}",
    "tables.raw_products.columns.delisted_on=delisted",
    "promotions={shoes: {from: 03-01, to: 03-20, categories: [Schuhe], discount_percent: 15, uplift: 1.4}}",
)
MONEY = (*test_money.ALL, "tax.prices_include_tax=false")
HABITS = (
    "customers.habits={basket_size_correlation: 0.6, price_tilt: 0.8, favourites: {share: 0.4, skus: 2}, "
    "return_correlation: 0.5}",
)
LATE = (
    "arrival.delivery={late_share: 0.178}",
    "reviews.quality.late=1.42",
    "tables.orders.columns.promised_date=promised",
    "tables.orders.columns.delivered_date=delivered",
)
PAIRS = ("basket.sub_category_affinity=[{first: Wanderschuhe, then: Socken, odds_factor: 4.0}]",)
LIVES = (
    "targets.top_customer_share=null",
    "customers.registered.lifetime={median_days: 60, shape: 1.0}",
    "reviews.count=1500",
)
BENT = (
    "customers.promises=null",
    "free={coupling_max: 0.97, popularity_power_max: 6, orders: {min: 20000, max: 60000}, "
    "price_level: {min: 0.5, max: 2}, cost_level: {min: 0.7, max: 1.3}, return_level: {min: 0.3, max: 2}, "
    "discount_level: {min: 0.1, max: 12}, category_weight: {min: 0.2, max: 5}, "
    "rarest_orders: {min: 0.05, max: 2}, customer_pool: {min: 1000, max: 20000}, "
    "marketing_share: {min: 0.05, max: 0.3}}",
    "targets={order_value: {value: 180, tolerance: 40}, orders: {value: 50000, tolerance: 9000}, "
    "gross_margin: {value: 0.42, tolerance: 0.1}, return_rate: {value: 0.1, tolerance: 0.03}, "
    "top_sku_share: {top: 0.2, value: 0.75, tolerance: 0.3}, "
    "category_share: {Schuhe: {value: 0.4, tolerance: 0.1}, "
    "Bekleidung: {value: 0.25, of: units, tolerance: 0.1}}, "
    "discount_rate: {value: 0.05, tolerance: 0.03}, repeat_rate: {value: 0.66, tolerance: 0.1}, "
    "top_customer_share: {top: 0.2, value: 0.7, tolerance: 0.1}, "
    "marketing_share: {value: 0.12, tolerance: 0.05}}",
)
PAID = (
    *BENT,
    "targets={revenue: {value: 9000000, tolerance: 3000000}, net_margin: {value: 0.33, tolerance: 0.1}}",
)
VARIANTS: dict[str, tuple[str, float, tuple[str, ...]]] = {
    "vantage": ("vantage", 0.05, ()),
    "storefront": ("storefront", 0.2, ()),
    "two shops": ("storefront", 0.2, TWO_SHOPS),
    "times": ("vantage", 0.05, TIMES),
    "money": ("vantage", 0.05, MONEY),
    "habits": ("vantage", 0.05, HABITS),
    "currencies": ("vantage", 0.05, test_exchange.RATES),
    "lives": ("storefront", 0.2, LIVES),
    "pairs": ("vantage", 0.05, PAIRS),
    "late": ("storefront", 0.2, LATE),
    "changing": ("storefront", 0.2, CHANGING["storefront"]),
    "bent": ("vantage", 0.05, BENT),
    "paid": ("vantage", 0.05, PAID),
    "jaffle": ("jaffle", 0.1, ()),
    "grocer": ("grocer", 0.01, ()),
    "marketplace": ("marketplace", 0.05, ()),
    "fashion": ("fashion", 0.05, ()),
}
IDLE = {"jaffle": {("product", "name")}}
"""Columns whose own streams have nothing to decide in a variant: each thing has one name."""
MANY = "[A, B, C, D, E, F, G, H, I, J, K, L, M, N, O]"
CHANGES: dict[str, dict[str, list[str]]] = {
    "vantage": {
        "year": ["year=2028"],
        "years": ["years=2"],
        "demand.orders": ["demand.orders=40000"],
        "demand.growth_per_day": ["demand.growth_per_day=0.002"],
        "demand.shops": [
            "demand.shops={DE: 1.0, AT: 0.3, CH: 0.2, LI: 0.2}",
            "customers.locales={DE: de_DE, AT: de_AT, CH: de_CH, LI: de_CH}",
        ],
        "demand.weekday": ["demand.weekday.Mon=8"],
        "demand.months": ["demand.months.Mar=2"],
        "demand.payday": ["demand.payday.multiplier=3"],
        "demand.events": [
            "demand.events.black_week={from: 11-10, to: 11-27, multiplier: 6, discount_percent: 40}"
        ],
        "demand.opens_at": ['demand.opens_at="08:00:00"'],
        "demand.closes_at": ['demand.closes_at="20:00:00"'],
        "catalog.skus": ["catalog.skus=530"],
        "catalog.first_sku": ["catalog.first_sku=1"],
        "catalog.price": ["catalog.price.mu=4.45"],
        "catalog.cost_share": ["catalog.cost_share.min=0.41"],
        "catalog.popularity": ["catalog.popularity.max_over_min=14"],
        "catalog.return_concentration": ["catalog.return_concentration=30"],
        "catalog.categories.*.weight": ["catalog.categories.Schuhe.weight=2"],
        "catalog.models": [f"catalog.models={MANY}"],
        "catalog.pattern": ['catalog.pattern="{model} {thing} {detail}"'],
        "catalog.categories.*.share": [
            "catalog.categories.Schuhe.share=0.3",
            "catalog.categories.Ausrüstung.share=0.35",
        ],
        "catalog.categories.*.return_probability": ["catalog.categories.Schuhe.return_probability=0.2"],
        "catalog.categories.*.sub_categories": [
            "catalog.categories.Schuhe.sub_categories={Schuhe: {things: [A, B, C, D], details: [e, f, g, h]}}"
        ],
        "customers.pool": ["customers.pool=6000"],
        "customers.exponent": ["customers.exponent=2.5"],
        "customers.rarest_orders": ["customers.rarest_orders=0.2"],
        "customers.locales": ["customers.locales.CH=de_AT"],
        "basket.size": ["basket.size={1: 0.4, 2: 0.4, 3: 0.2}"],
        "basket.affinity": ["basket.affinity.0.odds_factor=6"],
        "basket.quantity": ["basket.quantity={1: 0.8, 2: 0.2}"],
        "discount": ["discount.shares={10: 0.25, 0: 0.75}"],
        "marketing": ["marketing={revenue_share: 0.2, revenue_share_sd: 0.03, lead_days: 3}"],
        "budget": ["budget={window_days: 9, biases_percent: [95, 105]}"],
        "targets.order_value": ["targets.order_value.value=230"],
        "targets.gross_margin": ["targets.gross_margin={value: 0.43, tolerance: 0.04}"],
        "targets.top_sku_share": ["targets.top_sku_share.value=0.75"],
        "free.coupling_max": ["free.coupling_max=0.9"],
    },
    "storefront": {
        "demand.orders": ["demand.orders=2900"],
        "demand.follows_customers": ["demand.follows_customers=false"],
        "catalog.skus": ["catalog.skus=210"],
        "catalog.price_endings": ["catalog.price_endings=[0]"],
        "catalog.categories.*.price": ["catalog.categories.Books.price.mu=3.2"],
        "catalog.categories.*.models": [f"catalog.categories.Books.models={MANY}"],
        "catalog.categories.*.sub_categories": [
            "catalog.categories.Books.sub_categories={Cookbooks: {things: [A, B, C, D], details: [e, f, g], "
            "noun: cookbook, facets: [spine, smell]}}"
        ],
        "catalog.stock": ["catalog.stock.median=50"],
        "catalog.suppliers": ["catalog.suppliers=20"],
        "catalog.listed": ["catalog.listed.new_share=0.3"],
        "customers.registered": ["customers.registered.to=2024-09-30"],
        "customers.locales": ["customers.locales.US=de_DE"],
        "basket.lines": ["basket.lines=8200"],
        "basket.quantity": ["basket.quantity={1: 0.5, 6: 0.5}"],
        "discount": ["discount={deal: exact, shares: {0: 0.3, 10: 0.3, 50: 0.4}, rounded_by: unit}"],
        "fulfilment": ["fulfilment.in_progress.youngest_share=0.15"],
        "payment": ["payment.shares={Credit Card: 0.5, PayPal: 0.35, Debit: 0.15}"],
        "shipping": ["shipping.elsewhere_share=0.3"],
        "reviews.count": ["reviews.count=2300"],
        "reviews.statuses": ["reviews.statuses=[Completed]"],
        "reviews.ratings": ["reviews.ratings.shares={5: 0.2, 4: 0.5, 3: 0.15, 2: 0.10, 1: 0.05}"],
        "reviews.quality": ["reviews.quality.price=0.5"],
        "reviews.delay": ["reviews.delay.median_days=20"],
        "targets.top_customer_share": ["targets.top_customer_share.value=0.65"],
        "free.customer_weight_sd_max": [
            "free.customer_weight_sd_max=0.8",
            "targets.top_customer_share={top: 0.2, value: 0.60, tolerance: 0.3}",
        ],
        "basket.deal": ["basket.deal=expected", "basket.lines=null", "discount.deal=expected"],
        "reviews.deal": ["reviews.deal=expected"],
        "promises.customer_order_share_max": ["promises.customer_order_share_max=0.2"],
    },
    "two shops": {
        "payment.by_shop": ["payment.by_shop={CA: {PayPal: 0.2, Debit: 0.8}}"],
        "payment.changes": ["payment.changes=[{from: 2024-03-01, shares: {Credit Card: 1.0}}]"],
        "fulfilment.by_shop": [
            "fulfilment.by_shop={CA: {Completed: 0.2, Processing: 0.1, Cancelled: 0.6, Returned: 0.1}}"
        ],
        "fulfilment.changes": [
            "fulfilment.changes=[{from: 2024-01-01, "
            "shares: {Completed: 0.1, Processing: 0.1, Cancelled: 0.6, Returned: 0.2}}]"
        ],
        "demand.deal": ["demand.deal=exact"],
    },
    "times": {
        "marketing_channels": [
            "marketing_channels.a.lead_days=3",
            "marketing_channels.b={revenue_share: 0.1, revenue_share_sd: 0.01, lead_days: 1}",
        ],
        "catalog.delisted": ["catalog.delisted.share=0.25"],
        "promotions": ["promotions.shoes.categories=[Bekleidung]", "promotions.shoes.uplift=3"],
        "demand.noise": ["demand.noise.coefficient_of_variation=0.4"],
        "demand.hours": ["demand.hours.Sun={10: 1, 11: 2}"],
        "demand.holidays": ["demand.holidays={places: {DE: DE-BY, AT: AT, CH: CH-ZH}, multiplier: 5}"],
    },
    "money": test_money.CHANGES,
    "late": {
        "arrival.delivery": ["arrival.delivery={promised_days: 6, late_share: 0.4}"],
        "reviews.quality": ["reviews.quality.late=0.5"],
    },
    "pairs": {
        "basket.sub_category_affinity": [
            "basket.sub_category_affinity=[{first: Wanderschuhe, then: Hosen, odds_factor: 9.0}]"
        ],
    },
    "lives": {"customers.registered.lifetime": ["customers.registered.lifetime.median_days=20"]},
    "habits": {
        "customers.habits.basket_size_correlation": ["customers.habits.basket_size_correlation=0.3"],
        "customers.habits.price_tilt": ["customers.habits.price_tilt=0.4"],
        "customers.habits.return_correlation": ["customers.habits.return_correlation=0.8"],
        "customers.habits.favourites": ["customers.habits.favourites.share=0.6"],
    },
    "currencies": test_exchange.CHANGES,
    "changing": {
        "catalog.price_changes": ["catalog.price_changes.sd_percent=10"],
        "customers.moves": ["customers.moves.share_a_year=0.1"],
    },
    "bent": {
        "targets.order_value": ["targets.order_value.value=190"],
        "targets.orders": ["targets.orders.value=48000"],
        "targets.gross_margin": ["targets.gross_margin.value=0.45"],
        "targets.return_rate": ["targets.return_rate.value=0.11"],
        "targets.top_sku_share": ["targets.top_sku_share.value=0.7"],
        "targets.category_share": ["targets.category_share.Schuhe.value=0.45"],
        "targets.discount_rate": ["targets.discount_rate.value=0.06"],
        "targets.repeat_rate": ["targets.repeat_rate.value=0.7"],
        "targets.top_customer_share": ["targets.top_customer_share.value=0.72"],
        "targets.marketing_share": ["targets.marketing_share.value=0.13"],
        "free.popularity_power_max": ["free.popularity_power_max=1.2"],
        "free.orders": ["free.orders.max=45000"],
        "free.price_level": ["free.price_level.min=0.95"],
        "free.cost_level": ["free.cost_level.max=1.01"],
        "free.return_level": ["free.return_level.min=0.8"],
        "free.discount_level": ["free.discount_level.max=3"],
        "free.category_weight": ["free.category_weight.max=1.05"],
        "free.rarest_orders": ["free.rarest_orders.max=0.3"],
        "free.customer_pool": ["free.customer_pool.max=6000"],
        "free.marketing_share": ["free.marketing_share.min=0.14"],
        "demand.weekday": ["demand.weekday.Mon=8"],
        "discount": ["discount.shares={10: 0.04, 20: 0.02, 0: 0.94}"],
        "catalog.price": ["catalog.price.mu=4.45"],
    },
    "paid": {
        "targets.revenue": ["targets.revenue.value=10000000"],
        "targets.net_margin": ["targets.net_margin.value=0.36"],
        "free.orders": ["free.orders.max=40000"],
        "free.price_level": ["free.price_level.max=1.02", "free.orders.max=36000"],
        "basket.quantity": ["basket.quantity={1: 0.8, 2: 0.2}"],
        "catalog.categories.*.return_probability": ["catalog.categories.Schuhe.return_probability=0.2"],
    },
    "jaffle": {
        "catalog.supplies": [
            "catalog.supplies=[{name: cup, cost: 0.1, perishable: false, categories: [beverage]}]"
        ],
        "targets.top_sku_share": ["targets.top_sku_share.value=0.36"],
        "basket.affinity": ["basket.affinity.0.odds_factor=6"],
        "demand.hours": ["demand.hours.Sun={10: 1, 11: 2}"],
        "shops.*.name": ["shops.PHL.name=Philly"],
        "shops.*.opened": ["shops.PHL.opened=2024-03-01"],
        "tax.prices_include_tax": ["tax.prices_include_tax=true"],
        "tax.rates.*.percent": ["tax.rates.PHL.percent=7"],
        "demand.shops": ["demand.shops={PHL: 1.0, BKN: 0.9, CHI: 0.7, SFO: 0.5, NOL: 0.6}"],
        "customers.pool": ["customers.pool=1000"],
        "fulfilment": ["fulfilment.shares={Served: 0.9, Spilt: 0.1}"],
        "reviews.count": ["reviews.count=2000"],
        "reviews.ratings": ["reviews.ratings.shares={5: 0.2, 4: 0.5, 3: 0.15, 2: 0.10, 1: 0.05}"],
    },
    "grocer": {
        "demand.noise": ["demand.noise.coefficient_of_variation=0.4"],
        "demand.holidays": ["demand.holidays.multiplier=0.5"],
        "demand.events": ["demand.events.asparagus.multiplier=3"],
        "promotions": ["promotions.advent.uplift=5", "promotions.barbecue.uplift=4"],
        "payment": ["payment.shares={Girocard: 0.3, Bar: 0.48, Kreditkarte: 0.14, Smartphone: 0.08}"],
        "customers.habits.basket_size_correlation": ["customers.habits.basket_size_correlation=0.2"],
        "customers.habits.price_tilt": ["customers.habits.price_tilt=0.6"],
        "customers.habits.favourites": ["customers.habits.favourites.share=0.3"],
        "catalog.stock": ["catalog.stock.median=50"],
        "catalog.suppliers": ["catalog.suppliers=20"],
        "targets.gross_margin": ["targets.gross_margin.value=0.26"],
        "targets.order_value": ["targets.order_value.value=32"],
        "free.popularity_power_max": ["free.popularity_power_max=1.2", "targets.top_sku_share.tolerance=0.3"],
        "discount": ["discount.shares={0: 0.8, 10: 0.15, 20: 0.05}"],
    },
    "marketplace": {
        "catalog.listed": ["catalog.listed.new_share=0.5"],
        "demand.growth_per_day": ["demand.growth_per_day=0.003"],
        "demand.hours": ["demand.hours.Sun={10: 1, 11: 2}"],
        "arrival.delivery": ["arrival.delivery={promised_days: 6, late_share: 0.4}"],
        "shipping_cost": ["shipping_cost.flat=6.90"],
        "shipping": ["shipping.elsewhere_share=0.3"],
        "customers.registered": ["customers.registered.to=2024-09-30"],
        "customers.pool": ["customers.pool=70000"],
        "basket.size": ["basket.size={1: 0.9, 2: 0.1}"],
        "reviews.quality": ["reviews.quality.late=0.5"],
        "fulfilment": ["fulfilment.in_progress.youngest_share=0.15"],
    },
    "fashion": {
        "free.return_level": ["free.return_level.min=0.99", "targets.return_rate.tolerance=0.2"],
        "targets.return_rate": ["targets.return_rate.value=0.38"],
        "customers.habits.return_correlation": ["customers.habits.return_correlation=0.5"],
        "customers.registered.lifetime": ["customers.registered.lifetime.median_days=20"],
        "catalog.delisted": ["catalog.delisted.share=0.4"],
        "catalog.listed": ["catalog.listed.new_share=0.5"],
        "promotions": ["promotions.winter_shoes.uplift=9"],
        "exchange_rates": ["exchange_rates.CHF.level=0.99"],
        "tax.rates.*.percent": ["tax.rates.CH.percent=9.1"],
        "shipping_cost": ["shipping_cost.by_shop.CH.flat=9"],
        "marketing": ["marketing.lead_days=4"],
        "catalog.return_concentration": ["catalog.return_concentration=20"],
    },
}


def _made(variant: str, more: tuple[str, ...] = ()) -> tuple[Scenario, Columns]:
    """A small data set; the permutations' keys, which are kept, may be those of other streams."""
    permutation._round_keys.cache_clear()
    name, scale, changes = VARIANTS[variant]
    overrides = (*changes, *more)
    tables = list(load(name, overrides).tables)
    made = footfall.generate(name, seed=7, scale=scale, tables=tables, overrides=overrides)
    columns = {
        (spec.entity, column.field): made.tables[table][column.name]
        for table, spec in made.subject.tables.items()
        for column in spec.columns
    }
    return load(name, overrides), columns


def _changed(before: Columns, after: Columns) -> set[tuple[str, str]]:
    return {field for field in before if not before[field].equals(after[field])}


def _group(stream: str) -> str:
    """Pattern of the declarations that a stream belongs to, the narrowest one."""
    patterns = {p for origin in ORIGINS.values() for p in origin.streams if fnmatchcase(stream, p)}
    assert patterns, f"the stream {stream} is declared nowhere"
    return max(patterns, key=lambda pattern: len(pattern.rstrip("*")))


@pytest.fixture(scope="module", params=list(VARIANTS))
def seen(request: pytest.FixtureRequest) -> Iterator[tuple[str, Scenario, Columns, dict[str, set[Any]]]]:
    """For each group of streams that a variant draws, the columns that change when it alone is redrawn."""
    drawn: set[str] = set()
    redrawn: set[str] = set()
    keys = streams._keys.__wrapped__

    def watched(seed: int, name: str) -> Any:
        drawn.add(name)
        return keys(seed + 1_000_003 if name in redrawn else seed, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "_keys", watched)
        scenario, before = _made(request.param)
        groups = defaultdict(set)
        for name in sorted(drawn):
            groups[_group(name)].add(name)
        found = {}
        for pattern, names in sorted(groups.items()):
            redrawn.clear()
            redrawn.update(names)
            found[pattern] = _changed(before, _made(request.param)[1])
        redrawn.clear()
        yield request.param, scenario, before, found


@pytest.mark.slow
def test_a_redrawn_stream_changes_columns_that_name_it(
    seen: tuple[str, Scenario, Columns, dict[str, set[Any]]],
):
    """No column changes with a stream that it does not say it depends on; and each stream changes one."""
    name, scenario, columns, found = seen
    for pattern, changed in found.items():
        named = {field for field in columns if pattern in lineage(scenario, *field).streams}
        text = ("review", "text")
        assert changed - named <= ({text} if pattern.startswith("review.") else set()), pattern
        own = {node for node, origin in ORIGINS.items() if pattern in origin.streams and node in columns}
        assert own <= changed | IDLE.get(name, set()), pattern


@pytest.mark.slow
@pytest.mark.parametrize("variant", [v for v in VARIANTS if CHANGES[v]])
def test_a_changed_key_changes_columns_that_name_it(variant: str):
    """No column changes with a key that it does not say it depends on, and its own keys change a column."""
    scenario, before = _made(variant)
    for key, change in CHANGES[variant].items():
        changed = _changed(before, _made(variant, tuple(change))[1])
        named = {field for field in before if key in lineage(scenario, *field).keys}
        assert changed <= named, key
        own = {node for node, origin in ORIGINS.items() if key in origin.keys and node in before}
        assert own <= changed, key
        assert changed, key


def test_every_key_that_is_named_exists_and_is_tried():
    """Each key is one of a variant's, and the test above changes it."""
    scenarios = [load(name, changes) for name, _, changes in VARIANTS.values()]
    keys = {key for origin in ORIGINS.values() for key in origin.keys}
    tried = {key for changes in CHANGES.values() for key in changes}
    assert keys == tried
    for key in keys:
        assert any(value_at(scenario, key) is not None for scenario in scenarios), key


MOVE_NOTHING = {
    *("version", "extends", "name", "title", "tables", "checks", "promises"),
    "targets.weekend_above_workdays",
    *(
        "customers.promises",
        "arrival.settled",
        "arrival.returned",
        "arrival.before_return",
        "arrival.late_lines",
    ),
}
"""Keys that no value of the final state depends on: what a scenario is called, what is published of it,
what is only checked, and on which days its facts come in."""


def _keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Paths of all keys below a model, with a * for any name; lists end a path."""
    for name, field in model.model_fields.items():
        here, kind, names = f"{path}{name}", field.annotation, ""
        while get_origin(kind) in {Annotated, Union, UnionType, dict}:
            names += ".*" if get_origin(kind) is dict else ""
            of = get_args(kind)
            kind = of[0] if get_origin(kind) is Annotated else next(k for k in of[::-1] if k is not NoneType)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{here}{names}.")
        else:
            yield here


def test_every_key_of_the_language_is_named():
    """Each key that a scenario may hold is named by a column's origin, or is known to move none."""
    named = {key for origin in ORIGINS.values() for key in origin.keys} | MOVE_NOTHING

    def is_named(key: str) -> bool:
        steps = key.split(".")
        return any(".".join(steps[:k]) in named for k in range(1, len(steps) + 1))

    assert [key for key in _keys(Scenario) if not is_named(key)] == []


def test_every_field_of_the_vocabulary_is_told():
    """Each field, and each kind of row, has its words; nothing else is named than what planning settles."""
    fields = {(entity, field) for entity, spec in VOCABULARY.items() for field in spec.fields}
    rows = {(entity, "*") for entity in VOCABULARY}
    assert fields | rows <= ORIGINS.keys()
    for origin in ORIGINS.values():
        assert set(origin.follows) <= ORIGINS.keys()
        assert origin.words.endswith(".")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    with pytest.raises(SystemExit) as left:
        run(["explain", *arguments, "--json"])
    assert left.value.code == 0
    return json.loads(capsys.readouterr().out)


def test_rules_are_the_checks_that_read_the_column(capsys: pytest.CaptureFixture[str]):
    """A column's rules are the checks that name it among what they need and that can be decided."""
    found = told(capsys, "raw_line_items.is_returned")
    named = {name for name, check in CHECKS.items() if any("line.is_returned" in n for n in check.needs)}
    assert named <= {rule["check"] for rule in found["rules"]}
    assert not any(rule["check"].startswith("reviews.") for rule in found["rules"])


def test_a_column_of_ones_own_scenario_is_explained(
    capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch
):
    """With --scenario, tables and columns have the names that the file gives them."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        run(["show", "vantage"])
    text = (
        capsys.readouterr()
        .out.replace("raw_orders:", "sales:")
        .replace("shop_id: shop, customer", "branch: shop, customer")
    )
    (tmp_path / "mine.yml").write_text(text, encoding="utf-8")
    found = told(capsys, "sales.branch", "-s", "mine.yml")
    assert (found["how"], found["own_keys"]) == (ORIGINS["order", "shop"].words, ["demand.shops"])


def test_a_page_for_people_holds_the_same(capsys: pytest.CaptureFixture[str]):
    """Words, streams, keys and rules of the document stand on the page."""
    found = told(capsys, "reviews.rating")
    with pytest.raises(SystemExit):
        run(["explain", "reviews.rating"])
    page = " ".join(capsys.readouterr().out.split())
    for part in [found["how"], *found["streams"], *found["keys"], *(r["check"] for r in found["rules"])]:
        assert part in page


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["raw_orders.custmer_id"], ["did you mean 'customer_id'?"]),
        (["raw_order.customer_id"], ["did you mean 'raw_orders'?", "--scenario"]),
        (["orders.status", "-s", "vantage"], ["vantage publishes no table 'orders'"]),
        (["orders"], ["such as raw_orders.customer_id"]),
    ],
)
def test_what_is_not_there_is_one_line(
    arguments: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]
):
    """An unknown table or column says what there is; exit 2."""
    with pytest.raises(SystemExit) as left:
        run(["explain", *arguments])
    captured = capsys.readouterr()
    assert left.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    for part in parts:
        assert part in captured.err
