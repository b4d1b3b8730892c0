"""Our own key pairs for tests that need keys but do not ask how they are made.

    monkeypatch.setattr(key_files, "make_pair", own_keys.take_pair)

An RSA key of 3072 bits takes a sixth of a second; these are made once in the process. Where the
clock is not frozen a certificate begins at the full hour, so that the next test finds it made.
"""

from __future__ import annotations

from functools import cache
from itertools import count

from sp import key_files

_make_pair = key_files.make_pair
_taken = count()


def take_pair(now, common_name):
    """Give one of two pairs in turn: signing and encryption never share a key."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return _pair(next(_taken) % 2, hour, common_name)


@cache
def _pair(_which, now, common_name):
    return _make_pair(now, common_name)
