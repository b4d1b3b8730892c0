"""Names the code by which something is refused, so that a test can say it in one line."""

import pytest

from sp.saml.errors import Refused


def code_of(call, *arguments, **named):
    """Return the code of the refusal that a call ends in; the test fails where it ends otherwise."""
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)
    return caught.value.code
