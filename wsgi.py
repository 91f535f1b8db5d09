"""The web application for a WSGI server."""

from cri.app import create_app
from cri.cli.logs import configure_logs
from cri.settings import read_settings

configure_logs()
app = create_app(read_settings())
