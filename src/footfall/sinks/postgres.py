"""PostgreSQL: a schema that is replaced in one transaction, filled by binary COPY through ADBC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from footfall.core.errors import OutputError, RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import MANIFEST_TABLE, Database, manifest_that_may_go
from footfall.sinks.ddl import (
    comments,
    create_table,
    foreign_keys,
    literal,
    primary_key,
    qualified,
    quoted,
    referenced_first,
)
from footfall.sinks.files import check_rows
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.postgres_catalog import GRANTS, IN_SCHEMA, MATERIALIZED, VIEWS
from footfall.sinks.postgres_connection import PostgresConnection, keep_others_out, manifest_text
from footfall.sinks.postgres_settings import MEMORY_FOR_KEYS, sorters
from footfall.sinks.postgres_source import read_table

LONGEST_NAME = 63


def _check_lengths(names: Sequence[str]) -> None:
    """Refuse names that the server would cut off without a word."""
    for name in names:
        if len(name.encode()) > LONGEST_NAME:
            raise RequestError(f"PostgreSQL takes names of up to {LONGEST_NAME} bytes; '{name}' is longer")


class PostgresSink:
    """Replaces the tables of a schema in one transaction.

    New tables grow in the schema under names that nobody else sees; readers go on with the old ones,
    and wait only while the names change at the end. Grants on the old tables go over to the new
    ones of the same name, and views that read them read the new ones. A killed run leaves nothing, since
    its transaction never ends.

    Parameters
    ----------
    database, schema, specs, overwrite
        As in :func:`footfall.sinks.database.open_database`.
    """

    def __init__(
        self, database: Database, schema: str, specs: Sequence[TableSpec], *, overwrite: bool
    ) -> None:
        _check_lengths([schema, *(s.name for s in specs), *(c.name for s in specs for c in s.columns)])
        self._schema = schema
        self._specs = {spec.name: spec for spec in referenced_first(specs)}
        self._growing = {name: f"{MANIFEST_TABLE}_{k}" for k, name in enumerate(self._specs)}
        self._server = PostgresConnection(database)
        try:
            self._old = self._claim(overwrite=overwrite)
            for name, spec in self._specs.items():
                self._server.run(create_table(spec, self._named(self._growing[name])))
        except BaseException:
            self.abort()
            raise

    def _named(self, table: str) -> str:
        return qualified(self._schema, table)

    def _claim(self, *, overwrite: bool) -> list[str]:
        """Keep other loads out, look at what is there, and give the names of the tables that will go."""
        here, run = literal(self._schema), self._server.run
        keep_others_out(self._server, self._schema)
        present = {str(name) for (name,) in self._server.rows(IN_SCHEMA.format(schema=here))}
        manifest = manifest_text(self._server, self._schema) if MANIFEST_TABLE in present else None
        old = manifest_that_may_go(self._server.shown, self._schema, present, manifest, overwrite=overwrite)
        if not self._server.rows(f"SELECT 1 FROM pg_namespace WHERE nspname = {here}"):
            run(f"CREATE SCHEMA {quoted(self._schema)}")
        if old is not None and (reading := self._server.rows(MATERIALIZED.format(schema=here))):
            raise OutputError(
                f"{self._server.shown}: {reading[0][0]} is a materialized view of schema '{self._schema}', "
                "which can't be replaced under it; drop it, or choose another --schema"
            )
        return sorted(present)

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        if batch.num_rows:
            self._server.copy(self._schema, self._growing[table], batch)

    def part_files(self) -> PartFiles | None:
        """Return nothing: a transaction is one connection, so all rows go through `write`."""
        return None

    def take(self, written: Sequence[Written]) -> None:
        """Take in nothing, as there are no part files."""

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table that still grows under another name."""
        yield from read_table(self._server, self._schema, replace(spec, name=self._growing[spec.name]))

    @property
    def beside(self) -> None:
        """Nothing: all of it lies on the server."""
        return

    def publish(self, manifest: Manifest) -> None:
        """Count the rows, declare the keys, let the new tables take the names of the old, and commit."""
        declared: dict[str, TableSpec] = {}
        self._server.rows(MEMORY_FOR_KEYS)
        for name, spec in self._specs.items():
            table = self._named(self._growing[name])
            ((rows,),) = self._server.rows(f"SELECT count(*) FROM {table}")
            check_rows(name, manifest, int(str(rows)))
            self._server.run(f"ANALYZE {table}")  # keys are checked by queries, which it helps, too
            if spec.key:  # its index can't have the name that an old one still has
                self._server.run(f"SET LOCAL max_parallel_maintenance_workers = {sorters(int(str(rows)))}")
                named = f"CONSTRAINT {quoted(self._growing[name] + '_pkey')}"
                self._server.run(f"ALTER TABLE {table} ADD {named} {primary_key(spec)}")
            for key in foreign_keys(spec, declared):
                named = f"CONSTRAINT {quoted(f'{name}_{key.column}_fkey')}"
                refers = key.clause(self._named(self._growing[key.table]))
                self._server.run(f"ALTER TABLE {table} ADD {named} {refers}")
            for statement in comments(spec, table):
                self._server.run(statement)
            declared[name] = spec
        self._take_places(manifest)
        self._server.commit()
        self._server.close()

    def _take_places(self, manifest: Manifest) -> None:
        here, run = literal(self._schema), self._server.run
        grants = [str(grant) for (grant,) in self._server.rows(GRANTS.format(schema=here))]
        views = self._server.rows(VIEWS.format(schema=here))
        for detached, _ in views:
            run(str(detached))
        if self._old:
            run(f"DROP TABLE {', '.join(self._named(table) for table in self._old)}")
        for name, growing in self._growing.items():
            run(f"ALTER TABLE {self._named(growing)} RENAME TO {quoted(name)}")
            if self._specs[name].key:
                renamed = f"RENAME CONSTRAINT {quoted(growing + '_pkey')} TO {quoted(name + '_pkey')}"
                run(f"ALTER TABLE {self._named(name)} {renamed}")
        kept = self._named(MANIFEST_TABLE)
        run(f"CREATE TABLE {kept} (manifest json NOT NULL)")
        run(f"INSERT INTO {kept} VALUES ({literal(manifest.to_json())})")
        run(f"COMMENT ON TABLE {kept} IS 'What this schema holds, as Footfall made and judged it.'")
        for _, attached in views:
            run(str(attached))
        for grant in grants:
            run(grant)

    def abort(self) -> None:
        """Leave everything as it was."""
        self._server.close()

    def files(self, table: str) -> tuple[str, ...]:
        """Return nothing: the database is named by whoever reads it."""
        return ()
