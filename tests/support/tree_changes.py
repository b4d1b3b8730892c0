"""Changes to a message by path, for the `change` and `after` of `Idp.response`."""

from lxml import etree
from support.idp import find

from sp.saml.urn import q


def changed(path, **attributes):
    """Return a change that sets attributes of the element at a path, or takes them off."""

    def change(root):
        for name, value in attributes.items():
            if value is None:
                del find(root, path).attrib[name]
            else:
                find(root, path).set(name, value)

    return change


def added(path, tag, text=None, index=None, **attributes):
    """Return a change that adds an element at a path."""

    def change(root):
        parent = find(root, path)
        child = etree.Element(q(tag), attributes)
        child.text = text
        parent.insert(len(parent) if index is None else index, child)

    return change


def removed(path):
    """Return a change that takes the element at a path out."""

    def change(root):
        element = find(root, path)
        element.getparent().remove(element)

    return change
