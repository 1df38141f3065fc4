"""What gunicorn loads in tests of being killed: `keepless.wsgi`, which dies where it is told to."""

from forgetting.dying import die_after_steps

die_after_steps()

from keepless.wsgi import app  # noqa: E402, F401 - gunicorn asks for it; built of what was changed above
