"""`flask sp keys`."""

from __future__ import annotations

import sqlalchemy
from cryptography import x509

from sp.db import db


def test_keys_are_made_once(sp, refused, config):
    done = sp("keys", "generate")
    assert done.status == 0
    assert str(config.certificates_directory) in done.out
    assert "already" in refused("keys", "generate")


def test_show_names_each_key_and_no_private_one(sp, config):
    sp("keys", "generate")
    rows = sp("keys", "show", "--json").json
    assert [(row["use"], row["state"], row["number"]) for row in rows] == [
        ("signing", "current", 1),
        ("encryption", "current", 1),
    ]
    certificate = x509.load_pem_x509_certificate(rows[0]["certificate"].encode())
    assert certificate.not_valid_after_utc == config.keyring().signing.not_after
    assert rows[0]["sha256"] == config.keyring().signing.fingerprint
    assert "PRIVATE" not in sp("keys", "show", "--json").out
    assert rows[0]["sha256"] in sp("keys", "show").out


def test_show_without_keys_says_how_to_make_them(refused):
    assert "flask sp keys generate" in refused("keys", "show")


def test_no_key_is_made_where_its_event_cannot_be_written(refused, app, config):
    metadata = sqlalchemy.MetaData()
    metadata.reflect(db.engine)
    metadata.drop_all(db.engine)
    assert "flask db upgrade" in refused("keys", "generate")
    assert not config.certificates_directory.exists()
