"""`flask sp organisation`."""

from __future__ import annotations

import pytest


def test_adding_tells_what_the_identity_provider_needs(sp, config):
    done = sp("organisation", "add", "acme", "--name", "Acme", "--domain", "acme.example")
    assert done.status == 0
    assert config.entity_id("acme") in done.out
    assert config.acs_url("acme") in done.out


def test_several_domains_are_kept(sp):
    words = ("--name", "Acme", "--domain", "acme.example", "--domain", "Acme-Labs.example")
    assert sp("organisation", "add", "acme", *words).status == 0
    shown = sp("organisation", "show", "acme", "--json").json
    assert sorted(shown["domains"]) == ["acme-labs.example", "acme.example"]


@pytest.mark.parametrize(
    ("slug", "domain"),
    [
        ("Acme", "acme.example"),
        ("ac_me", "acme.example"),
        ("acme-", "acme.example"),
        ("a" * 64, "acme.example"),
        ("acme", "gmail.com"),
        ("acme", "not a domain"),
        ("acme", "*"),
    ],
)
def test_what_cannot_be_an_organisation_is_refused_and_nothing_is_made(sp, refused, slug, domain):
    sentence = refused("organisation", "add", slug, "--name", "Acme", "--domain", domain)
    assert sentence.endswith(".")
    assert sp("organisation", "list", "--json").json == []


def test_taken_slug_is_refused(acme, refused):
    assert "acme" in refused("organisation", "add", "acme", "--name", "B", "--domain", "b.example")


def test_taken_domain_is_refused(sp, acme, refused):
    words = ("organisation", "add", "other", "--name", "B", "--domain", "acme.example")
    assert "acme.example" in refused(*words)
    assert [row["slug"] for row in sp("organisation", "list", "--json").json] == ["acme"]


def test_list_is_a_table_for_people_and_json_for_programs(sp, acme):
    lines = sp("organisation", "list").out.splitlines()
    assert lines[0].split() == ["slug", "name", "domains", "sign_in", "live_revision"]
    assert lines[1].split()[:3] == ["acme", "Acme", "acme.example"]
    assert sp("organisation", "list", "--json").json[0]["domains"] == ["acme.example"]


def test_empty_list_says_so(sp):
    assert sp("organisation", "list").out == "There are no organisations.\n"


def test_show_names_rules_and_addresses(sp, acme, config):
    shown = sp("organisation", "show", "acme", "--json").json
    assert shown["acs_url"] == config.acs_url("acme")
    assert shown["unsolicited"] == "restart"
    assert shown["create_accounts"] is False
    assert shown["live_revision"] is None
    assert f"login_url         {config.login_url('acme')}" in sp("organisation", "show", "acme").out


def test_unknown_organisation_is_one_sentence(refused):
    assert refused("organisation", "show", "nowhere") == "There is no organisation 'nowhere'."


def test_policy_changes_only_what_is_named(sp, acme):
    words = ("--create-accounts", "--require-group", "staff", "--require-group", "guests")
    assert sp("organisation", "policy", "acme", *words).status == 0
    assert sp("organisation", "policy", "acme", "--unsolicited", "accept").status == 0
    shown = sp("organisation", "show", "acme", "--json").json
    assert shown["create_accounts"] is True
    assert sorted(shown["required_groups"]) == ["guests", "staff"]
    assert shown["unsolicited"] == "accept"


def test_group_rule_can_be_taken_away(sp, acme):
    sp("organisation", "policy", "acme", "--require-group", "staff")
    assert sp("organisation", "policy", "acme", "--no-required-group").status == 0
    assert sp("organisation", "show", "acme", "--json").json["required_groups"] == []


def test_policy_without_a_rule_is_refused(acme, refused):
    assert "at least one rule" in refused("organisation", "policy", "acme")


def test_contradicting_group_rules_are_refused(acme, refused):
    words = ("--require-group", "staff", "--no-required-group")
    assert "either" in refused("organisation", "policy", "acme", *words)


def test_unknown_choice_is_the_usual_usage_error(sp, acme):
    done = sp("organisation", "policy", "acme", "--unsolicited", "maybe")
    assert done.status == 2
    assert "'maybe' is not one of" in done.err


@pytest.mark.parametrize("text", ["Ac\x07me", "Ac\nme", "Ac\udcffme"])
def test_text_that_cannot_be_stored_or_shown_is_refused(sp, text):
    done = sp("organisation", "add", "acme", "--name", text, "--domain", "acme.example")
    assert done.status == 2
    assert "cannot be printed" in done.err


def test_lifetimes_of_sessions_are_set_with_their_units_and_shown(sp, acme):
    spans = ("--idle-timeout", "30m", "--session-lifetime", "10h", "--session-floor", "0m")
    assert sp("organisation", "policy", "acme", *spans).status == 0
    shown = sp("organisation", "show", "acme", "--json").json
    assert (shown["idle_seconds"], shown["absolute_seconds"], shown["floor_seconds"]) == (
        1_800,
        36_000,
        0,
    )
    assert "idle_seconds" in sp("organisation", "show", "acme").out


@pytest.mark.parametrize(
    ("option", "span", "sentence"),
    [
        ("--idle-timeout", "4m", "Sessions may be idle for 5 minutes to 7 days."),
        ("--idle-timeout", "8d", "Sessions may be idle for 5 minutes to 7 days."),
        ("--session-lifetime", "14m", "Sessions may last for 15 minutes to 30 days."),
        ("--session-lifetime", "31d", "Sessions may last for 15 minutes to 30 days."),
        (
            "--session-floor",
            "25h",
            "A session's shortest life may be set from 0 minutes to 24 hours.",
        ),
    ],
)
def test_lifetime_that_helps_nobody_is_one_sentence(sp, acme, refused, option, span, sentence):
    before = sp("organisation", "show", "acme", "--json").json
    assert refused("organisation", "policy", "acme", option, span) == sentence
    assert sp("organisation", "show", "acme", "--json").json == before


@pytest.mark.parametrize("span", ["30", "m", "-5m", "1.5h", "30 m", "30s", "\u0661m", "9999999m"])
def test_length_of_time_without_a_unit_of_ours_is_a_usage_error(sp, acme, span):
    done = sp("organisation", "policy", "acme", f"--idle-timeout={span}")
    assert done.status == 2
    assert "such as 30m, 12h or 7d" in done.err
