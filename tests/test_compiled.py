"""Loops in C and their meaning in NumPy: the same figures, hashes and findings, whatever the tables hold."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.compile_loops import PACKAGE, compile_loops

import footfall
from footfall import Dataset
from footfall.contract.customer_orders import CustomerOrders
from footfall.contract.grouping import MOST_LINES, Grouping, grouped
from footfall.contract.places import split_seconds, tally
from footfall.core import compiled
from footfall.scenario.load import load
from footfall.sinks.base import MANIFEST_DIRECTORY, MANIFEST_FILE
from sample import Tables, change, findings_of
from shipped import SHIPPED

T = TypeVar("T")
ORDERS = 3_000
CATALOG = load("vantage").catalog
LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@pytest.fixture(scope="module", autouse=True)
def _are_compiled(compiled_loops: None) -> None:
    """What is compared here must be there."""


def in_steps(work: Callable[[], T]) -> T:
    """What NumPy makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "is_available", lambda: False)
        return work()


@functools.cache
def shop(name: str) -> tuple[Dataset, Tables]:
    """A data set, and its first orders with their lines beside the other tables."""
    data = footfall.generate(name, seed=3, scale=0.2)
    order, line = (data.subject.spec(entity) for entity in ("order", "line"))
    assert order is not None
    assert line is not None
    tables = {**data.tables, order.name: data.tables[order.name].slice(0, ORDERS)}
    theirs = pc.is_in(tables[line.name][line.column_of("order")], tables[order.name][order.column_of("id")])
    return data, {**tables, line.name: tables[line.name].filter(theirs)}


@pytest.mark.parametrize("name", SHIPPED)
@settings(deadline=None, max_examples=15)  # a busy machine is no fault
@given(data=st.data())
def test_findings_are_the_same_of_whatever_tables(name: str, data: st.DataObject) -> None:
    """Also of lines out of step, and of SKUs, customers, days and discounts that there can't be."""
    of, tables = shop(name)
    for entity in data.draw(st.lists(st.sampled_from(["order", "line"]), min_size=1, max_size=3)):
        spec = of.subject.spec(entity)
        assert spec is not None
        schema = tables[spec.name].schema
        names = [f.name for f in schema if not (pa.types.is_string(f.type) or pa.types.is_date(f.type))]
        rows = data.draw(st.lists(st.integers(0, tables[spec.name].num_rows - 1), min_size=1, max_size=3))
        value = data.draw(st.one_of(st.integers(-2, 12), st.sampled_from([-700, 700, -(2**31), 2**33])))

        def damaged(old: Any, rows: list[int] = rows, value: int = value) -> Any:
            old[rows] = value if old.dtype.itemsize == 8 else value > 0
            return old

        if names:
            tables = change(tables, spec.name, data.draw(st.sampled_from(names)), damaged)
    assert findings_of(of.subject, tables) == in_steps(lambda: findings_of(of.subject, tables))


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, MOST_LINES + 3), min_size=1, max_size=40),
    times=st.sampled_from([1, 60]),
    data=st.data(),
)
def test_lines_are_grouped_alike(sizes: list[int], times: int, data: st.DataObject) -> None:
    """Orders of any size, in step or not, with SKUs, units and numbers that may be wrong anywhere."""
    sizes = sizes * times
    n = sum(sizes)
    first = np.cumsum([0, *sizes[:-1]])
    columns = {
        "order": np.repeat(np.arange(len(sizes)) + 5, sizes),
        "product": np.arange(n) % CATALOG.skus + CATALOG.first_sku,
        "number": np.arange(n) - np.repeat(first, sizes) + 1,
    }
    units = np.arange(n) % 3 + 1
    wrong = st.one_of(st.integers(-1, 130), st.sampled_from([LEAST, MOST]))
    for name in data.draw(st.lists(st.sampled_from([*columns, "units"]), max_size=3)):
        values = units if name == "units" else columns[name]
        values[data.draw(st.integers(0, n - 1))] = data.draw(wrong)
    if data.draw(st.booleans()):
        del columns["number"]

    def group() -> Grouping:
        return grouped(columns, units, CATALOG, 3, np.int16)

    quick, slow = group(), in_steps(group)
    for field in ("begins", "starts", "sku", "known", "few", "of_size"):
        assert np.array_equal(getattr(quick, field), getattr(slow, field)), field
    assert (quick.is_rising, quick.range_of_units) == (slow.is_rising, slow.range_of_units)
    assert quick.is_numbered >= slow.is_numbered  # the latter is False also if unsure
    assert quick.may_hold_twice <= slow.may_hold_twice


