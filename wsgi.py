"""The web application for a WSGI server."""

from cri.app import create_app
from cri.settings import read_settings

app = create_app(read_settings())
