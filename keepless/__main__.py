"""`python -m keepless`."""

from keepless.cli import main

main()
