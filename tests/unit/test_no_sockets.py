"""The control of the rule that unit tests speak to nobody: it does stop them."""

import socket

import pytest


def test_a_socket_cannot_be_opened_here() -> None:
    # pytest-socket warns before it raises, and a warning is an error in these tests
    with pytest.raises(UserWarning, match="tried to use socket"):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
