"""What a WSGI server loads: `keepless.wsgi:app`, built from the environment as the server starts."""

import os
import resource
import sys

from keepless.bootstrap import build_app
from keepless.config import Settings
from keepless.errors import ConfigError
from keepless.web import logs

# What gunicorn's workers exit with when they cannot boot. On any other code it would start another worker, for ever.
WORKER_BOOT_ERROR = 3

# A process that crashes must not leave its memory, with what it is answering just then, in a file.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

try:
    settings = Settings.from_env(os.environ)
    logs.configure(style=settings.log_format)
    app = build_app(settings)
except ConfigError as refusal:
    sys.stderr.write(f"keepless: {refusal}\n")
    sys.exit(WORKER_BOOT_ERROR)
