"""What the machine offers to this process."""

from __future__ import annotations

import os


def cores() -> int:
    """Number of processor cores that this process may use, at least 1.

    Where the system tells which (Linux), those that it leaves to the process; elsewhere (macOS) all
    that there are.
    """
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
