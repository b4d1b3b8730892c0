"""Keeps the last few hundred values under a handle, in this process's memory."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Final, Generic, TypeVar

from sp.demo.errors import DemoRefused

_KEPT: Final = 500

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by handle; `gone` is the sentence for whoever comes with a handle of no value."""

    def __init__(self, gone: str) -> None:
        self._gone = gone
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, value: Value) -> str:
        """Keep a value and return its handle."""
        handle = secrets.token_urlsafe(24)
        with self._lock:
            self._values[handle] = value
            while len(self._values) > _KEPT:
                self._values.popitem(last=False)
        return handle

    def find(self, handle: str) -> Value:
        """Return the value, or say that it is gone."""
        with self._lock:
            value = self._values.get(handle)
        if value is None:
            raise DemoRefused(self._gone)
        return value
