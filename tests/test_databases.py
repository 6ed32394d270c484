"""Loading into databases: the rows of the files, the old data or the new, one line for what is wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import footfall
from footfall.cli.main import run
from footfall.core.errors import ContractBroken, DataError, FootfallError, OutputError, RequestError
from footfall.plan import parts
from footfall.scenario.load import load as loaded
from footfall.sinks import database
from footfall.sinks.base import Manifest
from footfall.sinks.database import database_at, open_database, opened
from footfall.sinks.postgres_connection import PostgresConnection
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from postgres import Server
from shipped import SHIPPED, small
from test_sinks import SPECS, described, shop

SMALL = ("--scale", "0.02", "--quiet")
PATIENCE = 60.0
ORDERS = "SELECT count(*) FROM raw.orders"
HEEDING = """
import signal, sys
from footfall.cli.main import run
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background inherit that it is ignored
run(sys.argv[1:])
"""


def load(address: str, orders: int = 500, *, overwrite: bool = False) -> None:
    """Load a mini shop."""
    tables = shop(orders)
    sink = open_database(database_at(address), "raw", list(SPECS.values()), overwrite=overwrite)
    try:
        for table, batch in tables.items():
            sink.write(table, batch)
        sink.publish(described("duckdb", sink, tables))
    finally:
        sink.abort()


@contextmanager
def connected(address: str) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Somebody else's connection, which commits each statement by itself."""
    if address.startswith("duckdb:"):
        import duckdb

        with duckdb.connect(address.removeprefix("duckdb:")) as own:
            yield lambda sql: own.execute(sql).fetchall()
        return
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address, autocommit=True) as server, server.cursor() as cursor:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

        yield ask


def ask(address: str, sql: str) -> list[tuple[Any, ...]]:
    with connected(address) as other:
        return other(sql)


def manifest_of(address: str) -> Manifest:
    with opened(address, "raw") as source:
        return source.manifest


