"""What commands print is safe for a terminal and the same for people and programs."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import pytest

from sp.cli import output
from sp.cli.group import SpGroup
from sp.errors import BadInputError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        ((), "-"),
        (["a", "b"], "a, b"),
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "2026-03-02 09:00:00Z"),
        ("Ada\x1b[2J\nGrace", "Ada\\x1b[2J\\nGrace"),
        ("Ada \u202egrace", "Ada \\u202egrace"),
        ("Zoë", "Zoë"),
    ],
)
def test_value_is_one_harmless_line(value, text):
    assert output.as_text(value) == text


def test_table_is_aligned_under_its_names():
    rows = [{"name": "Ada", "n": 1}, {"name": "Grace", "n": 20}]
    assert output.table(rows, empty="none") == ["name   n", "Ada    1", "Grace  20"]
    assert output.table([], empty="none") == ["none"]


@pytest.fixture
def failing(app, runner):
    """A function that runs a command which raises this."""

    def run(error):
        group = SpGroup("sp")

        @group.command("fail")
        def fail():
            raise error

        return runner.invoke(group, ["fail"])

    return run


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BadInputError(public="Say it \x1b[31motherwise."), "Say it \\x1b[31motherwise.\n"),
        (OSError(28, "No space left on device", "/x"), "/x cannot be used: No space left"),
    ],
)
def test_failure_is_one_sentence_and_exit_status_1(failing, error, sentence):
    result = failing(error)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(sentence)


def test_reader_who_leaves_is_no_failure_that_is_told(failing):
    result = failing(BrokenPipeError(32, "Broken pipe"))
    assert (result.exit_code, result.stderr) == (1, "")


def test_fault_of_ours_goes_to_the_log_and_not_to_the_terminal(failing, caplog):
    result = failing(RuntimeError("about ada@acme.example"))
    assert result.exit_code == 1
    assert "ada" not in result.output
    assert "This cannot be done right now" in result.stderr
    assert caplog.records[-1].exc_info[0] is RuntimeError


def test_usage_errors_keep_their_own_form(failing):
    result = failing(click.UsageError("No such thing."))
    assert result.exit_code == 2
    assert "Error: No such thing." in result.stderr
