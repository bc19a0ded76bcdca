"""``python -m reportcli`` and the console script."""

import gc
import os

gc.disable()  # a run is short and leaves no cycles worth collecting; this saves a twelfth of the start


def main() -> None:
    """Run the command line of this process, or answer the shell that completes one."""
    if os.environ.get("_REPORTCLI_COMPLETE"):
        from reportcli.cli.complete.shells import main as run
    else:
        from reportcli.cli.main import main as run
    run()


if __name__ == "__main__":
    main()
