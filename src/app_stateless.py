"""Launch name of the stateless edition: `python -m src.app_stateless`, or `src.app_stateless:app` for a WSGI server."""

import sys

if __name__ == "__main__":
    from keepless.cli import main

    main(["run", "--edition", "stateless", *sys.argv[1:]])
else:
    from keepless.wsgi import app

    __all__ = ["app"]
