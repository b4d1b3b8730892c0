"""Settings: what each default is, and the one sentence for each that cannot be used."""

from __future__ import annotations

import pytest

from sp.config import SETTINGS, ConfigError, read_config, unknown_settings

GOOD = {"SP_BASE_URL": "https://sp.example.com", "SP_SECRET_KEY": "x" * 32}


def read(root, **changes):
    return read_config(GOOD | changes, root)


def refusal(root, **changes):
    with pytest.raises(ConfigError) as caught:
        read(root, **changes)
    sentence = caught.value.public
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_base_url_alone_is_enough(tmp_path):
    config = read_config({"SP_BASE_URL": "https://sp.example.com"}, tmp_path)
    assert config.database_url == f"sqlite:///{tmp_path}/instance/sp.sqlite3"
    assert config.settings_directory == tmp_path / "saml_settings"
    assert config.certificates_directory == tmp_path / "certs"
    assert config.support_email == config.technical_email == "support@myclientshare.com"
    assert config.product_name == "Clientshare"
    assert (config.logo_url, config.privacy_url, config.redis_url) == (None, None, None)
    assert config.trusted_proxies == 0
    assert config.sqlite_synchronous == "FULL"
    assert config.secret_key == (tmp_path / "certs" / "secret_key").read_bytes()


def test_addresses_of_an_organisation_are_made_from_the_base_url(tmp_path):
    config = read(tmp_path)
    assert config.entity_id("acme") == "https://sp.example.com/saml/acme/metadata"
    assert config.metadata_url("acme") == "https://sp.example.com/saml/acme/metadata"
    assert config.acs_url("acme") == "https://sp.example.com/saml/acme/acs"
    assert config.slo_url("acme") == "https://sp.example.com/saml/acme/slo"
    assert config.slo_soap_url("acme") == "https://sp.example.com/saml/acme/slo/soap"
    assert config.login_url("acme") == "https://sp.example.com/saml/acme/login"


@pytest.mark.parametrize(
    ("text", "base_url", "host"),
    [
        ("https://sp.example.com/", "https://sp.example.com", "sp.example.com"),
        ("HTTPS://SP.Example.COM", "https://sp.example.com", "sp.example.com"),
        ("https://sp.example.com:443", "https://sp.example.com", "sp.example.com"),
        ("https://sp.example.com:8443", "https://sp.example.com:8443", "sp.example.com:8443"),
        ("http://sp.localhost:8000", "http://sp.localhost:8000", "sp.localhost:8000"),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]:8000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_base_url_is_read_in_one_form(tmp_path, text, base_url, host):
    config = read(tmp_path, SP_BASE_URL=text)
    assert (config.base_url, config.host) == (base_url, host)


def test_missing_base_url_is_refused(tmp_path):
    assert refusal(tmp_path, SP_BASE_URL="").startswith("SP_BASE_URL is not set")


@pytest.mark.parametrize(
    "text",
    [
        "sp.example.com",
        "//sp.example.com",
        "ftp://sp.example.com",
        "https://",
        "https://sp_example.com",
        "https://bücher.example",
        "https://-sp.example.com",
        "https://sp..example.com",
        "https://sp.example.com:99999",
        "https://sp.example.com:0",
        "https://sp.example.com:x",
        "https://[::1",
        "https://sp example.com",
    ],
)
def test_base_url_that_is_no_absolute_address_is_refused(tmp_path, text):
    assert "must be an absolute http or https address" in refusal(tmp_path, SP_BASE_URL=text)


@pytest.mark.parametrize(
    "text",
    [
        "https://sp.example.com/app",
        "https://sp.example.com/?x=1",
        "https://sp.example.com?",
        "https://sp.example.com#",
        "https://ada@sp.example.com",
    ],
)
def test_base_url_with_more_than_a_host_is_refused(tmp_path, text):
    assert "no path, query or user" in refusal(tmp_path, SP_BASE_URL=text)


@pytest.mark.parametrize(
    "text", ["http://sp.example.com", "http://10.0.0.7", "http://localhost.example.com"]
)
def test_plain_http_is_refused_where_others_can_reach_it(tmp_path, text):
    assert "must be https" in refusal(tmp_path, SP_BASE_URL=text)


def test_base_url_leaves_room_for_an_entity_id_of_256_characters(tmp_path):
    longest = "https://" + ".".join(["a" * 49] * 3) + "." + "b" * 20
    assert len(longest) == 178
    config = read(tmp_path, SP_BASE_URL=longest)
    assert len(config.entity_id("s" * 63)) == 256
    assert "longer than 178" in refusal(tmp_path, SP_BASE_URL=longest + "b")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("postgres://sp:p%40ss@db/clientshare", "postgresql+psycopg://sp:p%40ss@db/clientshare"),
        ("postgresql://db/clientshare", "postgresql+psycopg://db/clientshare"),
        ("sqlite:////srv/sp/data.sqlite3", "sqlite:////srv/sp/data.sqlite3"),
    ],
)
def test_database_is_sqlite_or_postgresql(tmp_path, text, url):
    assert read(tmp_path, SP_DATABASE_URL=text).database_url == url


