"""What PostgreSQL's catalog is asked about a schema: what is in it, who may read it, and what hangs on it."""

IN_SCHEMA = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = {schema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
"""

COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = {schema} AND c.relname = {table} AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""

GRANTS = """
SELECT format(
    'DO $do$ BEGIN IF to_regclass(%L) IS NOT NULL THEN GRANT %s ON %I.%I TO %s%s; END IF; END $do$',
    format('%I.%I', n.nspname, c.relname), g.privilege_type, n.nspname, c.relname,
    CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
    CASE WHEN g.is_grantable AND g.grantee <> 0 THEN ' WITH GRANT OPTION' ELSE '' END
)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
WHERE n.nspname = {schema} AND c.relkind = 'r' AND g.grantee <> c.relowner
"""
"""Statements that grant again what is granted on tables now, where they are still there."""

_READING = """
FROM pg_class v JOIN pg_namespace vn ON vn.oid = v.relnamespace
WHERE v.relkind = {kind} AND EXISTS (
    SELECT FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid AND t.oid <> v.oid
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE w.ev_class = v.oid AND tn.nspname = {{schema}}
)
"""

MATERIALIZED = "SELECT format('%I.%I', vn.nspname, v.relname)" + _READING.format(kind="'m'")
"""Materialized views that read the schema's tables."""

_REPLACE = """
'CREATE OR REPLACE VIEW %I.%I ' || coalesce('WITH (' || array_to_string(v.reloptions, ', ') || ') ', '')
"""

VIEWS = f"""
SELECT
    format({_REPLACE} || 'AS SELECT %s', vn.nspname, v.relname, (
        SELECT string_agg(format('NULL::%s AS %I', format_type(a.atttypid, a.atttypmod), a.attname), ', '
                          ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped
    )),
    format({_REPLACE} || 'AS %s', vn.nspname, v.relname, pg_get_viewdef(v.oid))
""" + _READING.format(kind="'v'")
"""For each view that reads the schema's tables, one statement lets go of them, one reads them again.

Replaced so, a view keeps its owner, its grants and what hangs on it.
"""
