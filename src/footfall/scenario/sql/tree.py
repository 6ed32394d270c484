"""SQL that scenarios bring along, read as DuckDB's own parser does, and refused unless all of it is known.

Scenarios are shared between people, so an expression may read its own table's columns, a query the published
tables, and neither anything else. What is run is not the text that was written but what DuckDB writes for the
tree that was looked at; :mod:`footfall.scenario.sql.duckdb` runs it locked down, besides.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from footfall.scenario.defects import nearest
from footfall.scenario.sql import functions as known
from footfall.scenario.sql.growth import scale_of, too_much

LONGEST_SQL = 8_000
LONGEST_PADDING = 1_000

Tree = Mapping[str, Any]
_COMPARISONS = ("EQUAL", "NOTEQUAL", "LESSTHAN", "GREATERTHAN", "LESSTHANOREQUALTO", "GREATERTHANOREQUALTO")
_OF_EXPRESSIONS = frozenset({
    "VALUE_CONSTANT", "COLUMN_REF", "FUNCTION", "CASE_EXPR", "OPERATOR_CAST", "TYPE", "OPERATOR_NOT",
    "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN",
    "COMPARE_BETWEEN", "COMPARE_NOT_BETWEEN", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM",
    "CONJUNCTION_AND", "CONJUNCTION_OR", "ORDER_MODIFIER", *(f"COMPARE_{name}" for name in _COMPARISONS),
})  # fmt: skip
_OF_QUERIES = _OF_EXPRESSIONS | {
    "STAR", "SUBQUERY", "SELECT_NODE", "SET_OPERATION_NODE", "EMPTY", "BASE_TABLE", "JOIN",
    "EXPRESSION_LIST", "LIMIT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT",
    "ASCENDING", "DESCENDING", "ORDER_ASCENDING", "ORDER_DESCENDING",
}  # fmt: skip
_PLACES = ("query_location", "query_location_length")
_WORDS: Mapping[str, str] = {
    "SUBQUERY": "a subquery", "STAR": "a *", "WINDOW": "a window", "LAMBDA": "a lambda",
    "PARAMETER": "a parameter", "TABLE_FUNCTION": "a table function",
    "RECURSIVE_CTE_NODE": "a recursive query",
    "SHOW_REF": "SHOW or DESCRIBE", "COLLATE": "a collation", "POSITIONAL_REFERENCE": "a #number",
    "DEFAULT": "DEFAULT", "ARRAY_EXTRACT": "an element by [ ]",
}  # fmt: skip


class SqlRefusedError(ValueError):
    """SQL that may not be run; says why, and what is allowed."""


@dataclass(frozen=True)
class Query:
    """A query that may be run.

    Attributes
    ----------
    sql : str
        As DuckDB writes it.
    tables : tuple of str
        Published tables that it reads.
    columns : frozenset of str or None
        Names that its columns can have; None where it may read all.
    """

    sql: str
    tables: tuple[str, ...]
    columns: frozenset[str] | None


def expression(
    connection: Any, text: str, columns: Collection[str], later: Collection[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """Check an expression over columns, row by row; give it as DuckDB writes it, and the columns it reads.

    Parameters
    ----------
    connection
        Of DuckDB, which parses.
    columns
        Names that it may read.
    later
        Columns of the table that are made after this one.

    Raises
    ------
    SqlRefusedError
        It is no expression, or holds what isn't allowed.
    """
    node = _parsed(connection, f"SELECT {text}", text)
    items = node.get("select_list", [])
    bare = node["type"] == "SELECT_NODE" and node["from_table"]["type"] == "EMPTY" and len(items) == 1
    others = ("modifiers", "where_clause", "group_expressions", "group_sets", "having", "qualify", "sample")
    if not bare or any(node[key] for key in others) or node["cte_map"]["map"] or items[0]["alias"]:
        raise SqlRefusedError("must be one expression, such as quantity * unit_price, and nothing around it")
    read = set()
    for part in _parts(items[0]):
        _look(part, _OF_EXPRESSIONS, known.SCALARS)
        if part.get("class") == "COLUMN_REF":
            _look_at_column(part["column_names"], columns, later)
            read.add(part["column_names"][0].lower())
    _refuse_growth(items[0], 1)
    written = _written(connection, f"SELECT {text}", node).removeprefix("SELECT ")
    return written, tuple(column for column in columns if column.lower() in read)


def query(connection: Any, text: str, tables: Mapping[str, Collection[str]]) -> Query:
    """Check a query over published tables; give it as DuckDB writes it.

    Parameters
    ----------
    tables
        Columns by table.

    Raises
    ------
    SqlRefusedError
        It is no query, or holds what isn't allowed.
    """
    node = _parsed(connection, text, text)
    parts = list(_parts(node))
    own = {entry["key"] for part in parts for entry in part.get("cte_map", {}).get("map", ())}
    aliases = {part["alias"] for part in parts if part.get("alias")} | own
    aliases |= {
        name for part in parts for key in ("column_name_alias", "aliases") for name in part.get(key, ())
    }
    for name in aliases:
        if name.lower() in known.OF_THE_MOMENT:
            raise SqlRefusedError(f"nothing may be called {name}")
    functions = known.SCALARS | known.AGGREGATES
    for part in parts:
        _look(part, _OF_QUERIES, functions)
    read = _tables_of(node, tables)
    if not read:
        raise SqlRefusedError(f"reads no published table; there are {', '.join(tables)}")
    fields = {column for table in read for column in tables[table]}
    for part in parts:
        if part.get("class") == "COLUMN_REF":
            _look_at_column(part["column_names"][-1:], {*fields, *aliases, *read}, ())
    _refuse_growth(node, scale_of(item for part in parts for item in part.get("select_list", ())))
    named = {name.lower() for p in parts if p.get("class") == "COLUMN_REF" for name in p["column_names"][-1:]}
    named |= {name.lower() for p in parts for name in p.get("using_columns", ())}
    # Rows read whole, by a star or their table's name, or matched by all that they share, need all columns.
    is_whole = any(p.get("class") == "STAR" or p.get("ref_type") == "NATURAL" for p in parts)
    tables_called = {
        p["alias"] for p in parts if p.get("type") in ("BASE_TABLE", "SUBQUERY") and "class" not in p
    }
    is_whole |= bool(named & {*tables_called, *own, *read} - fields)
    return Query(_written(connection, text, node), tuple(read), None if is_whole else frozenset(named))


def _parsed(connection: Any, sql: str, text: str) -> Tree:
    if len(text) > LONGEST_SQL:
        raise SqlRefusedError(f"has {len(text):,} characters; at most {LONGEST_SQL:,} are allowed")
    said = json.loads(connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()[0])
    if said["error"]:
        reason = re.sub(r"\s+", " ", said["error_message"])[:200]
        if "Only SELECT" in reason:
            reason = "only a SELECT may stand here"
        raise SqlRefusedError(f"is not SQL that may stand here: {reason}")
    if len(said["statements"]) != 1:
        raise SqlRefusedError("holds several statements; one is allowed")
    if said["statements"][0].get("named_param_map"):
        raise SqlRefusedError("holds a parameter, and nobody would give it a value")
    node: Tree = said["statements"][0]["node"]
    return node


def _parts(tree: Any) -> Iterator[Tree]:
    """All maps of a tree, the outer ones first."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += reversed(here.values())
        elif isinstance(here, list):
            waiting += reversed(here)


