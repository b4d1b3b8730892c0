"""The settings of a program under test: everything it keeps is in one folder.

Tests lose nothing with the machine: they wait for no disk at a COMMIT, as their PostgreSQL does not.
"""

from __future__ import annotations

from pathlib import Path

from sp.config import Config


def make_config(folder: Path, database_url: str) -> Config:
    return Config(
        base_url="https://sp.example.com",
        database_url=database_url,
        settings_directory=folder / "saml_settings",
        certificates_directory=folder / "certs",
        sqlite_synchronous="NORMAL",
        secret_key=b"a secret that only tests may know",
    )
