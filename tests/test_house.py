"""The house as the design draws it: floors and walls, the size of rooms, every door listed."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest
from flask_wtf.csrf import CSRFError
from importlinter import configuration
from importlinter.application import use_cases

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 220
LONGEST_FUNCTION = 45
MIGRATIONS = ROOT / "sp" / "migrations" / "versions"
ROOMS = sorted(path for path in (ROOT / "sp").rglob("*.py") if MIGRATIONS not in path.parents)
FILES = [*ROOMS, ROOT / "wsgi.py", *sorted((ROOT / "tests").rglob("*.py"))]

PARSERS = {
    "fromstring",
    "fromstringlist",
    "HTML",
    "HTMLParser",
    "HTMLPullParser",
    "iterparse",
    "parse",
    "parseid",
    "XML",
    "XMLDTDID",
    "XMLID",
    "XMLParser",
    "XMLPullParser",
}
OTHER_XML = ("xml", "defusedxml", "lxml.html", "lxml.objectify", "lxml.sax", "lxml.ElementInclude")


def name_of(path):
    return str(path.relative_to(ROOT))


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def contracts():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    prefix = "importlinter:contract:"
    return [name.removeprefix(prefix) for name in settings.sections() if name.startswith(prefix)]


@pytest.mark.parametrize("contract", contracts())
def test_wall_holds(contract, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    configuration.configure()
    holds = use_cases.lint_imports("setup.cfg", limit_to_contracts=(contract,), cache_dir=None)
    assert holds, capsys.readouterr().out


def test_every_wall_of_the_design_is_a_contract():
    assert {"floors", "demo", "saml", "flask", "flask_sqlalchemy", "onelogin", "xmlsec"} <= set(
        contracts()
    )


def parsing_in(path):
    """Give every place of a file that turns octets into a tree by other means than `saml.xml`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr in PARSERS:
            if isinstance(node.value, ast.Name) and node.value.id in ("etree", "html", "objectify"):
                yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if is_other_xml(each.name))
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for each in node.names:
                full = f"{node.module}.{each.name}"
                if is_other_xml(full) or (
                    node.module == "lxml.etree" and each.name in (*PARSERS, "*")
                ):
                    yield full


def is_other_xml(name):
    return any(name == other or name.startswith(f"{other}.") for other in OTHER_XML)


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_xml_is_parsed_in_one_room_only(path):
    if path == ROOT / "sp" / "saml" / "xml.py" or "demo" in path.parts:
        return
    assert list(parsing_in(path)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from lxml import etree\netree.fromstring(b'')", ["etree.fromstring"]),
        ("from lxml import etree\nparse = etree.XMLParser()", ["etree.XMLParser"]),
        ("from lxml.etree import XML", ["lxml.etree.XML"]),
        ("import xml.etree.ElementTree", ["xml.etree.ElementTree"]),
        ("from lxml import html", ["lxml.html"]),
        ("from xml.dom import minidom", ["xml.dom.minidom"]),
        ("from lxml import etree\netree.tostring(1)", []),
        ("from sp.saml import xml\nxml.parse(b'')", []),
        ("from . import xml", []),
    ],
)
def test_the_search_for_parsers_finds_them(tmp_path, source, found):
    (tmp_path / "room.py").write_text(source, encoding="utf-8")
    assert list(parsing_in(tmp_path / "room.py")) == found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_first_line_says_what_the_file_is_for(path):
    tree = tree_of(path)
    docstring = ast.get_docstring(tree)
    assert docstring
    assert tree.body[0].lineno == 1
    assert docstring.partition("\n")[0].endswith((".", "?"))


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_room_is_small_and_its_functions_fit_a_screen(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = [
        f"{node.name} {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_file_is_called_by_what_it_does(path):
    assert path.stem not in ("util", "utils", "helper", "helpers", "common", "manager", "misc")


def test_test_files_have_names_of_their_own():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def listed():
    """Give what routes.txt says: (path, methods) -> (who may call it, whether it takes a token)."""
    lines = (ROOT / "tests" / "routes.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {(path, methods): (who, csrf) for path, methods, who, csrf in rows}


def filled(path):
    """Give a path for an organisation acme and a file that is there."""
    return re.sub(r"<[^>]*organisation>", "acme", path).replace("<path:filename>", "style.css")


def paths(who=None, method=None):
    """Give the listed paths that these may call by this method."""
    return [
        filled(path)
        for (path, methods), (caller, _) in sorted(listed().items())
        if who in (None, caller) and (method is None or method in methods.split(","))
    ]


def test_every_route_is_listed_and_every_listed_route_exists(app):
    found = {
        (rule.rule, ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"})))
        for rule in app.url_map.iter_rules()
    }
    assert found == set(listed())


def test_words_of_the_list_are_known():
    assert {who for who, _ in listed().values()} <= {"anybody", "signed-in", "admin"}
    assert {csrf for _, csrf in listed().values()} <= {"yes", "no", "-"}
    for (_, methods), (_, csrf) in listed().items():
        assert (csrf == "-") == ("POST" not in methods.split(","))


@pytest.mark.parametrize("path", paths("signed-in", "GET") + paths("admin", "GET"))
def test_page_for_people_who_are_signed_in_sends_strangers_away(client, path):
    answer = client.get(path)
    to_login = answer.status_code == 303 and answer.location.startswith("/login")
    assert to_login or answer.status_code == 401


@pytest.mark.parametrize("path", paths("admin", "POST"))
def test_form_for_administrators_sends_strangers_away(app, client, path):
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post(path).location == "/login"


@pytest.mark.parametrize("path", paths("anybody", "GET"))
def test_page_for_anybody_sends_nobody_to_the_login(client, path):
    answer = client.get(path, buffered=True)
    assert answer.status_code != 401
    assert not (answer.location or "").startswith("/login?")


@pytest.mark.parametrize("path", paths(method="POST"))
def test_form_takes_a_token_as_listed(app, client, path):
    app.register_error_handler(CSRFError, lambda _: ("the token is missing", 418))
    expected = next(
        csrf
        for (rule, methods), (_, csrf) in listed().items()
        if "POST" in methods.split(",") and filled(rule) == path
    )
    refused = client.post(path, data={"email": "ada@acme.example"}).status_code == 418
    assert refused == (expected == "yes")