@settings(deadline=None)
@given(
    pool=st.sampled_from([9, 70_000]),
    shops=st.sampled_from([1, 3, 300]),
    batches=st.lists(st.lists(st.tuples(st.integers(1, 9), st.integers(-1, 299)), max_size=9), max_size=4),
    times=st.sampled_from([1, 300, 20_000]),
)
def test_customers_are_met_alike(
    pool: int, shops: int, batches: list[list[tuple[int, int]]], times: int
) -> None:
    """Whoever moved, and however often their counts begin anew."""

    def met() -> tuple[list[list[int]], list[int], list[int], tuple[int, int]]:
        tally = CustomerOrders(pool, shops)
        moved = []
        for batch in batches:
            who, shop = np.tile(np.array(batch, np.int64).reshape(-1, 2), (times, 1)).T
            moved.append(tally.add(who, np.minimum(shop, shops - 1)).tolist())
        return moved, tally.counts.tolist(), tally.home.tolist(), tally.keenest

    assert met() == in_steps(met)


@given(
    times=st.lists(st.integers(-(10**12), 10**12) | st.integers(0, 10**6), min_size=1, max_size=50),
    start=st.integers(-50_000, 50_000),
)
def test_seconds_are_split_alike(times: list[int], start: int) -> None:
    """Before 1970 and after, sorted and not."""
    for some in (times, sorted(times)):
        split = functools.partial(split_seconds, np.array(some), start)
        ours, theirs = split(), in_steps(split)
        assert [np.asarray(part).tolist() for part in ours] == [np.asarray(part).tolist() for part in theirs]


@given(places=st.lists(st.integers(0, 11), max_size=40), factor=st.sampled_from([1, -(2**40)]))
def test_places_are_counted_alike(places: list[int], factor: int) -> None:
    """Counts, and sums of values."""
    where = np.array(places, np.int64)

    def counted() -> list[list[int]]:
        once, sums = np.zeros((3, 4), np.int64), np.zeros(12, np.int64)
        tally(once, where)
        tally(sums, where, where * factor)
        return [once.ravel().tolist(), sums.tolist()]

    assert counted() == in_steps(counted)


@pytest.mark.parametrize("place", [-1, 12, LEAST])
def test_nothing_is_counted_outside_of_the_counts(place: int) -> None:
    """A place that no count has is an error, not a write to memory of others."""
    with pytest.raises(IndexError, match="outside of 12 counts"):
        tally(np.zeros(12, np.int64), np.array([3, place, 3, 3, 3]))


def test_arrays_with_gaps_are_refused() -> None:
    """A loop goes from one address on."""
    with pytest.raises(ValueError, match="follow each other"):
        compiled.run("add_at", np.zeros(9, np.int64), 9, np.zeros(9, np.int64)[::2], None, 5)


def copied(to: Path) -> Path:
    """The package without compiled loops."""
    ignored = shutil.ignore_patterns("loops-*", "__pycache__")
    return Path(shutil.copytree(PACKAGE, to / "footfall", ignore=ignored))


def made_by(package: Path, out: Path) -> tuple[bool, Any]:
    """Whether a copy of the package has compiled loops, and the hashes of a shop that it generates."""

    def run(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    told = run("-c", "from footfall.core import compiled as c; print(c.__file__, c.is_available())").split()
    assert Path(told[0]).is_relative_to(package)
    run("-m", "footfall", "generate", "vantage", "--scale", "0.01", "--quiet", "-o", str(out))
    tables = json.loads((out / MANIFEST_DIRECTORY / MANIFEST_FILE).read_text(encoding="utf-8"))["tables"]
    return told[1] == "True", tables


def test_a_package_without_compiled_loops_makes_the_same(tmp_path: Path) -> None:
    """Where there was no compiler, or the sources are others than those compiled, NumPy does the work."""
    package = copied(tmp_path)
    is_compiled, slow = made_by(package, tmp_path / "slow")
    assert not is_compiled
    compile_loops(package)
    is_compiled, quick = made_by(package, tmp_path / "quick")
    assert is_compiled
    assert quick == slow
    with (package / "core" / "loops.h").open("a") as changed:
        changed.write("/* changed */\n")
    assert not made_by(package, tmp_path / "changed")[0]
    library = compile_loops(package)
    assert list((package / "core").glob("loops-*")) == [library]


def test_the_loops_compile_without_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the strictest rules of the compiler."""
    monkeypatch.setenv("CC", "cc -Werror -Wpedantic -Wconversion -Wshadow")
    assert compile_loops(copied(tmp_path)).exists()


@pytest.mark.parametrize(
    ("compiler", "said"), [("no-such-cc", "no C compiler"), ("false", "did not compile")]
)
def test_without_a_compiler_nothing_is_left(
    compiler: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told why, and no half-made library stays."""
    monkeypatch.setenv("CC", compiler)
    package = copied(tmp_path)
    with pytest.raises(OSError, match=said):
        compile_loops(package)
    assert not list((package / "core").glob("loops-*"))
