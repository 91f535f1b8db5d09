"""Pages for people."""

from importlib import import_module

from flask import Flask

VIEWS = ("cri.web.views.status",)


def register_views(app: Flask) -> None:
    """Give each file of views the application; each has an `init(app)`."""
    for name in VIEWS:
        import_module(name).init(app)
