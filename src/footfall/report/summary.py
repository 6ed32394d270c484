"""A published data set as one plain dict: what it promises, what its files show, what is in its tables."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from footfall.contract.findings import Finding
from footfall.contract.subject import Subject
from footfall.report.figures.assortment import assortment
from footfall.report.figures.buying import baskets, customers
from footfall.report.figures.demand import demand
from footfall.report.figures.duckdb import Tables, scratch
from footfall.report.figures.intervals import normal_score
from footfall.report.figures.money import money
from footfall.report.figures.outcomes import outcomes
from footfall.sinks.database import Source

FIRST_ROWS = 5


def summarise(source: Source, subject: Subject, findings: Sequence[Finding]) -> dict[str, Any]:
    """Tell a data set by figures; each comes from its tables, theory from the scenario in its manifest.

    Parameters
    ----------
    source
        The data set.
    subject
        The tables of it that can be read.
    findings
        What the contract found in the files.
    """
    manifest = source.manifest
    batches = {name: source.batches(spec) for name, spec in subject.tables.items()}
    heads: dict[str, list[list[str]]] = {}
    counted = {name: _noting(name, each, heads) for name, each in batches.items()}
    with scratch(subject, counted) as tables:
        sections = {
            "demand": demand(tables),
            "assortment": assortment(tables),
            "customers": customers(tables),
            "baskets": baskets(tables),
            "money": money(tables),
            "outcomes": outcomes(tables),
        }
        return {
            "title": subject.scenario.title,
            "scenario": subject.scenario.name,
            "currency": subject.scenario.currency,
            "seed": manifest.seed,
            "scale": manifest.scale,
            "first": manifest.first,
            "last": manifest.last,
            "format": manifest.format,
            "footfall_version": manifest.footfall_version,
            "fingerprint": manifest.fingerprint,
            "whole_horizon": subject.whole_year,
            "as_of": subject.as_of.isoformat() if subject.as_of else None,
            "headline": _headline(tables),
            "verdicts": dict(Counter(str(f.verdict) for f in findings)),
            "contract": [_promise(f) for f in findings],
            **{name: figures for name, figures in sections.items() if figures},
            "tables": _tables(tables, heads),
        }


def _noting(
    name: str, batches: Iterable[pa.RecordBatch], heads: dict[str, list[list[str]]]
) -> Iterable[pa.RecordBatch]:
    """Pass batches on, and keep the first rows as text."""
    heads[name] = []
    for batch in batches:
        missing = FIRST_ROWS - len(heads[name])
        if missing > 0:
            columns = [[_word(v) for v in column.slice(0, missing).to_pylist()] for column in batch.columns]
            heads[name] += [list(row) for row in zip(*columns, strict=True)]
        yield batch


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6f}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _promise(finding: Finding) -> dict[str, Any]:
    """A finding as it is told, with its distance in standard errors; a law's is that of its p-value."""
    told = {
        name: getattr(finding, name)
        for name in ("check", "kind", "rule", "verdict", "target", "observed", "tolerance", "detail")
    }
    off = finding.standard_errors
    if off is None and finding.p_value is not None:
        off = normal_score(finding.p_value)
    p_value = None if finding.p_value is None else float(f"{finding.p_value:.6g}")
    return {**told, "p_value": p_value, "standard_errors": None if off is None else round(off, 2)}


def _headline(tables: Tables) -> dict[str, Any]:
    """The few figures that a person asks for first."""
    told: dict[str, Any] = {}
    if tables.has("order"):
        (told["orders"],) = tables.row('SELECT count(*) FROM "order"')
    if tables.has("order", "revenue"):
        (cents,) = tables.row('SELECT coalesce(sum(revenue), 0)::BIGINT FROM "order"')
        told["revenue"] = cents / 100
        if told["orders"]:
            told["order_value"] = round(cents / 100 / told["orders"], 4)
    if costs := _costs(tables):
        margin = tables.row(
            f'SELECT 1 - sum(l.quantity * p.cost) / nullif(sum(l.amount), 0) FROM "line" l {costs}'
        )[0]
        told["gross_margin"] = None if margin is None else round(margin, 6)
    if tables.has("line"):
        (told["lines"],) = tables.row('SELECT count(*) FROM "line"')
    if tables.has("order", "customer"):
        (told["buyers"],) = tables.row('SELECT count(DISTINCT customer) FROM "order"')
    if tables.has("review", "rating"):
        count, stars = tables.row('SELECT count(*), avg(rating) FROM "review"')
        told |= {"reviews": count, "stars": None if stars is None else round(stars, 4)}
    return told


def _costs(tables: Tables) -> str:
    """Join of lines with the costs of their SKUs, of the order's day where they change; empty for none."""
    if not tables.has("line", "amount", "quantity", "product"):
        return ""
    if tables.subject.scenario.catalog.price_changes is None:
        return 'JOIN "product" p ON p.id = l.product' if tables.has("product", "id", "cost") else ""
    is_told = tables.has("product_price", "product", "cost", "valid_from", "valid_to")
    if not (is_told and tables.has("line", "order") and tables.has("order", "id", "day")):
        return ""
    return (
        'JOIN "order" o ON o.id = l."order" '
        "JOIN product_price p ON p.product = l.product AND o.day BETWEEN p.valid_from AND p.valid_to"
    )


def _tables(tables: Tables, heads: Mapping[str, list[list[str]]]) -> list[dict[str, Any]]:
    """Tables with columns, keys, references, row counts and first rows, all by published names."""
    told = []
    for name, spec in tables.subject.tables.items():
        told.append(
            {
                "name": name,
                "grain": spec.grain,
                "rows": tables.counts[name],
                "key": list(spec.key),
                "columns": [
                    {
                        "name": c.name,
                        "kind": str(c.kind),
                        "unit": c.unit,
                        "text": c.text,
                        "references": ".".join(c.references) if c.references else None,
                    }
                    for c in spec.columns
                ],
                "first_rows": list(itertools.islice(heads[name], FIRST_ROWS)),
            }
        )
    return told
