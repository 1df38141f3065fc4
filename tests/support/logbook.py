"""Logs of a test: the process's own configuration, written into memory and put back afterwards."""

import io
import logging
from contextlib import contextmanager

import structlog

from keepless.web import logs


@contextmanager
def logbook(style="json"):
    """The stream that all logs go to inside the block."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    stream = io.StringIO()
    logs.configure(style=style, stream=stream)
    try:
        yield stream
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.configure(**config)