def _look(part: Tree, types: Collection[str], functions: Collection[str]) -> None:
    """Refuse a part of a tree that isn't known."""
    kind, of_class = part.get("type"), part.get("class")
    if isinstance(kind, str) and kind not in types:
        is_window = of_class == "WINDOW" and "SUBQUERY" in types
        if not is_window:
            word = _WORDS.get(str(of_class)) or _WORDS.get(kind) or kind.lower().replace("_", " ")
            raise SqlRefusedError(f"holds {word}, which is not allowed here")
    if part.get("sample") or part.get("at_clause"):
        raise SqlRefusedError("takes a sample or another version of a table, which is not allowed here")
    if part.get("columns") is True:
        raise SqlRefusedError("holds COLUMNS(...), which is not allowed here")
    if of_class in ("FUNCTION", "WINDOW"):
        _look_at_function(part, functions if of_class == "FUNCTION" else known.AGGREGATES | known.WINDOWS)
    if of_class == "TYPE" and str(part["type_name"]).lower() not in known.TYPES:
        raise SqlRefusedError(f"casts to {part['type_name']}; allowed are {', '.join(sorted(known.TYPES))}")


def _look_at_function(part: Tree, functions: Collection[str]) -> None:
    name = str(part["function_name"]).lower()
    if name not in functions or len(part["qualified_name"]["path"]) != 1:
        shown = ".".join(map(str, part["qualified_name"]["path"]))
        is_aggregate = name in known.AGGREGATES | known.WINDOWS
        why = (
            "reads several rows, and each row is made alone" if is_aggregate else "is not among those allowed"
        )
        near = difflib.get_close_matches(name, sorted(functions), n=1, cutoff=0.8)
        meant = f" (did you mean '{near[0]}'?)" if near and not is_aggregate else ""
        raise SqlRefusedError(f"calls {shown}, which {why}{meant}; docs/how-to/own-column.md lists them")
    plain = known.SCALARS if functions is known.SCALARS else ()
    if name in plain and (part.get("filter") or part.get("distinct") or part["order_bys"]["orders"]):
        raise SqlRefusedError(f"calls {name} with FILTER, DISTINCT or ORDER BY")
    if any(argument["name"] for argument in part.get("arguments", ())):
        raise SqlRefusedError(f"calls {name} with a named argument")
    if name in known.PADDING:
        arguments = [argument["expression"] for argument in part["arguments"]]
        length = arguments[1].get("literal", {}).get("text", "") if len(arguments) > 1 else ""
        if not (length.isascii() and length.isdigit() and int(length) <= LONGEST_PADDING):
            raise SqlRefusedError(f"calls {name}, whose length must be a number up to {LONGEST_PADDING:,}")


