"""``python -m reportcli``."""

from reportcli.cli import main

main()
