"""The figures of a report: what the files say, counted in another way; what is not published is left out."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

import footfall
from footfall import Dataset
from footfall.core import laws
from footfall.core.errors import OutputError, RequestError
from footfall.core.streams import Streams, row_addresses
from footfall.report.figures.demand import demand
from footfall.report.figures.duckdb import scratch
from footfall.report.figures.intervals import poisson_band, share_interval
from footfall.report.figures.regression import poisson_regression
from footfall.sinks.database import database_at
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.reporting import report, summary_of
from footfall.workflow.request import Request
from shipped import SHIPPED, small


@pytest.fixture(scope="module")
def vantage(whole: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`vantage` at scale 1 on disk, as Parquet."""
    place = tmp_path_factory.mktemp("report") / "vantage"
    whole.write(place, format="parquet")
    return place


@pytest.fixture(scope="module")
def storefront(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`storefront` at scale 1 on disk, as CSV."""
    place = tmp_path_factory.mktemp("report") / "storefront"
    generate_into(Request("storefront", seed=7), place)
    return place


@pytest.fixture(scope="module")
def told(vantage: Path) -> dict:
    return summary_of(vantage)


@pytest.fixture(scope="module")
def told_storefront(storefront: Path) -> dict:
    return summary_of(storefront)


@pytest.fixture(scope="module")
def frames(whole: Dataset) -> dict[str, pd.DataFrame]:
    """Tables of `vantage` with each line's amount and its order."""
    tables = whole.to_pandas()
    lines = tables["raw_line_items"]
    lines["amount"] = (lines["qty"] * lines["unit_price_paid"]).round(2)
    lines = lines.merge(tables["raw_orders"], on="order_id").merge(tables["raw_products"], on="sku_id")
    return {**tables, "sold": lines}


def test_orders_are_counted_by_day_hour_month_and_shop(told: dict, frames: dict[str, pd.DataFrame]):
    """Orders of each day and shop, weekday and hour, month and weekday are those of the file."""
    orders = frames["raw_orders"]
    days = pd.date_range("2025-01-01", "2025-12-31")
    by_day = (
        orders.groupby([orders.order_ts.dt.normalize(), "shop_id"]).size().unstack(fill_value=0).reindex(days)
    )
    for shop in told["demand"]["days"]["shops"]:
        assert shop["orders"] == by_day[shop["shop"]].tolist()
    hours = orders.groupby([orders.order_ts.dt.day_of_week, orders.order_ts.dt.hour]).size()
    assert {
        (d, h): n for d, row in enumerate(told["demand"]["hours"]["orders"]) for h, n in enumerate(row) if n
    } == hours.to_dict()
    months = orders.groupby(orders.order_ts.dt.strftime("%Y-%m")).size()
    assert {m["name"]: m["orders"] for m in told["demand"]["months"]} == months.to_dict()
    means = orders.groupby(orders.order_ts.dt.day_of_week).size() / np.bincount(days.day_of_week)
    assert [w["orders"] for w in told["demand"]["weekdays"]] == pytest.approx(means.tolist(), abs=1e-4)


def test_the_intensity_is_the_specified_one(told: dict):
    """Expected orders of a day and shop are base x trend x weekday x payday x events x weight."""
    shop = next(s for s in told["demand"]["days"]["shops"] if s["shop"] == "DE")
    weekday = [0.9, 0.85, 0.9, 0.95, 1.0, 1.2, 1.3]

    def shape(day: dt.date) -> float:
        event = 1.5 if dt.date(2025, 7, 15) <= day <= dt.date(2025, 7, 30) else 1.0
        event *= 3.0 if dt.date(2025, 11, 20) <= day <= dt.date(2025, 11, 27) else 1.0
        event *= 1.8 if dt.date(2025, 12, 1) <= day <= dt.date(2025, 12, 15) else 1.0
        trend = 1 + 0.0003 * (day - dt.date(2025, 1, 1)).days
        return trend * weekday[day.weekday()] * (1.15 if day.day >= 26 else 1.0) * event

    days = [dt.date(2025, 1, 1) + dt.timedelta(k) for k in range(365)]
    base = 35000 / sum(map(shape, days)) / 1.5
    assert shop["expected"] == pytest.approx([base * shape(d) for d in days], abs=0.006)
    assert shop["low"] == stats.poisson.ppf(0.025, [base * shape(d) for d in days]).tolist()
    assert shop["high"] == stats.poisson.ppf(0.975, [base * shape(d) for d in days]).tolist()


def test_figures_of_lines_are_those_of_the_file(told: dict, frames: dict[str, pd.DataFrame]):
    """Units by SKU, returns, basket sizes, discounts and pairs of categories, counted by pandas."""
    sold = frames["sold"]
    units = sold.groupby("sku_id").qty.sum().sort_values(ascending=False)
    tail = told["assortment"]["long_tail"]
    assert tail["share_of_top"] == pytest.approx(units.head(100).sum() / units.sum(), abs=1e-6)
    assert tail["skus_for_80_percent"] == int((units.cumsum() < 0.8 * units.sum()).sum() + 1)
    returned = sold.groupby("category").is_returned.agg(["sum", "size"])
    for one in told["assortment"]["returns"]:
        assert (one["returned"], one["lines"]) == tuple(returned.loc[one["category"]])
    sizes = sold.groupby("order_id").size().value_counts()
    assert {s["lines"]: s["orders"] for s in told["baskets"]["sizes"]} == sizes.to_dict()
    plain = sold[~sold.order_ts.dt.strftime("%m-%d").between("11-20", "11-27")]
    everyday, event = told["baskets"]["discounts"]
    assert {s["percent"]: s["lines"] for s in everyday["shares"]} == (
        (plain.discount * 100).round().astype(int).value_counts().to_dict()
    )
    assert [s["percent"] for s in event["shares"]] == [20]
    first = sold[sold.line_number == 1].set_index("order_id").category
    later = sold[sold.line_number > 1]
    pairs = pd.crosstab(later.order_id.map(first), later.category)
    affinity = told["baskets"]["affinity"]
    assert affinity["pairs"] == pairs.loc[affinity["categories"], affinity["categories"]].to_numpy().tolist()
    independent = stats.contingency.expected_freq(pairs)
    assert np.array(affinity["ratio"]) == pytest.approx(
        (pairs / independent).loc[affinity["categories"], affinity["categories"]].to_numpy(), abs=1e-4
    )


def test_figures_of_customers_and_money_are_those_of_the_file(told: dict, frames: dict[str, pd.DataFrame]):
    """Lorenz curve, Gini, orders a customer, the spend's lead and the budget, computed anew."""
    sold, orders = frames["sold"], frames["raw_orders"]
    revenue = sold.groupby("customer_id").amount.sum().to_numpy()
    pool = np.concatenate([np.sort(revenue)[::-1], np.zeros(5000 - len(revenue))])
    lorenz = told["customers"]["lorenz"]
    assert lorenz["share_of_best"] == pytest.approx(pool[:1000].sum() / pool.sum(), abs=1e-6)
    mean_difference = np.abs(np.subtract.outer(pool, pool)).mean()
    assert lorenz["gini"] == pytest.approx(mean_difference / (2 * pool.mean()), abs=0.003)
    times = orders.groupby("customer_id").size()
    groups = told["customers"]["orders"]
    assert groups[0]["customers"] == 5000 - len(times)
    assert sum(g["customers"] for g in groups) == 5000
    assert {g["from"]: g["customers"] for g in groups if g["from"] == g["to"] and g["from"]} == {
        n: int((times == n).sum()) for n in range(1, 10)
    }
    daily = sold.groupby(sold.order_ts.dt.normalize()).amount.sum()
    spend = frames["raw_marketing_daily"].groupby("date").spend_eur.sum()
    lags = {one["days"]: one["correlation"] for one in told["money"]["marketing"]["lags"]}
    for lag in (-3, 0, 2, 9):
        moved = pd.Series(daily.to_numpy()).shift(-lag)
        assert lags[lag] == pytest.approx(pd.Series(spend.to_numpy()).corr(moved), abs=1e-5)
    assert told["money"]["marketing"]["peak_days"] == 2
    actual = sold.groupby([sold.order_ts.dt.strftime("%Y-%m"), "shop_id"]).amount.sum()
    for one in told["money"]["budget"]["months"]:
        assert one["actual"] == pytest.approx(actual[one["month"], one["shop"]], abs=0.005)
    assert told["headline"]["revenue"] == pytest.approx(sold.amount.sum(), abs=0.01)


def test_figures_of_storefront_are_those_of_the_file(told_storefront: dict, storefront: Path):
    """Season, order value with a category, ratings by price, reviews by sales, statuses by age: by pandas."""
    orders = pd.read_csv(storefront / "orders.csv", parse_dates=["order_date"])
    items = pd.read_csv(storefront / "order_items.csv")
    products, reviews = pd.read_csv(storefront / "products.csv"), pd.read_csv(storefront / "reviews.csv")
    months = orders.groupby(orders.order_date.dt.strftime("%Y-%m")).total_amount.sum()
    money = told_storefront["money"]
    assert {m["month"]: m["revenue"] for m in money["months"]["months"]} == pytest.approx(months.to_dict())
    season = money["months"]["promises"][0]
    year = months[months.index.str[:4] == str(season["year"])]
    ratio = year[year.index.str[5:].isin(["11", "12"])].mean() / year[year.index.str[5:] <= "10"].mean()
    assert season["times"] == pytest.approx(ratio, abs=1e-4)
    electric = items.merge(products, on="product_id").query("category == 'Electronics'").order_id.unique()
    has = orders.order_id.isin(electric)
    value = money["order_value"][0]
    assert value["times"] == pytest.approx(
        orders[has].total_amount.mean() / orders[~has].total_amount.mean(), abs=1e-3
    )
    assert value["groups"][1]["quantiles"] == pytest.approx(
        orders[has].total_amount.quantile([0.1, 0.25, 0.5, 0.75, 0.9]).tolist(), abs=0.01
    )
    rated = reviews.merge(products, on="product_id")
    ratings = told_storefront["outcomes"]["ratings"]
    assert ratings["rank_correlation"] == pytest.approx(
        stats.spearmanr(rated.price, rated.rating).statistic, abs=1e-6
    )
    assert sum(g["reviews"] for g in ratings["groups"]) == 2500
    units = items.groupby("product_id").quantity.sum().reindex(products.product_id, fill_value=0)
    counts = reviews.groupby("product_id").size().reindex(products.product_id, fill_value=0)
    assert told_storefront["assortment"]["reviews"]["correlation"] == pytest.approx(
        units.corr(counts), abs=1e-6
    )
    age = (pd.Timestamp("2024-12-31") - orders.order_date).dt.days
    youngest = told_storefront["outcomes"]["statuses"]["ages"][0]
    assert (youngest["from_days"], youngest["to_days"]) == (0, 14)
    seen = orders[age <= 14].status.value_counts()
    statuses = told_storefront["outcomes"]["statuses"]["statuses"]
    assert youngest["orders"] == [int(seen.get(name, 0)) for name in statuses]


def test_prices_and_costs_stand_over_their_laws(told: dict, frames: dict[str, pd.DataFrame]):
    """Each bin counts its SKUs, and the law's counts are those of the clipped log-normal and the uniform."""
    prices = told["assortment"]["prices"]
    edges = np.array(prices["edges"])
    assert sum(prices["skus"]) == 501
    assert sum(prices["expected"]) == pytest.approx(501, abs=0.01)
    inside = frames["raw_products"].base_price_eur.between(edges[8], edges[9], inclusive="left").sum()
    assert prices["skus"][8] == inside
    law = stats.lognorm(0.6, scale=np.exp(4.5))
    assert prices["expected"][8] == pytest.approx(501 * (law.cdf(edges[9]) - law.cdf(edges[8])), abs=0.01)
    assert prices["expected"][0] == pytest.approx(501 * law.cdf(edges[1]), abs=0.01)  # with what is clipped
    assert sum(told["assortment"]["costs"]["skus"]) == 501


def test_the_regression_is_the_most_likely_one():
    """Coefficients maximise the Poisson likelihood, and errors are those of its curvature."""
    rows = row_addresses(400)
    streams = Streams(5)
    x = (streams.uniform("test.x", rows) < 0.4).astype(float)
    z = streams.uniform("test.z", rows)
    offset = np.log(5 + 10 * z)
    counts = laws.poisson(streams.uniform("test.count", rows), np.exp(offset + 0.2 + 0.7 * x)).astype(float)
    terms = np.column_stack([np.ones(400), x])
    fit = poisson_regression(counts, terms, offset)

    def unlikely(b: np.ndarray) -> float:
        return float(-stats.poisson.logpmf(counts, np.exp(offset + terms @ b)).sum())

    best = optimize.minimize(unlikely, [0.0, 0.0], method="BFGS")
    assert fit.coefficients == pytest.approx(best.x, abs=1e-4)
    assert fit.errors == pytest.approx(np.sqrt(np.diag(best.hess_inv)), rel=0.05)


@pytest.mark.slow
def test_intervals_hold_what_was_asked_for_nineteen_times_in_twenty():
    """Of the 95 % intervals over some seeds as many hold the truth as should, at p > 1e-4."""
    held = asked = 0
    for seed in range(200, 208):
        made = footfall.generate("vantage", seed=seed, tables=["raw_orders"])
        batches = {name: table.to_batches() for name, table in made.tables.items()}
        with scratch(made.subject, batches) as tables:
            for one in demand(tables)["multipliers"]:
                held += one["low"] <= one["asked"] <= one["high"]
                asked += 1
    assert asked == 8 * 13
    assert stats.binomtest(held, asked, 0.95).pvalue > 1e-4


def test_bands_are_those_of_their_laws():
    """Poisson bands are the central quantiles; Wilson's interval is that of SciPy."""
    means = [0.1, 1.0, 3.7, 52.0, 4000.0]
    low, high = poisson_band(means)
    assert low.tolist() == stats.poisson.ppf(0.025, means).tolist()
    assert high.tolist() == stats.poisson.ppf(0.975, means).tolist()
    wilson = stats.binomtest(7, 90).proportion_ci(method="wilson")
    assert share_interval(7, 90) == pytest.approx((wilson.low, wilson.high))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_format_changes_no_figure(name: str, tmp_path: Path):
    """CSV, Parquet and DuckDB of the same data give the same figures."""
    told = []
    for form in ("csv", "parquet", "duckdb"):
        generate_into(Request(name, seed=7, scale=small(name)), tmp_path / form, format=form)
        told.append(summary_of(tmp_path / form))
        assert told[-1].pop("format") == form
    assert told[0] == told[1] == told[2]
    json.dumps(told[0], allow_nan=False)


@pytest.mark.parametrize(
    ("tables", "sections"),
    [
        (["raw_products"], {"assortment"}),
        (["raw_orders"], {"demand", "customers"}),
        (["raw_line_items"], {"assortment", "baskets"}),
        (["raw_marketing_daily", "raw_budget_monthly"], set()),
    ],
)
def test_what_is_not_published_is_left_out(tables: list[str], sections: set[str], tmp_path: Path):
    """A section whose columns are not there is left out, and the page stands without it."""
    generate_into(Request("vantage", seed=7, scale=0.05, tables=tuple(tables)), tmp_path / "some")
    place, told = report(tmp_path / "some")
    assert told.keys() & {"demand", "assortment", "customers", "baskets", "money", "outcomes"} == sections
    assert place.read_text(encoding="utf-8").count("<section") == len(sections) + 2


def test_a_part_of_the_year_and_a_tiny_one_have_a_report(tmp_path: Path):
    """Few days, few orders and none at all are told without stumbling."""
    for name, request in {
        "week": Request("vantage", first=dt.date(2025, 3, 3), last=dt.date(2025, 3, 9)),
        "day": Request("vantage", scale=0.001, first=dt.date(2025, 3, 3), last=dt.date(2025, 3, 3)),
        "few": Request("storefront", scale=0.002),
        "none": Request("storefront", scale=0.05, as_of=dt.date(2023, 1, 4)),
    }.items():
        generate_into(request, tmp_path / name)
        place, told = report(tmp_path / name)
        assert "fail" not in told["verdicts"]
        assert "<svg" in place.read_text(encoding="utf-8")


def test_orders_that_tell_of_growth_alone_have_a_report(tmp_path: Path):
    """Thirty orders a year tell of no weekday, month or shop; a report does without, and without targets."""
    few = ["demand.orders=30", "customers.pool=20", "customers.promises=null"]
    few += [f"targets.{name}=null" for name in ("order_value", "gross_margin", "top_sku_share")]
    few += ["targets.weekend_above_workdays=false"]
    generate_into(Request("vantage", 123, overrides=few), tmp_path / "data")
    place, told = report(tmp_path / "data")
    assert [m["kind"] for m in told["demand"]["multipliers"]] == ["growth"]
    page = place.read_text(encoding="utf-8")
    assert "finds the multipliers" not in page
    assert "of the units<" in page


def test_what_is_still_to_come_is_not_expected(tmp_path: Path):
    """As of a day, figures are told without the laws of what is not yet known."""
    generate_into(Request("vantage", scale=0.1, as_of=dt.date(2025, 3, 1)), tmp_path / "vantage")
    generate_into(Request("storefront", scale=0.5, as_of=dt.date(2024, 3, 1)), tmp_path / "storefront")
    vantage, storefront = (summary_of(tmp_path / name) for name in ("vantage", "storefront"))
    assert vantage["as_of"] == "2025-03-01"
    assert {r["asked"] for r in vantage["assortment"]["returns"]} == {None}
    assert storefront["outcomes"]["statuses"]["asked"] is None
    assert "expected" not in storefront["demand"]["days"]["shops"][0]
    page_of, _ = report(tmp_path / "storefront")
    assert "as known at the end of 1 March 2024" in page_of.read_text(encoding="utf-8")


def test_a_database_has_a_report(tmp_path: Path):
    """A loaded schema gives the figures of the files, and its page goes where it is told to."""
    request = Request("vantage", seed=7, scale=0.02)
    address = f"duckdb:{tmp_path / 'shop.db'}"
    load_into(request, database_at(address))
    generate_into(request, tmp_path / "files", format="duckdb")
    told = [summary_of(place) for place in (address, tmp_path / "files")]
    assert told[0] == told[1]
    with pytest.raises(RequestError, match=r"-o report\.html"):
        report(address)
    assert report(address, tmp_path / "page.html")[0].exists()


def test_how_far_off_is_told_in_standard_errors(told: dict):
    """A target's distance over its error; a law's is the normal score of its p-value."""
    promises = {p["check"]: p for p in told["contract"]}
    value = promises["targets.order_value"]
    assert np.sign(value["standard_errors"]) == np.sign(float(value["observed"].split()[0]) - 220)
    assert abs(value["standard_errors"]) < 6
    total = promises["orders.total"]
    assert 2 * stats.norm.sf(total["standard_errors"]) == pytest.approx(total["p_value"], abs=0.01)
    assert promises["orders.ids"]["standard_errors"] is None


def test_edited_files_show_in_figures_and_contract(tmp_path: Path):
    """A removed line fails its promises in dict and page; an unreadable table is left out of the figures."""
    generate_into(Request("vantage", seed=7, scale=0.02), tmp_path / "data")
    file = tmp_path / "data" / "raw_line_items.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:10] + lines[11:]), encoding="utf-8")
    place, told = report(tmp_path / "data")
    broken = {p["check"] for p in told["contract"] if p["verdict"] == "fail"}
    assert "files.raw_line_items.unchanged" in broken
    assert told["headline"]["lines"] == len(lines) - 2
    text = place.read_text(encoding="utf-8")
    assert f"{len(broken)} of " in text
    assert '<span class="fail-word">fail</span>' in text
    file.write_text("".join([lines[0], *(line.replace(",", ";") for line in lines[1:])]), encoding="utf-8")
    place, told = report(tmp_path / "data")
    assert "baskets" not in told
    assert "files.raw_line_items.readable" in place.read_text(encoding="utf-8")


def test_the_same_data_give_the_same_page(storefront: Path, tmp_path: Path):
    """Bytes do not depend on when or where; nothing but the page is left behind."""
    pages = [report(storefront, tmp_path / name)[0].read_bytes() for name in ("one.html", "two.html")]
    assert pages[0] == pages[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.html", "two.html"]


def test_only_a_report_is_replaced(storefront: Path, tmp_path: Path):
    """A file that is no report of ours is kept, and so is a directory; a report is replaced."""
    theirs = tmp_path / "letter.html"
    theirs.write_text("<p>dear")
    with pytest.raises(OutputError, match="no report of Footfall's"):
        report(storefront, theirs)
    assert theirs.read_text() == "<p>dear"
    with pytest.raises(OutputError, match="is a directory"):
        report(storefront, tmp_path)
    assert report(storefront, tmp_path / "new" / "page.html")[0].exists()
    assert report(storefront, tmp_path / "new" / "page.html")[0].exists()


def test_promotions_are_told_apart(tmp_path: Path):
    """Lines that a promotion or an event reduces are counted apart; odds are over lines that none bends."""
    generate_into(Request("fashion", seed=7, scale=0.2), tmp_path / "data", format="parquet")
    told = summary_of(tmp_path / "data")
    assert {run["promotion"] for run in told["demand"]["promotions"]} == {
        f"{season}_{what}" for season in ("winter", "summer") for what in ("clothes", "shoes")
    }
    read = {
        name: pd.read_parquet(tmp_path / "data" / f"{name}.parquet")
        for name in ("fct_order", "fct_order_line", "dim_article")
    }
    lines = read["fct_order_line"].merge(read["fct_order"]).merge(read["dim_article"])
    day, is_shoe = lines.ordered_at.dt.strftime("%m-%d"), lines.department == "Schuhe"
    due = pd.Series(0, lines.index)
    due[day.between("11-21", "11-30")] = 20
    due[~is_shoe & (day.between("01-15", "02-05") | day.between("07-10", "08-05"))] = 30
    due[is_shoe & (day.between("01-27", "02-12") | day.between("07-24", "08-12"))] = 40
    percent = (lines.discount.astype(float) * 100).round().astype(int)
    for group in told["baskets"]["discounts"]:
        mine = percent[due == group["own_discount_percent"]]
        assert {s["percent"]: s["lines"] for s in group["shares"]} == mine.value_counts().to_dict()
    assert {g["own_discount_percent"] for g in told["baskets"]["discounts"]} == set(due)
    for asked, found in zip(
        told["baskets"]["affinity"]["asked"], told["baskets"]["affinity"]["odds"], strict=True
    ):
        # Null hypothesis: the odds are bent as asked; both intervals widened to a false alarm of one in 10^4.
        assert abs(np.log(found["odds_ratio"] / asked["odds_factor"])) < 2 * np.log(
            found["high"] / found["odds_ratio"]
        )


def test_worth_and_units_of_cafes(tmp_path: Path):
    """Where tax comes on top an order is worth its net amount; lines of one unit are units."""
    generate_into(Request("jaffle", seed=7, scale=0.1), tmp_path / "data")
    told, orders = summary_of(tmp_path / "data"), pd.read_csv(tmp_path / "data" / "raw_orders.csv")
    assert told["headline"]["revenue"] == pytest.approx(orders.subtotal.sum() / 100)
    assert told["assortment"]["long_tail"]["units"] == len(pd.read_csv(tmp_path / "data" / "raw_items.csv"))
