"""Import makes a draft, live puts it in force, and both say so in the record."""

from __future__ import annotations

import pytest
from support.idp import Idp
from support.metadata import SSO, entity, key, role, sso

from sp.errors import BadInputError, NotFoundError, SpError
from sp.flows import connection, membership
from sp.flows.actor import COMMAND_LINE
from sp.flows.looking_up import find_organisation
from sp.saml.errors import MetadataRefused


def import_metadata(config, octets=None, **arguments):
    return connection.import_metadata(
        config,
        "acme",
        Idp().metadata() if octets is None else octets,
        source="idp.xml",
        actor=COMMAND_LINE,
        **arguments,
    )


@pytest.fixture
def empty(app, clock):
    return membership.add_organisation("acme", "Acme", ["acme.example"], actor=COMMAND_LINE)


def test_an_import_is_a_draft_and_changes_nothing_for_anybody(empty, config, events):
    imported = import_metadata(config)
    assert imported.number == 1
    assert find_organisation("acme").live_revision is None
    assert events()[-1] == ("idp_imported", "done")


def test_going_live_and_rolling_back_are_one_event_each(empty, config, events):
    import_metadata(config)
    import_metadata(config, Idp(keys=("rsa-b",)).metadata())
    for number in (1, 2, 1):
        connection.go_live(config, "acme", number, actor=COMMAND_LINE)
    assert find_organisation("acme").live_revision == 1
    assert events("idp_live") == [("idp_live", "done")] * 3


def test_what_is_not_metadata_leaves_no_trace(empty, config, events):
    with pytest.raises(MetadataRefused):
        import_metadata(config, b"<html></html>")
    assert not (config.settings_directory / "acme").exists()
    assert events() == [("organisation_added", "done")]


@pytest.mark.parametrize(
    "document",
    [
        entity(role(key(), sso(f"{SSO}/{'a' * 2048}"))),
        entity(entity_id="\u3000"),
    ],
)
def test_what_no_revision_could_hold_is_refused_at_once(empty, config, events, document):
    with pytest.raises(MetadataRefused) as caught:
        import_metadata(config, document.encode())
    assert caught.value.code == "settings_refused"
    assert not (config.settings_directory / "acme").exists()


def test_a_changed_document_is_refused(empty, config):
    import_metadata(config)
    path = config.settings_directory / "acme" / "1" / "settings.json"
    path.chmod(0o600)
    path.write_text(path.read_text().replace("idp.example.com", "evil.example.com"))
    with pytest.raises(SpError) as caught:
        connection.go_live(config, "acme", 1, actor=COMMAND_LINE)
    assert caught.value.code == "revision_altered"


def test_a_weak_key_goes_live_only_with_a_recorded_exception(empty, config):
    weak = Idp(keys=("rsa-weak",)).metadata()
    import_metadata(config, weak)
    with pytest.raises(BadInputError) as caught:
        connection.go_live(config, "acme", 1, actor=COMMAND_LINE)
    assert caught.value.code == "weak_key_not_allowed"
    import_metadata(config, weak, exceptions=frozenset({"weak-key"}))
    assert connection.go_live(config, "acme", 2, actor=COMMAND_LINE).number == 2


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_an_unencrypted_sign_in_address_goes_live_only_with_a_recorded_exception(
    empty, config, scheme
):
    plain = Idp().metadata(sso_redirect=f"{scheme}://idp.example.com/sso", sso_post=None)
    import_metadata(config, plain)
    with pytest.raises(BadInputError) as caught:
        connection.go_live(config, "acme", 1, actor=COMMAND_LINE)
    assert caught.value.code == "http_not_allowed"
    import_metadata(config, plain, exceptions=frozenset({"http"}))
    assert connection.go_live(config, "acme", 2, actor=COMMAND_LINE).number == 2


def test_a_revision_that_does_not_exist_cannot_go_live(empty, config):
    with pytest.raises(NotFoundError):
        connection.go_live(config, "acme", 7, actor=COMMAND_LINE)


def test_an_exception_nobody_knows_is_refused(empty, config):
    with pytest.raises(BadInputError):
        import_metadata(config, exceptions=frozenset({"md5"}))
