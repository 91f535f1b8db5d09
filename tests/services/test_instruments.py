"""Which words a page takes when a version was not written in its language."""

import pytest

from cri.domain.errors import InputError
from cri.services.instruments import OFFERED, offered_languages, released_texts, texts_nearest


def test_a_version_that_lacks_a_language_is_shown_in_english() -> None:
    with pytest.raises(InputError):
        released_texts("cri", "1.0.0", "fr")
    assert texts_nearest("cri", "1.0.0", "fr").locale == "en"
    assert texts_nearest("cri", "1.0.0", "ar").locale == "ar"


def test_what_is_offered_can_be_asked_in_english_and_arabic() -> None:
    assert offered_languages()[0] == "en"
    assert "ar" in offered_languages()
    for release in OFFERED:
        assert texts_nearest(*release, "ar").locale == "ar"
