"""Several threads that do the same thing at the same moment, each with an app context of its own."""

from __future__ import annotations

import threading


def race(app, work, *, threads):
    """Run `work(number)` in that many threads at once; return what each gave, or raise its error."""
    gate = threading.Barrier(threads)
    given = [None] * threads
    raised = []

    def run(number):
        try:
            with app.app_context():
                gate.wait()
                given[number] = work(number)
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            raised.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if raised:
        raise raised[0]
    return given
