"""How many SQL statements are run, counted where each of ours goes to the driver.

with counted() as statements:       # BEGIN and COMMIT are none of them
    client.get("/whoami")
len(statements)
"""

from __future__ import annotations

from contextlib import contextmanager
from unittest.mock import patch

import sp.db


@contextmanager
def counted():
    statements = []

    class Counted(sp.db.Transaction):
        def rows(self, statement, **values):
            statements.append(statement)
            return super().rows(statement, **values)

        def change(self, statement, **values):
            statements.append(statement)
            return super().change(statement, **values)

    with patch.object(sp.db, "Transaction", Counted):
        yield statements
