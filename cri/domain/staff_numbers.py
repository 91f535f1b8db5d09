"""People without e-mail: a staff number stands for them on the roster, as an address does for others.

What stands for somebody is one text, so that it is unique whatever it is; without an "@" it is never mailed.
"""

from typing import Final

NUMBER: Final = "number"
"""The roster's column."""
_MARK = "#"


def has_mail(key: str) -> bool:
    """Whether what stands for this person is an address, not a staff number."""
    return "@" in key or not key.startswith(_MARK)


def key_of_number(number: str) -> str:
    """What stands for somebody without an address: "#4711"; nothing for no number."""
    number = number.strip().lower()
    return _MARK + number if number else ""


def address_of(key: str) -> str:
    """The address, or nothing."""
    return key if has_mail(key) else ""


def number_of(key: str) -> str:
    """The staff number of somebody without an address, or nothing."""
    return "" if has_mail(key) else key.removeprefix(_MARK)
