"""Every setting in one table, and who we are: our addresses, names and folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sp import keys, setting_values
from sp.errors import SpError
from sp.keys import KeyRing


class ConfigError(SpError):
    """A setting cannot be used; `public` is the one sentence that the operator reads at start."""

    code = "bad_configuration"


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: what it is when it is not set, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS: Final = (
    Setting(
        "SP_BASE_URL",
        "",
        "Required. The address that browsers use, such as `https://sp.example.com`; no path. "
        "Every entityID and URL is made from it. Plain http is for loopback names only.",
    ),
    Setting(
        "SP_DATABASE_URL",
        "sqlite:///instance/sp.sqlite3",
        "`sqlite:///` and a path, or `postgresql://user:password@host/name`.",
    ),
    Setting(
        "SP_SETTINGS_DIR",
        "saml_settings",
        "The folder of the organisations' Identity Provider settings; shared by all nodes.",
    ),
    Setting(
        "SP_CERTS_DIR",
        "certs",
        "The folder of our keys; shared by all nodes.",
    ),
    Setting(
        "SP_SECRET_KEY",
        "",
        "Signs the form tokens; 32 characters or more. Without it the file `secret_key` in "
        "`SP_CERTS_DIR` does, made when first needed.",
    ),
    Setting(
        "SP_SUPPORT_EMAIL",
        "support@myclientshare.com",
        "Whom people may ask; on every error page and in the metadata.",
    ),
    Setting(
        "SP_TECHNICAL_EMAIL",
        "",
        "Whom an Identity Provider's administrator may ask; in the metadata. "
        "Without it, `SP_SUPPORT_EMAIL`.",
    ),
    Setting(
        "SP_PRODUCT_NAME",
        "Clientshare",
        "The name on the pages and in the metadata.",
    ),
    Setting(
        "SP_LOGO_URL",
        "",
        "An `https` address of the logo, for the pages and the metadata; the product's name "
        "otherwise.",
    ),
    Setting("SP_ACCENT", "#1f5fbf", "The one accent colour of the pages, as `#rrggbb`."),
    Setting(
        "SP_PRIVACY_URL",
        "",
        "An `https` address of the privacy statement, for the pages and the metadata.",
    ),
    Setting(
        "SP_TRUSTED_PROXIES",
        "0",
        "How many proxies of ours stand in front; the client's address is read from as many hops "
        "of `X-Forwarded-For`.",
    ),
    Setting(
        "SP_REDIS_URL",
        "",
        "Where rate limits are counted for all processes, such as `redis://localhost:6379/0`; "
        "per process otherwise.",
    ),
    Setting(
        "SP_SQLITE_SYNCHRONOUS",
        "FULL",
        "`FULL`: a power cut forgets nothing. `NORMAL` is faster and may forget the last "
        "sign-ins, and with them that an assertion was used.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the whole service is set to; made by `read_config`."""

    base_url: str
    database_url: str = field(repr=False)
    settings_directory: Path
    certificates_directory: Path
    secret_key: bytes = field(repr=False)
    support_email: str = "support@myclientshare.com"
    technical_email: str = "support@myclientshare.com"
    product_name: str = "Clientshare"
    logo_url: str | None = None
    accent: str = "#1f5fbf"
    privacy_url: str | None = None
    trusted_proxies: int = 0
    redis_url: str | None = field(default=None, repr=False)
    sqlite_synchronous: str = "FULL"

    def entity_id(self, slug: str) -> str:
        """Return who we are for this organisation, which is where our metadata stands."""
        return f"{self.base_url}/saml/{slug}/metadata"

    def metadata_url(self, slug: str) -> str:
        """Return where our metadata for this organisation stands."""
        return self.entity_id(slug)

    def acs_url(self, slug: str) -> str:
        """Return where this organisation's Identity Provider sends its answers."""
        return f"{self.base_url}/saml/{slug}/acs"

    def slo_url(self, slug: str) -> str:
        """Return where this organisation's Identity Provider sends logout messages by browser."""
        return f"{self.base_url}/saml/{slug}/slo"

    def slo_soap_url(self, slug: str) -> str:
        """Return where its server sends logout messages itself (SOAP)."""
        return f"{self.base_url}/saml/{slug}/slo/soap"

    def login_url(self, slug: str) -> str:
        """Return the address that starts a sign-in at this organisation."""
        return f"{self.base_url}/saml/{slug}/login"

    def keyring(self) -> KeyRing:
        """Return our keys as they are now; raises KeysError."""
        return keys.load_keyring(self.certificates_directory)

    @property
    def host(self) -> str:
        """Return the Host header of every request that is meant for us."""
        return self.base_url.partition("://")[2]

    @property
    def is_https(self) -> bool:
        """Say whether browsers reach us over TLS."""
        return self.base_url.startswith("https:")

    @property
    def is_loopback(self) -> bool:
        """Say whether only this machine's own browsers can reach the base URL."""
        return setting_values.is_loopback(self.base_url)


def read_config(environ: Mapping[str, str], root: Path) -> Config:
    """Return the settings in the environment; raises ConfigError with one sentence.

    Relative paths are relative to `root`. An empty variable counts as one that is not set.
    """
    given = {each.name: environ.get(each.name, "").strip() or each.default for each in SETTINGS}
    certificates = root / given["SP_CERTS_DIR"]
    try:
        return Config(
            base_url=setting_values.read_base_url(given["SP_BASE_URL"]),
            database_url=setting_values.read_database_url(
                "SP_DATABASE_URL", given["SP_DATABASE_URL"], root
            ),
            settings_directory=root / given["SP_SETTINGS_DIR"],
            certificates_directory=certificates,
            support_email=setting_values.read_email("SP_SUPPORT_EMAIL", given["SP_SUPPORT_EMAIL"]),
            technical_email=setting_values.read_email(
                "SP_TECHNICAL_EMAIL", given["SP_TECHNICAL_EMAIL"] or given["SP_SUPPORT_EMAIL"]
            ),
            product_name=setting_values.read_name("SP_PRODUCT_NAME", given["SP_PRODUCT_NAME"]),
            logo_url=setting_values.read_link("SP_LOGO_URL", given["SP_LOGO_URL"]),
            accent=setting_values.read_colour("SP_ACCENT", given["SP_ACCENT"]),
            privacy_url=setting_values.read_link("SP_PRIVACY_URL", given["SP_PRIVACY_URL"]),
            trusted_proxies=setting_values.read_hops(
                "SP_TRUSTED_PROXIES", given["SP_TRUSTED_PROXIES"]
            ),
            redis_url=setting_values.read_redis_url("SP_REDIS_URL", given["SP_REDIS_URL"]),
            sqlite_synchronous=setting_values.read_choice(
                "SP_SQLITE_SYNCHRONOUS", given["SP_SQLITE_SYNCHRONOUS"], ("FULL", "NORMAL")
            ),
            secret_key=setting_values.read_secret("SP_SECRET_KEY", given["SP_SECRET_KEY"])
            or keys.load_or_make_secret_key(certificates),
        )
    except ValueError as error:
        raise ConfigError(public=str(error)) from error


def unknown_settings(environ: Mapping[str, str]) -> list[str]:
    """Return variables that look like ours and are not: mostly a slip of the pen."""
    known = {each.name for each in SETTINGS}
    return sorted(name for name in environ if name.startswith("SP_") and name not in known)
