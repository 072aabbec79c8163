"""What a worker process does first, whatever its work is."""

import multiprocessing
import os
import signal
import threading


def live_with_the_parent() -> None:
    """Leave Ctrl-C, which reaches the whole group, to the parent; and end when it does, even killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