def hashes(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {name: (record.rows, record.content_hash) for name, record in manifest.tables.items()}


def failing(address: str) -> list[str]:
    return [f.check for f in verify(address) if f.verdict == "fail"]


@pytest.mark.parametrize(
    ("scenario", "scale"), [(name, {"vantage": 0.1, "storefront": 1.0}.get(name, 0.05)) for name in SHIPPED]
)
def test_a_loaded_scenario_has_the_hashes_of_the_files(
    address: str, scenario: str, scale: float, tmp_path: Path
) -> None:
    """What was loaded reads back from the database alone with the content hashes of the same files."""
    files = generate_into(Request(scenario, scale=scale), tmp_path / "files", format="csv").manifest
    load_into(Request(scenario, scale=scale), database_at(address))
    found = verify(address)
    assert [f for f in found if f.verdict == "fail"] == []
    assert sum(f.check.endswith(".unchanged") for f in found) == len(files.tables)
    assert hashes(manifest_of(address)) == hashes(files)


@pytest.mark.parametrize("scenario", SHIPPED)
def test_tables_of_every_shop_have_words_and_keys(address: str, scenario: str) -> None:
    """Each column says what it is; primary and foreign keys are those of the specification."""
    load_into(Request(scenario, scale=small(scenario)), database_at(address))
    specs = loaded(scenario).publishing()
    comments = (
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'raw'"
        if address.startswith("duckdb:")
        else "SELECT table_name, column_name, col_description(('raw.' || quote_ident(table_name))::regclass, "
        "ordinal_position) FROM information_schema.columns WHERE table_schema = 'raw'"
    )
    said = {(table, column): text for table, column, text in ask(address, comments)}
    for name, spec in specs.items():
        for column in spec.columns:
            assert said[name, column.name].startswith(column.text), (name, column.name)
    keys = ask(
        address,
        "SELECT table_name, constraint_type, count(*) FROM information_schema.table_constraints "
        "WHERE table_schema = 'raw' AND constraint_type LIKE '%KEY' AND table_name <> '_footfall' "
        "GROUP BY 1, 2",
    )
    due = {(name, "PRIMARY KEY", 1) for name in specs}
    for name, spec in specs.items():
        if count := sum(column.references is not None for column in spec.columns):
            due.add((name, "FOREIGN KEY", count))
    assert set(keys) == due


def test_a_slice_of_chosen_tables_is_loaded(address: str) -> None:
    """Days, tables and changes of the scenario mean what they mean to files."""
    request = Request(
        "vantage", 7, 0.1, dt.date(2025, 3, 1), dt.date(2025, 3, 9), ("raw_orders",), ("customers.pool=900",)
    )
    loaded = load_into(request, database_at(address)).manifest
    assert failing(address) == []
    same = footfall.generate(
        "vantage", seed=7, scale=0.1, first=request.first, last=request.last,
        tables=request.tables, overrides=request.overrides,
    )  # fmt: skip
    assert hashes(loaded) == hashes(same.manifest)


def test_tables_in_part_files_are_loaded(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that are too big for one file are loaded whole, with workers, and leave no part files."""
    monkeypatch.setattr(parts, "LARGE", 1_000)
    monkeypatch.setattr(parts, "ORDERS_A_FILE", 500)
    loaded = load_into(Request("vantage", scale=0.1, workers=2), database_at(address)).manifest
    monkeypatch.undo()
    assert failing(address) == []
    assert hashes(loaded) == hashes(footfall.generate("vantage", scale=0.1).manifest)
    assert beside(address) == []


def beside(address: str) -> list[str]:
    """What lies beside a database's file."""
    if not address.startswith("duckdb:"):
        return []
    path = Path(address.removeprefix("duckdb:"))
    return sorted(e.name for e in path.parent.iterdir() if path.name in e.name and e != path)


def test_types_comments_and_keys_are_declared(address: str) -> None:
    """Columns have their types and take no nulls; words, primary and foreign keys are the specification's."""
    load(address)
    columns = ask(
        address,
        "SELECT column_name, lower(data_type), is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'raw' AND table_name = 'orders' ORDER BY ordinal_position",
    )
    text = {"varchar": "text", "timestamp": "timestamp without time zone"}
    assert [(name, text.get(kind, kind), null) for name, kind, null in columns] == [
        ("order_id", "bigint", "NO"), ("shop", "text", "NO"), ("at", "timestamp without time zone", "NO"),
    ]  # fmt: skip
    money = ask(
        address,
        "SELECT numeric_precision, numeric_scale FROM information_schema.columns "
        "WHERE table_schema = 'raw' AND column_name = 'price'",
    )
    assert money == [(12, 2)]
    keys = ask(
        address,
        "SELECT table_name, constraint_type, count(*) FROM information_schema.table_constraints "
        "WHERE table_schema = 'raw' AND constraint_type LIKE '%KEY' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    assert keys == [
        ("lines", "FOREIGN KEY", 2), ("lines", "PRIMARY KEY", 1),
        ("orders", "PRIMARY KEY", 1), ("products", "PRIMARY KEY", 1),
    ]  # fmt: skip
    comment = (
        "SELECT comment FROM duckdb_columns() WHERE column_name = 'price'"
        if address.startswith("duckdb:")
        else "SELECT col_description('raw.products'::regclass, 2)"
    )
    assert ask(address, comment) == [("List price. [EUR]",)]


def test_a_broken_key_is_not_loaded(address: str) -> None:
    """Rows that refer to nothing, and rows that come twice, are refused by the database; nothing changes."""
    load(address, 7)
    tables = shop(5)
    for damaged in (
        {**tables, "orders": tables["orders"].slice(1)},
        {**tables, "orders": tables["orders"].take([0, 1, 2, 3, 3])},
    ):
        sink = open_database(database_at(address), "raw", list(SPECS.values()), overwrite=True)
        with pytest.raises(DataError, match=r"(?i)key") as caught:  # noqa: PT012 - either of the two may say it
            for table, batch in damaged.items():
                sink.write(table, batch)
            sink.publish(described("duckdb", sink, damaged))
        sink.abort()
        assert "\n" not in str(caught.value)
        assert ask(address, ORDERS) == [(7,)]


def test_a_broken_contract_is_not_loaded(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a check fails the database stays as it was."""
    load_into(Request("vantage", seed=1, scale=0.02), database_at(address))

    def refuse(findings: object) -> None:
        raise ContractBroken("a check failed")

    monkeypatch.setattr("footfall.workflow.generate.refuse_failures", refuse)
    with pytest.raises(ContractBroken):
        load_into(Request("vantage", seed=2, scale=0.02), database_at(address), overwrite=True)
    assert manifest_of(address).seed == 1
    assert failing(address) == []


def test_readers_see_the_old_or_the_new(address: str) -> None:
    """While a load is at work others read the old data without waiting; afterwards the new, at once."""
    load(address, 500)
    tables = shop(7)
    with connected(address) as other:
        sink = open_database(database_at(address), "raw", list(SPECS.values()), overwrite=True)
        for table, batch in tables.items():
            sink.write(table, batch)
            assert other(ORDERS) == [(500,)]
        sink.publish(described("duckdb", sink, tables))
        assert other(ORDERS) == [(7,)]
        assert other("SELECT count(*) FROM raw.lines") == [(14,)]


def test_views_of_the_tables_stay(address: str) -> None:
    """Views that others made over the tables, as dbt does, show the new rows after a load."""
    load(address, 500)
    for statement in (
        "CREATE SCHEMA mart",
        "CREATE VIEW mart.stg_orders AS SELECT order_id AS id, shop FROM raw.orders",
        "CREATE VIEW mart.shops AS SELECT shop, count(*) AS orders FROM mart.stg_orders GROUP BY shop",
    ):
        ask(address, statement)
    load(address, 8, overwrite=True)
    assert ask(address, "SELECT * FROM mart.shops ORDER BY shop") == [("Köln am Rhein", 4), ("Wien", 4)]
    load(address, 6, overwrite=True)
    assert ask(address, "SELECT count(*) FROM mart.stg_orders") == [(6,)]


def test_readers_keep_their_grants(server: Server, shop_on_server: str) -> None:
    """Who may read a table may read its successor; a view keeps its owner and its grants."""
    address = server.address(shop_on_server)
    load(address, 500)
    for statement in (
        "CREATE ROLE analyst LOGIN",
        "GRANT USAGE ON SCHEMA raw TO analyst",
        "GRANT SELECT ON raw.orders TO analyst WITH GRANT OPTION",
        "GRANT SELECT ON raw.lines TO PUBLIC",
        "CREATE VIEW public.stg AS SELECT * FROM raw.orders",
        "ALTER VIEW public.stg OWNER TO analyst",
    ):
        server.run(statement, shop_on_server)
    try:
        load(address, 7, overwrite=True)
        load(address, 8, overwrite=True)
        for table in ("raw.orders", "public.stg"):
            assert server.run(f"SELECT count(*) FROM {table}", shop_on_server, "analyst") == [(8,)]
        assert server.run("SELECT count(*) FROM raw.lines", shop_on_server, "analyst") == [(16,)]
        with pytest.raises(Exception, match="permission denied"):
            server.run("SELECT * FROM raw.products", shop_on_server, "analyst")
    finally:
        server.run("DROP OWNED BY analyst", shop_on_server)
        server.run("DROP ROLE analyst", shop_on_server)


def test_a_materialized_view_is_named(server: Server, shop_on_server: str) -> None:
    """What can't be given new tables is named before any work; nothing changes."""
    address = server.address(shop_on_server)
    load(address, 500)
    server.run("CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM raw.orders", shop_on_server)
    with pytest.raises(OutputError, match=r"public\.kept is a materialized view"):
        load(address, 7, overwrite=True)
    assert ask(address, ORDERS) == [(500,)]


@pytest.mark.parametrize("own", ["CREATE TABLE raw.notes (x int)", "CREATE VIEW raw.notes AS SELECT 1 AS x"])
def test_foreign_things_are_never_replaced(address: str, own: str) -> None:
    """A schema with anything that Footfall did not make is refused by name, with our data set or without."""
    ask(address, "CREATE SCHEMA raw")
    ask(address, own)
    with pytest.raises(OutputError, match="'notes', which Footfall did not make"):
        load(address, overwrite=True)
    ask(address, f"DROP {own.split()[1]} raw.notes")
    load(address, 5)
    ask(address, own)
    with pytest.raises(OutputError, match="'notes', which Footfall did not make"):
        load(address, 7, overwrite=True)
    assert ask(address, ORDERS) == [(5,)]
    assert ask(address, "SELECT count(*) FROM raw.notes")


def test_a_manifest_of_somebody_elses_is_not_believed(address: str) -> None:
    """A table that has the manifest's name and another content protects its schema."""
    ask(address, "CREATE SCHEMA raw")
    ask(address, "CREATE TABLE raw._footfall (x int)")
    with pytest.raises(OutputError, match="'_footfall', which Footfall did not make"):
        load(address, overwrite=True)
    ask(address, "DROP TABLE raw._footfall")
    ask(address, "CREATE TABLE raw._footfall (manifest json)")
    ask(address, "INSERT INTO raw._footfall VALUES ('{}')")
    with pytest.raises(OutputError, match=r"never replaced, as .* was not written by Footfall"):
        load(address, overwrite=True)


def test_other_schemas_stay(address: str) -> None:
    """A load touches its own schema alone; another --schema is another data set."""
    ask(address, "CREATE SCHEMA mine")
    ask(address, "CREATE TABLE mine.orders (x int)")
    load(address)
    load_into(Request("vantage", scale=0.02), database_at(address), schema='Roh "2"')
    assert [f for f in verify(address, schema='Roh "2"') if f.verdict == "fail"] == []
    assert ask(address, ORDERS) == [(500,)]
    assert ask(address, "SELECT count(*) FROM mine.orders") == [(0,)]


@pytest.mark.parametrize(
    ("edit", "check"),
    [
        ("UPDATE raw.raw_marketing_daily SET spend_eur = spend_eur + 1 WHERE shop_id = 'DE'", "unchanged"),
        ("DELETE FROM raw.raw_budget_monthly WHERE shop_id = 'DE'", "unchanged"),
        ("ALTER TABLE raw.raw_budget_monthly RENAME COLUMN plan_orders TO planned", "readable"),
        ("ALTER TABLE raw.raw_marketing_daily ALTER COLUMN spend_eur TYPE numeric(14,3)", "readable"),
        ("DROP TABLE raw.raw_budget_monthly", "readable"),
    ],
)
def test_an_edited_database_is_named(address: str, edit: str, check: str) -> None:
    """Rows or columns that somebody changed in the database are found, and named."""
    load_into(Request("vantage", scale=0.02), database_at(address))
    assert failing(address) == []
    ask(address, edit)
    table = edit.split("raw.", 1)[1].split(maxsplit=1)[0]
    assert f"files.{table}.{check}" in failing(address)


# For each line that it reads, a step and a command, forks a process that runs the command and is killed
# before the first step that has the text in it: a statement, or "COPY <table>"; prints how it ended.
# Drivers are native code, which no audit event tells of, so their functions are wrapped, not replaced.
KILLED_BEFORE = """
import json, os, signal, sys
import duckdb
from adbc_driver_postgresql import dbapi
from adbc_driver_manager import dbapi as driver
import footfall.workflow.load, footfall.sinks.duckdb_database, footfall.sinks.postgres
from footfall.cli.main import run
at = None
def told(function, text_of):
    def call(*given, **named):
        if at in text_of(*given, **named):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)
    return call
class Told:
    def __init__(self, connection): self.connection = connection
    def execute(self, sql, *given): return told(self.connection.execute, lambda s, *_: s)(sql, *given)
    def __getattr__(self, name): return getattr(self.connection, name)
connect = duckdb.connect
duckdb.connect = lambda *given, **named: Told(connect(*given, **named))
driver.Cursor.execute = told(driver.Cursor.execute, lambda self, sql: sql)
driver.Cursor.adbc_ingest = told(driver.Cursor.adbc_ingest, lambda self, table, *_, **__: "COPY " + table)
driver.Connection.commit = told(driver.Connection.commit, lambda self: "COMMIT")
driver.Connection.close = told(driver.Connection.close, lambda self: "CLOSE")
for line in sys.stdin:
    at, command = json.loads(line)
    child = os.fork()
    if not child:
        run(command)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
OLD, NEW = 1, 2  # seeds of the data set that is there, and of the one that takes its place
STEPS = {
    "duckdb": {
        "BEGIN": OLD, "CREATE SCHEMA": OLD, "DROP TABLE": OLD, "CREATE TABLE": OLD, "INSERT INTO": OLD,
        "read_parquet": OLD, "SELECT count(": OLD, "(manifest json": OLD, "COMMIT": OLD, "CHECKPOINT": NEW,
    },
    "postgresql": {
        "SET client_encoding": OLD, "advisory": OLD, "CREATE TABLE": OLD, "COPY _footfall_0": OLD,
        "COPY _footfall_2": OLD, "PRIMARY KEY": OLD, "FOREIGN KEY": OLD, "DROP TABLE": OLD,
        "RENAME TO": OLD, "(manifest json": OLD, "COMMIT": OLD, "CLOSE": NEW,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def killed_before() -> Iterator[Callable[..., None]]:
    """Run `load` as a process that is killed before a step."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_BEFORE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as forking:
        assert forking.stdin is not None
        assert forking.stdout is not None

        def kill(step: str, address: str, *options: str) -> None:
            command = ["load", "vantage", "--to", address, *SMALL, *options]
            print(json.dumps([step, command]), file=forking.stdin, flush=True)
            assert (step, forking.stdout.readline()) == (step, f"{-signal.SIGKILL}\n")

        yield kill
        forking.stdin.close()


def left_in(address: str) -> list[str]:
    """Tables of the schema `raw`, and locks that somebody holds in the database."""
    held = "SELECT locktype FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    locks = [] if address.startswith("duckdb:") else ask(address, held)
    tables = ask(address, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw'")
    return sorted(name for (name,) in tables + locks)


def assert_next_load_succeeds(address: str) -> None:
    """The next load is a whole one, and nothing of the killed one is left."""
    load_into(Request("vantage", seed=3, scale=0.02), database_at(address), overwrite=True)
    assert manifest_of(address).seed == 3
    assert failing(address) == []
    assert left_in(address) == sorted([*manifest_of(address).tables, "_footfall"])
    assert beside(address) == []


@pytest.mark.slow
def test_a_load_killed_at_any_step(address: str, killed_before: Callable[..., None]) -> None:
    """Killed before any step, a load leaves the old data or all the new; the next succeeds and clears up."""
    load_into(Request("vantage", seed=OLD, scale=0.02), database_at(address))
    for step, seed in STEPS[database_at(address).kind].items():
        killed_before(step, address, "--seed", str(NEW), "--overwrite")
        assert (step, manifest_of(address).seed) == (step, seed)
        assert failing(address) == []
    assert_next_load_succeeds(address)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["CREATE TABLE", "COMMIT"])
def test_a_first_load_that_is_killed(address: str, step: str, killed_before: Callable[..., None]) -> None:
    """Killed before its end, a first load leaves nothing to be read; the next succeeds and clears up."""
    killed_before(step, address)
    with pytest.raises(FootfallError, match="holds no data set of Footfall's"):
        manifest_of(address)
    assert_next_load_succeeds(address)


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.mark.slow
def test_an_interrupted_load_changes_nothing(address: str) -> None:
    """Ctrl-C gives exit 130 and one line; the old data stay, and nothing is left behind."""
    load_into(Request("vantage", seed=1, scale=0.02), database_at(address))
    process = subprocess.Popen(
        [sys.executable, "-c", HEEDING, "load", "vantage", "--to", address, "--scale=300", "--overwrite"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        if address.startswith("duckdb:"):
            path = Path(address.removeprefix("duckdb:"))
            wait_for(lambda: any(path.with_name(f".{path.name}.inprogress").glob("raw_orders/*")))
        else:
            wait_for(lambda: ask(address, "SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 0"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, out, err) == (130, "", "footfall: stopped; nothing was published\n")
    assert manifest_of(address).seed == 1
    assert failing(address) == []
    assert beside(address) == []


# Runs statements without end, and interrupts itself at moments of its own, as often as it is told to; it
# ends well if each Ctrl-C was heard once.
INTERRUPTED = """
import os, random, signal, sys, threading, time
import pyarrow as pa
from footfall.sinks.database import database_at
from footfall.sinks.postgres_connection import PostgresConnection
signal.signal(signal.SIGINT, signal.default_int_handler)
rows = pa.record_batch({"x": pa.array(range(20_000), pa.int64())})
draw = random.Random(1)
def interrupt():
    time.sleep(draw.uniform(0, 0.02))
    os.kill(os.getpid(), signal.SIGINT)
for _ in range(int(sys.argv[2])):
    server = PostgresConnection(database_at(sys.argv[1]))
    server.run("CREATE TEMPORARY TABLE t (x bigint)")
    sender = threading.Thread(target=interrupt)
    end = time.monotonic() + 20
    try:
        sender.start()
        while time.monotonic() < end:
            server.rows("SELECT 1")
            server.copy("pg_temp", "t", rows)
        sys.exit("an interrupt was never heard")
    except KeyboardInterrupt:
        sender.join()
    server.close()
"""


def test_an_interrupt_is_heard_at_any_moment(server: Server, shop_on_server: str) -> None:
    """Ctrl-C within, between or at the end of statements on a server is heard once, and harms nothing."""
    command = [sys.executable, "-c", INTERRUPTED, server.address(shop_on_server), "60"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """Run the command, which must end with one line and a code; give the line."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        run(arguments)
    said = capsys.readouterr()
    assert (left.value.code, said.out, said.err.count("\n")) == (code, "", 1), said
    assert said.err.startswith("footfall: ")
    return said.err


@pytest.mark.parametrize("command", ["load", "verify"])
def test_a_server_that_refuses_is_one_line(
    server: Server, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """No server, no database, no such user and a wrong password are one line, without the password."""
    server.run("DROP ROLE IF EXISTS guarded")
    server.run("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    with socket.socket() as taken:  # bound, and not listened to: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for address, said in (
            (f"postgresql://me@127.0.0.1:{port}/db", "Connection refused"),
            (server.address("nowhere"), 'database "nowhere" does not exist'),
            (server.address("postgres", "nobody"), 'role "nobody" does not exist'),
            (
                server.address("postgres", "guarded:s3cr3t"),
                'password authentication failed for user "guarded"',
            ),
            (f"{server.address('postgres', 'guarded')}?password=s3cr3t", "password authentication failed"),
        ):
            words = ["vantage", "--to", address, *SMALL] if command == "load" else [address]
            line = refusal(capsys, command, *words)
            assert said in line
            assert "s3cr3t" not in line


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cr3t@x@127.0.0.1/db",
        "postgresql://ann:s3/cr3t@127.0.0.1/db",
        "postgresql://ann:12?s3cr3t@127.0.0.1/db",
        "postgresql://ann:s3cr3t#@127.0.0.1/db",
        "postgresql://ann:s3cr3t%zz@127.0.0.1/db",
        "postgresql://ann:s3cr3t%00@127.0.0.1/db",
        "postgres:ann:s3cr3t",
        "mysql://ann:s3cr3t@127.0.0.1/db",
        "ann:s3cr3t@127.0.0.1/db",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of an address with a mistake in it no piece is printed, since any may be of the password."""
    line = refusal(capsys, "load", "vantage", "--to", address, *SMALL)
    assert "postgresql://user@host:port/database" in line
    assert not {"s3", "cr3t", "s3cr3t"} & set(line.replace("/", " ").replace("@", " ").split())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://", "postgresql://"),
        ("postgres://ann@db", "postgresql://ann@db"),
        ("postgresql://ann:p%40ss@one:1,two:2/shop?sslmode=require&password=x", "postgresql://ann@one:1,two:2/shop"),
        ("postgresql://ann:pw@[::1]:5432/shop", "postgresql://ann@[::1]:5432/shop"),
        ("postgresql:///shop?host=/run/postgresql", "postgresql:///shop"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    """Whatever libpq takes as an address is taken; neither password nor options are shown."""
    assert database_at(address).shown == shown
    assert address not in repr(database_at(address)) or address == shown


def test_the_command_loads_and_tells(
    address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`load` prints what `generate` prints, as text and as JSON; its last day is --until."""

    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as left:
            run(words)
        assert left.value.code == 0
        return capsys.readouterr().out

    days = ["--scale", "0.1", "--from", "2025-03-01"]
    files = said("generate", "vantage", *days, "--to", "2025-03-20", "-o", str(tmp_path / "files"))
    loaded = said("load", "vantage", *days, "--until", "2025-03-20", "--to", address)
    assert loaded.splitlines()[0] == f"{address}, schema raw"
    assert loaded.splitlines()[1:] == files.splitlines()[1:]
    told = json.loads(said("load", "vantage", "--to", address, "--scale", "0.1", "--overwrite", "--json"))
    assert (told["database"], told["schema"]) == (address, "raw")
    assert told["tables"] == {
        name: dataclasses.asdict(record) | {"files": []}
        for name, record in manifest_of(address).tables.items()
    }
    told = json.loads(said("verify", address, "--json"))
    assert (told["database"], told["schema"]) == (address, "raw")
    assert {f["verdict"] for f in told["findings"]} == {"pass", "not applicable"}
    assert "--until" in refusal(capsys, "load", "vantage", "--from", "2025-03-01", "--to", "2025-03-20")


def test_names_that_would_be_cut_off_are_refused(server: Server, shop_on_server: str) -> None:
    """PostgreSQL cuts long names off without a word, so they are refused."""
    with pytest.raises(RequestError, match=r"up to 63 bytes; 'ö{32}' is longer"):
        open_database(database_at(server.address(shop_on_server)), "ö" * 32, [], overwrite=False)


def test_what_is_not_permitted_is_one_line(
    server: Server, shop_on_server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who may not make the schema, or may not write to it, is told so; nothing changes."""
    server.run("CREATE ROLE guest LOGIN")
    try:
        to = ["--to", server.address(shop_on_server, "guest"), *SMALL]
        line = refusal(capsys, "load", "vantage", *to)
        assert "permission denied for database" in line
        assert "ask the database's owner" in line
        server.run("CREATE SCHEMA raw", shop_on_server)
        assert "permission denied for schema raw" in refusal(capsys, "load", "vantage", *to)
    finally:
        server.run("DROP ROLE guest")


def test_a_lost_connection_is_one_line(server: Server, shop_on_server: str) -> None:
    """A server that ends the connection while a load is at work: one line, and the old data."""
    address = server.address(shop_on_server)
    load(address, 500)
    sink = open_database(database_at(address), "raw", list(SPECS.values()), overwrite=True)
    sink.write("products", shop()["products"])
    server.run(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{shop_on_server}'"
    )
    with pytest.raises(OutputError, match="nothing was changed") as caught:
        sink.write("orders", shop()["orders"])
    sink.abort()
    assert "\n" not in str(caught.value)
    assert ask(address, ORDERS) == [(500,)]


def test_a_statement_stopped_on_the_server_is_one_line(server: Server, shop_on_server: str) -> None:
    """A statement that somebody stops on the server was not stopped by Ctrl-C: the line says what it was."""
    connection = PostgresConnection(database_at(server.address(shop_on_server)))
    with pytest.raises(OutputError, match="somebody stopped the statement on the server"):
        connection.run("DO $$ BEGIN PERFORM pg_cancel_backend(pg_backend_pid()), pg_sleep(9); END $$")
    connection.close()


def test_two_loads_do_not_mix(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second load of the same place is refused, in PostgreSQL after a while; the first goes on."""
    from footfall.sinks import postgres_connection

    tables = shop(7)
    sink = open_database(database_at(address), "raw", list(SPECS.values()), overwrite=True)
    monkeypatch.setattr(postgres_connection, "PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    with pytest.raises(OutputError, match=r"another load or a reader|loaded by this very process"):
        load(address)
    for table, batch in tables.items():
        sink.write(table, batch)
    sink.publish(described("duckdb", sink, tables))
    assert ask(address, ORDERS) == [(7,)]


def test_a_full_server_is_one_line(server: Server, shop_on_server: str) -> None:
    """Where the server's disk is full, the line says so; the old data stay."""
    address = server.address(shop_on_server)
    load(address, 7)
    with server.small_disk() as disk:
        if disk is None:
            pytest.skip("mounting a small file system needs root")
        server.run(f"CREATE TABLESPACE small LOCATION '{disk}'")
        server.run(f"ALTER DATABASE {shop_on_server} SET default_tablespace = small")
        with pytest.raises(OutputError, match="free some space"):
            load(address, 100_000, overwrite=True)
        server.run(f"ALTER DATABASE {shop_on_server} RESET default_tablespace")
        server.run("DROP TABLESPACE small")
    assert ask(address, ORDERS) == [(7,)]


def test_without_the_driver_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has not installed the driver is told the command that installs it."""
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    line = refusal(capsys, "load", "vantage", "--to", "postgresql://h/db", *SMALL)
    assert "pip install 'footfall[postgres]'" in line


def test_what_is_no_duckdb_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another kind, a missing folder and a file that is in use are named, and stay as they were."""
    other = tmp_path / "thesis.txt"
    other.write_text("mine\n" * 2000)
    for place in (other, tmp_path / "no" / "shop.db", tmp_path):
        line = refusal(capsys, "load", "vantage", "--to", f"duckdb:{place}", *SMALL)
        assert str(place) in line
    assert other.read_text() == "mine\n" * 2000
    assert [e.name for e in tmp_path.iterdir()] == ["thesis.txt"]
    assert "no such file" in refusal(capsys, "verify", f"duckdb:{tmp_path / 'none.db'}")
    address = f"duckdb:{tmp_path / 'shop.db'}"
    load(address)
    hold = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path / "shop.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert "lock" in refusal(capsys, "load", "vantage", "--to", address, "--overwrite", *SMALL)
        holder.kill()
    assert ask(address, ORDERS) == [(500,)]


def test_the_manifest_s_table_is_not_a_scenario_s(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario that publishes a table under the manifest's name is refused."""
    monkeypatch.setattr(database, "MANIFEST_TABLE", "orders")
    with pytest.raises(FootfallError, match="databases keep the manifest under this name"):
        load(address)
