"""The house as the design draws it: floors and walls, the size of rooms, every door listed."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path

import pytest
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
