"""What becomes of memory that large arrays no longer need."""

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1  # names of the C library's settings, as in its malloc.h
_MMAP_THRESHOLD: Final = -3
_KEPT: Final = 128 << 20  # bytes
_LARGEST_KEPT: Final = 32 << 20  # bytes of one piece; the C library takes no more


def keep_freed_memory() -> None:
    """Let this process keep 128 MiB that it freed, to use again, where the C library is GNU's.

    Otherwise each array of a million answers is fetched from the system anew, which first fills it with
    zeros: measured, a twentieth of the time of scoring.
    """
    change = getattr(ctypes.CDLL(None), "mallopt", None)
    if change is not None:
        change(_TRIM_THRESHOLD, _KEPT)
        change(_MMAP_THRESHOLD, _LARGEST_KEPT)
