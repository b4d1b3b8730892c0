"""Who may see a page: a role that a person has at their own organisation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from flask_login import login_required

from sp.errors import SpError
from sp.web.principal import current_session

ADMIN: Final = "admin"

View = Callable[..., Any]


class NotYourRoleError(SpError):
    """Somebody is signed in who may not see this page; nothing on it is told."""

    code = "not_your_role"
    status = 403
    public = (
        "You are signed in, but not as an administrator of your organisation. If you should be "
        "one, ask whoever manages access there."
    )


def require_role(role: str) -> Callable[[View], View]:
    """Let nobody see a page who has another role; who is not signed in is led to the login.

    The role is read with the session, at each request: what is taken away is gone at once.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            session = current_session()
            if session is None or session.role != role:
                raise NotYourRoleError
            return view(*arguments, **named)

        for_people: View = login_required(guarded)
        return for_people

    return decorate
