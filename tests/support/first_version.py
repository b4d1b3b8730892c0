"""A filled database of the first version, as an operator has it on the day of an upgrade.

It was recorded on 2026-03-02 from the program of migration 0001 and never follows the models:

    version_0001/rows.json        every row of every table, and what Ada's browser held
    version_0001/saml_settings/   the revisions that the rows name
    version_0001/idp.pem          the Identity Provider's key, so that its people can sign in
    version_0001/*.sql            what the first migration made of an empty database

Three organisations: acme, where people sign in; globex and initech, under other policies. Their
newest organisation and the newest account were deleted again, a detail was erased, Ada is signed
in, and she has begun another sign-in that waits for its answer.
"""

from __future__ import annotations

import base64
import json
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from sqlalchemy import text
from support.key_pairs import KeyPair

REVISION = "0001"
FOLDER = Path(__file__).parent / "version_0001"
MONDAY = datetime(2026, 3, 2, 8, 50, 0, tzinfo=UTC)
"""Some minutes after the newest row; Ada's session still lives."""
ADA, LINUS = "a1d4-ada", "77aa-linus"
"""What the Identity Provider calls them."""
USED = "_used-before"
"""The ID of the assertion that signed Ada in."""


@cache
def recorded():
    """Return the document: `rows` by table, parents first, `numbers`, `heads`, and `browser`."""
    return json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))


def fill(connection, settings_directory):
    """Put every row where the first migration made its table, by SQL alone, and the settings."""
    for table, rows in recorded()["rows"].items():
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(f":{name}" for name in names)
        statement = text(f'INSERT INTO "{table}" ({columns}) VALUES ({values})')
        connection.execute(statement, [_read(row) for row in rows])
    for table, number in recorded()["numbers"].items():
        _set_number(connection, table, number)
    shutil.copytree(FOLDER / "saml_settings", settings_directory)


def idp_key():
    """Return the key that signs for acme's people, and its certificate."""
    octets = (FOLDER / "idp.pem").read_bytes()
    certificate = x509.load_pem_x509_certificate(octets)
    return KeyPair(load_pem_private_key(octets, None), certificate.public_bytes(Encoding.DER))


def _read(row):
    return {
        name: base64.b64decode(value["octets"]) if isinstance(value, dict) else value
        for name, value in row.items()
    }


def _set_number(connection, table, number):
    """Let the next row of a table be numbered as it was on that day."""
    if connection.dialect.name == "postgresql":
        statement = "SELECT setval(pg_get_serial_sequence(:table, 'id'), :number)"
    else:
        statement = "UPDATE sqlite_sequence SET seq = :number WHERE name = :table"
    connection.execute(text(statement), {"table": table, "number": number})
