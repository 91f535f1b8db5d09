"""Unit tests speak to nobody."""

import pytest


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """Opening a socket raises pytest_socket.SocketBlockedError."""
