"""SimpleSAMLphp as an Identity Provider: Debian's package under PHP's own server.

with simplesamlphp(folder) as idp:
    idp.base_url        # http://idp.localhost:…

It reads its configuration at every request. Here that is JSON, which the four PHP files load, so a
test can change it while the program runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.demonstration import TRIES, free_ports
from support.real_idp import PASSWORD, PATIENCE, RealIdp, ended, write_keys
from support.system_programs import SIMPLESAMLPHP

from sp.saml import urn

LOG = "server.log"
LIBRARY = Path("/usr/share/simplesamlphp")
SSO = "/simplesaml/saml2/idp/SSOService.php"
SLO = "/simplesaml/saml2/idp/SingleLogoutService.php"
BINDINGS = {"redirect": urn.REDIRECT, "post": urn.POST}
NAME_IDS = {
    "persistent": urn.PERSISTENT,
    "transient": urn.TRANSIENT,
    "email": urn.EMAIL_ADDRESS,
    "unspecified": urn.UNSPECIFIED,
}
FULL_NAMES = {"subject-id": "urn:oasis:names:tc:SAML:attribute:subject-id"}

LOAD = "<?php\n$%s = json_decode(file_get_contents(%r), true, 512, JSON_THROW_ON_ERROR);\n"
# An administrator turns our metadata into such an array by SimpleSAMLphp's own converter and sets
# more in it. What our metadata says of signatures would otherwise win over the Identity Provider.
SERVICE_PROVIDERS = r"""<?php
foreach (glob('FOLDER/trusted/*.xml') as $file) {
    foreach (\SimpleSAML\Metadata\SAMLParser::parseDescriptorsFile($file) as $id => $entity) {
        $read = $entity->getMetadata20SP();
        unset($read['entityDescriptor'], $read['metadata-set']);
        $chosen = json_decode(file_get_contents('FOLDER/chosen.json'), true);
        $by = fn ($each) => $each['Binding'] === $chosen['logout_by'];
        $read['SingleLogoutService'] = array_values(array_filter($read['SingleLogoutService'], $by));
        $metadata[$id] = array_replace($read, $chosen);
    }
}
"""


class SimpleSamlPhp(RealIdp):
    name = "SimpleSAMLphp"
    metadata_path = "/simplesaml/saml2/idp/metadata.php"
    logout_path = f"{SLO}?ReturnTo=/simplesaml/logout.php"

    def prepare(self):
        """Write what does not change while it runs."""
        for name in ("config", "metadata", "log", "data", "tmp", "sessions", "www", "trusted"):
            (self.folder / name).mkdir(exist_ok=True)
        link = self.folder / "www" / "simplesaml"
        if not link.is_symlink():
            link.symlink_to(LIBRARY / "www")
        write_keys(self.folder)
        self._load("config/config.php", "config", "config.json")
        self._load("config/authsources.php", "config", "people.json")
        self._load("metadata/saml20-idp-hosted.php", "metadata", "hosted.json")
        program = SERVICE_PROVIDERS.replace("FOLDER", str(self.folder))
        (self.folder / "metadata" / "saml20-sp-remote.php").write_text(program, encoding="utf-8")
        self._write("config.json", self._configuration())

    def save(self):
        signs = {
            "saml20.sign.response": self.settings.sign in {"response", "both"},
            "saml20.sign.assertion": self.settings.sign in {"assertion", "both"},
        }
        insists = {"validate.authnrequest": True} if self.settings.wants_signed_requests else {}
        logout = {
            "logout_by": BINDINGS[self.settings.logout_by],
            "core:logout-timeout": self.settings.waits_for_frames,
        }
        self._write("chosen.json", signs | insists | logout)
        self._write("hosted.json", {self.base_url + self.metadata_path: self._hosted() | signs})
        self._write("people.json", {"people": self._people()})
        for old in (self.folder / "trusted").iterdir():
            old.unlink()
        for number, document in enumerate(self.trusted):
            (self.folder / "trusted" / f"{number}.xml").write_bytes(document)

    def portal(self, entity_id, relay_state):
        query = urlencode({"spentityid": entity_id, "RelayState": relay_state})
        return f"{self.base_url}{SSO}?{query}"

    def _configuration(self):
        here = f"{self.folder}/"
        return {
            "baseurlpath": f"{self.base_url}/simplesaml/",
            "certdir": here,
            "loggingdir": f"{here}log/",
            "datadir": f"{here}data/",
            "tempdir": f"{here}tmp",
            "metadatadir": f"{here}metadata/",
            "attributenamemapdir": f"{LIBRARY}/attributemap/",
            "metadata.sources": [{"type": "flatfile"}],
            "secretsalt": "a salt that only tests may know",
            "auth.adminpassword": "nobody signs in as admin",
            "timezone": "UTC",
            "logging.handler": "file",
            "showerrors": True,
            "enable.saml20-idp": True,
            "module.enable": {"exampleauth": True, "core": True, "saml": True},
            "session.cookie.name": "SimpleSAML",
            "session.cookie.samesite": "Lax",
            "session.phpsession.savepath": f"{here}sessions",
            "session.phpsession.cookiename": "SimpleSAMLphp",
            "session.phpsession.httponly": True,
            "store.type": "phpsession",
            "language.default": "en",
            "language.available": ["en"],
            "admin.checkforupdates": False,
            "production": False,
        }

    def _hosted(self):
        settings = self.settings
        hosted = {
            "host": "__DEFAULT__",
            "auth": "people",
            "privatekey": f"{settings.signs_with}.key",
            "certificate": f"{settings.signs_with}.crt",
            "assertion.encryption": settings.encryption is not None,
            "sharedkey_algorithm": settings.encryption or urn.AES128_GCM,
            "nameid.encryption": settings.encrypts_name_id,
            "validate.authnrequest": settings.wants_signed_requests,
            "signature.algorithm": urn.RSA_SHA256,
            "SingleSignOnServiceBinding": [BINDINGS[each] for each in settings.bindings],
            "SingleLogoutServiceBinding": [BINDINGS[each] for each in settings.logout_bindings],
            "logouttype": "iframe" if settings.logout_in_frames else "traditional",
            "sign.logout": settings.signs_logout,
            "validate.logout": True,
            "NameIDFormat": NAME_IDS[settings.name_id],
            "authproc": {
                "1": {"class": "saml:PersistentNameID", "attribute": "uid"},
                "2": {"class": "saml:TransientNameID"},
                "3": {
                    "class": "saml:AttributeNameID",
                    "attribute": "mail",
                    "Format": urn.EMAIL_ADDRESS,
                },
                "4": {
                    "class": "saml:AttributeNameID",
                    "attribute": "uid",
                    "Format": urn.UNSPECIFIED,
                },
            },
        }
        for other in set(settings.publishes) - {settings.signs_with}:
            hosted |= {"new_privatekey": f"{other}.key", "new_certificate": f"{other}.crt"}
        return hosted

    def _people(self):
        source = {"0": "exampleauth:UserPass"}
        for name, attributes in self.settings.people.items():
            named = {FULL_NAMES.get(key, key): values for key, values in attributes.items()}
            source[f"{name}:{PASSWORD}"] = {"uid": [name], **named}
        return source

    def _load(self, path, variable, source):
        program = LOAD % (variable, f"{self.folder}/{source}")
        (self.folder / path).write_text(program, encoding="utf-8")

    def _write(self, name, value):
        (self.folder / name).write_text(json.dumps(value), encoding="utf-8")


@contextmanager
def simplesamlphp(folder):
    """Give it running; where its port was lost between looking and taking, on another one."""
    if not SIMPLESAMLPHP.is_met():
        pytest.skip(SIMPLESAMLPHP.reason)
    for _ in range(TRIES):
        [port] = free_ports(1)
        idp = SimpleSamlPhp(folder, f"http://idp.localhost:{port}")
        idp.prepare()
        idp.reset()
        with ended(_start(folder, port)) as process:
            if _listens(process, folder / LOG):
                yield idp
                return
    raise AssertionError("no free port")


def _start(folder, port):
    with (folder / LOG).open("wb") as log:
        return subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", folder / "www"],
            cwd=folder,
            env=os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(folder / "config")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _listens(process, log):
    """Wait until it says that it listens; False where somebody else has its port."""
    deadline = time.monotonic() + PATIENCE
    while True:
        has_ended = process.poll() is not None  # asked first: then all that it says stands there
        said = log.read_text(encoding="utf-8")
        if "Development Server" in said:
            return True
        if has_ended:
            assert "Address already in use" in said, said
            return False
        assert time.monotonic() < deadline, said
        time.sleep(0.02)
