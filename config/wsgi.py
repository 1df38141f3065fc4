"""Launch name for WSGI servers: `config.wsgi:app`. USE_STATELESS chooses the edition; unset is stateless."""

from keepless.wsgi import app

__all__ = ["app"]
