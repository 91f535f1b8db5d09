"""Languages as staff lists name them: "ES", "es-ES", "Spanish", "español"."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "en eng english englisch inglés anglais الإنجليزية إنجليزي",
        "ar": "ar ara arabic arabisch árabe arabe العربية عربي",
        "es": "es spa esp spanish spanisch español castellano espagnol الإسبانية إسباني",
        "fr": "fr fra fre french französisch francés français الفرنسية فرنسي",
    }
)
_REGION = re.compile("[-_].*")


def _plain(name: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


_CODE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {_plain(name): code for code, names in _CALLED.items() for name in names.split()}
)


def language_code(text: str) -> str:
    """The code of a language that is known by this name; otherwise the text itself, in small letters."""
    return _CODE_OF.get(_REGION.sub("", _plain(text)), text.lower())
