"""Codes that people read aloud and type: Crockford's base 32 with a check symbol."""

from unicodedata import decimal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_MADE = frozenset(CROCKFORD)
_PYTHONS = str.maketrans(CROCKFORD, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def write_code(value: int, symbols: int) -> str | None:
    """`value` in that many symbols and a check symbol.

    None where the check symbol would be one of *~$=U: these are hard to find on a phone.
    """
    if value % 37 >= len(CROCKFORD):
        return None
    written = [CROCKFORD[value >> 5 * place & 31] for place in reversed(range(symbols))]
    return "".join(written) + CROCKFORD[value % 37]


def read_code(typed: str, symbols: int) -> str | None:
    """The code as it was made, whatever spaces, dashes, case, look-alike letters or other digits were typed.

    None when it is not a code of so many symbols or its check symbol does not fit: a slip of the finger.
    """
    code = typed
    if len(typed) != symbols + 1 or not _AS_MADE.issuperset(typed):  # a browser gives it back as it was made
        signs = (str(decimal(sign, sign)) for sign in typed if sign.isalnum())
        code = "".join(signs).upper().translate(_LOOK_ALIKES)
        if len(code) != symbols + 1 or not _AS_MADE.issuperset(code):
            return None
    value = int(code[:-1].translate(_PYTHONS), 32)
    return code if value % 37 == CROCKFORD.index(code[-1]) else None


def show_code(code: str) -> str:
    """The code in groups that can be read aloud: XXXX-XXXX-XXXX-X."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