@pytest.mark.parametrize(
    "text",
    [
        "mysql://sp:topsecret@db/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////srv/sp/data.sqlite3?timeout=soon",
        "postgresql://db",
        "postgresql://sp:topsecret@db:port/x",
        "nonsense",
    ],
)
def test_other_databases_are_refused_without_repeating_a_password(tmp_path, text):
    sentence = refusal(tmp_path, SP_DATABASE_URL=text)
    assert sentence.startswith("SP_DATABASE_URL must be")
    assert "topsecret" not in sentence


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SP_SECRET_KEY", "short"),
        ("SP_SUPPORT_EMAIL", "Ada <ada@acme.example>"),
        ("SP_TECHNICAL_EMAIL", "ada"),
        ("SP_PRODUCT_NAME", "Client\x07share"),
        ("SP_PRODUCT_NAME", "C" * 81),
        ("SP_LOGO_URL", "javascript:alert(1)"),
        ("SP_LOGO_URL", "http://cdn.example.com/logo.svg"),
        ("SP_LOGO_URL", 'https://cdn.example.com/"logo.svg'),
        ("SP_PRIVACY_URL", "/privacy"),
        ("SP_ACCENT", "blue"),
        ("SP_ACCENT", "#1f5fbf;}"),
        ("SP_TRUSTED_PROXIES", "-1"),
        ("SP_TRUSTED_PROXIES", "11"),
        ("SP_TRUSTED_PROXIES", "all"),
        ("SP_REDIS_URL", "localhost:6379"),
        ("SP_REDIS_URL", "redis://["),
        ("SP_REDIS_URL", "redis://localhost:port"),
        ("SP_REDIS_URL", "rediss://localhost:99999/0"),
        ("SP_SQLITE_SYNCHRONOUS", "OFF"),
    ],
)
def test_value_that_cannot_be_used_is_refused_by_name(tmp_path, name, text):
    assert refusal(tmp_path, **{name: text}).startswith(f"{name} must be")


def test_empty_setting_counts_as_not_set(tmp_path):
    assert read(tmp_path, SP_PRODUCT_NAME=" ", SP_ACCENT="").product_name == "Clientshare"


def test_secret_key_is_made_once_and_then_read(tmp_path):
    first = read(tmp_path, SP_SECRET_KEY="")
    assert len(first.secret_key) == 64
    assert (tmp_path / "certs" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert read(tmp_path, SP_SECRET_KEY="").secret_key == first.secret_key


def test_given_secret_key_needs_no_file(tmp_path):
    assert read(tmp_path).secret_key == b"x" * 32
    assert not (tmp_path / "certs").exists()


def test_secrets_are_not_in_the_repr(tmp_path):
    config = read(tmp_path, SP_DATABASE_URL="postgresql://sp:topsecret@db/x")
    assert "topsecret" not in repr(config)
    assert "xxxx" not in repr(config)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("https://sp.example.com", False),
        ("http://sp.localhost:8000", True),
        ("https://127.0.0.2", True),
        ("https://localhost", True),
    ],
)
def test_loopback_is_told_from_the_world(tmp_path, url, loopback):
    assert read(tmp_path, SP_BASE_URL=url).is_loopback is loopback


def test_slip_of_the_pen_is_noticed():
    assert unknown_settings({"SP_BASEURL": "x", "SP_ACCENT": "", "HOME": "/"}) == ["SP_BASEURL"]


def test_every_setting_has_a_meaning_and_its_own_name():
    names = [each.name for each in SETTINGS]
    assert len(set(names)) == len(names)
    assert all(each.meaning.endswith(".") and "|" not in each.meaning for each in SETTINGS)