def _look_at_column(names: list[str], columns: Collection[str], later: Collection[str]) -> None:
    name = names[-1]
    if len(names) > 1:
        raise SqlRefusedError(f"reads {'.'.join(names)}; name the column alone")
    if name.lower() in known.OF_THE_MOMENT:
        raise SqlRefusedError(f"reads {name}, which is another whenever it is asked")
    if name.lower() in {column.lower() for column in columns}:
        return
    if name in later:
        raise SqlRefusedError(f"reads '{name}', which is made after it; put that first")
    raise SqlRefusedError(
        f"reads '{name}', which is no column there{nearest(name, list(columns))}; "
        f"there are {', '.join(sorted(columns))}"
    )


def _tables_of(node: Tree, tables: Mapping[str, Collection[str]]) -> dict[str, None]:
    """Published tables that a query reads; where a name of WITH isn't seen, it is no other table's."""
    read: dict[str, None] = {}
    waiting: list[tuple[Any, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        here, seen = waiting.pop()
        if isinstance(here, list):
            waiting += [(part, seen) for part in reversed(here)]
        elif isinstance(here, dict):
            if here.get("type") == "BASE_TABLE" and not _is_own(here, seen):
                read[_published(here, tables)] = None
            for entry in here.get("cte_map", {}).get("map", ()):
                waiting.append((entry["value"], seen))
                seen |= {entry["key"]}
            waiting += [(part, seen) for key, part in reversed(here.items()) if key != "cte_map"]
    return read


def _is_own(part: Tree, seen: Collection[str]) -> bool:
    path = part["qualified_name"]["path"]
    return len(path) == 1 and path[0] in seen


def _published(part: Tree, tables: Mapping[str, Collection[str]]) -> str:
    path = part["qualified_name"]["path"]
    name = str(path[-1])
    if len(path) != 1 or name not in tables:
        raise SqlRefusedError(
            f"reads {'.'.join(map(str, path))}, which the scenario does not publish"
            f"{nearest(name, list(tables))}; it publishes {', '.join(tables)}"
        )
    return name


def _refuse_growth(node: Tree, scale: float) -> None:
    for part in _parts(node):
        if part.get("class") == "FUNCTION" and (why := too_much(part, scale)):
            raise SqlRefusedError(why)


def _written(connection: Any, sql: str, node: Tree) -> str:
    """SQL that DuckDB writes for a tree, if it reads the same again."""
    statement = "SELECT json_deserialize_sql(json_serialize_sql(?))"
    written = str(connection.execute(statement, [sql]).fetchone()[0])
    if _plain(_parsed(connection, written, "")) != _plain(node):
        raise SqlRefusedError("can't be written down again as it is; write it more plainly")
    return written


def _plain(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _plain(value) for key, value in tree.items() if key not in _PLACES}
    return [_plain(value) for value in tree] if isinstance(tree, list) else tree
