"""What a load asks of its session on a PostgreSQL server; all of it ends with the session."""

from __future__ import annotations

SESSION = (
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SET search_path = ''",  # what the catalog says of views then names every schema
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
)
LOOK_FOR_CLIENT = (
    "DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1000', true); "
    "EXCEPTION WHEN others THEN NULL; END $$"
)
"""Lets a killed load give its locks back at once, where a server can look whether its client lives."""
PATIENCE = "SET LOCAL lock_timeout = '30s'"
MEMORY_FOR_KEYS = (
    "SELECT set_config('maintenance_work_mem', '256MB', true) "
    "WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')"
)
"""Lets an index be built, and references be checked, without files on the server, unless it grants more."""

ROWS_SORTED_AT_ONCE = 1 << 22
"""A key of so many rows is sorted within the memory that a load asks for."""


def sorters(rows: int) -> str:
    """Value of `max_parallel_maintenance_workers` for a key of so many rows.

    Rows come nearly in the order of their keys, so sorting in memory is quick; workers would write them to
    disk first, to share them.
    """
    return "0" if rows <= ROWS_SORTED_AT_ONCE else "DEFAULT"
