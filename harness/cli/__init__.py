"""The command line: one module per verb, heavy imports inside the verb that needs them."""

import signal
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run a verb and exit with its code; ``harness.cli.entry`` says how.

    While the program is imported, Ctrl-C ends the process without a traceback: nothing has begun.
    """
    own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        except ValueError:  # called by another thread than the main one, which gets no signals
            own = False
    from harness.cli import entry

    entry.main(own_signals=own)
