"""The health pages: alive whenever the process answers, ready only when it can serve."""

from __future__ import annotations

import logging

from sqlalchemy import text

from sp import db
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE


def test_process_is_alive_without_keys_or_tables(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})


def test_service_is_ready_with_tables_and_keys(client, config):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True})


def test_reason_stands_in_the_log_and_not_on_the_page(client, config, caplog):
    caplog.set_level(logging.WARNING, "sp.web")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False})
    assert "flask sp keys generate" in caplog.records[-1].reason


def test_tables_of_another_version_are_not_ready(client, config):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    with db.db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_health_is_answered_under_any_name(client):
    assert client.get("/healthz", base_url="http://10.0.0.7:8000").status_code == 200
    assert client.get("/readyz", base_url="http://10.0.0.7:8000").status_code == 503
