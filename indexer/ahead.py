"""Something slow that is begun before it is needed, and that nobody waits for who does not need it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Made = TypeVar("Made")


def begun(make: Callable[[], Made]) -> Future[Made]:
    """`make()`, called in a thread that a process does not wait for at its end.

    An executor's threads are waited for; so a process that ends meanwhile does so by `os._exit`, as what is
    half imported may not survive the interpreter's end.
    """
    future: Future[Made] = Future()

    def work() -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised by who asks for the result
            future.set_exception(error)

    threading.Thread(target=work, name="ahead", daemon=True).start()
    return future
