"""What a database itself knows of its tables, so that two databases can be held side by side."""

from __future__ import annotations

import sqlalchemy

from sp.db import db

SQLITE = (
    "SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite|_%' ESCAPE '|'"
)
# Columns in their order; a constraint that does not hold for the rows before it is another one.
POSTGRESQL = """
SELECT 'column ' || c.relname || ' ' || row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
       concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                 a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname,
       concat_ws(' ', contype, pg_get_constraintdef(oid), convalidated, condeferrable)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexrelid::regclass, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index JOIN pg_class c ON c.oid = indrelid AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'sequence ' || sequencename,
       concat_ws(' ', data_type, start_value, min_value, max_value, increment_by, cycle)
  FROM pg_sequences WHERE schemaname = 'public'
UNION ALL
SELECT 'table ' || relname, concat_ws(' ', relkind, relpersistence, reloptions)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'S')
UNION ALL
SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
"""


def written():
    """Give every definition in the database's own words, by kind and name."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        found = connection.execute(sqlalchemy.text(SQLITE if is_sqlite else POSTGRESQL))
        return {name: in_order(text) if is_sqlite else text for name, text in found}


def in_order(statement):
    """Give the lines of a statement: columns as they stand, then the constraints by name.

    A table that is rebuilt gets its constraints in any order, another one each time.
    """
    lines = [line.strip().rstrip(",") for line in statement.splitlines()]
    return sorted(lines, key=lambda line: line if line.startswith("CONSTRAINT") else "")


def described():
    """Give every table as reflection tells it: the same however a statement was written."""
    inspector = sqlalchemy.inspect(db.engine)
    kinds = table_kinds()
    told = {}
    for name in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        told[name] = {
            "kind": kinds.get(name),
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in inspector.get_columns(name)
            ],
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": by_name(inspector.get_foreign_keys(name)),
            "unique": by_name(inspector.get_unique_constraints(name)),
            "checks": by_name(inspector.get_check_constraints(name)),
            "indexes": by_name(map(plain, inspector.get_indexes(name))),
        }
    return told


def table_kinds():
    """Give what SQLite's tables are beyond their columns, which reflection does not tell."""
    if db.engine.dialect.name != "sqlite":
        return {}
    with db.engine.connect() as connection:
        kinds = connection.exec_driver_sql(
            "SELECT l.name, l.type, l.wr, l.strict, m.sql LIKE '%AUTOINCREMENT%'"
            " FROM pragma_table_list l JOIN sqlite_master m ON m.name = l.name"
        )
        return {name: (kind, *told) for name, kind, *told in kinds}


def by_name(found):
    return sorted(found, key=lambda each: each["name"] or "")


def plain(index):
    """Write an index's condition out, so that two of them can be compared."""
    options = index.get("dialect_options", {})
    return index | {"dialect_options": {name: str(value) for name, value in options.items()}}
