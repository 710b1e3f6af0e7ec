"""The command line: one module per verb, heavy imports inside the verb that needs them."""

import signal

_QUIET = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if _QUIET:  # Ctrl-C while modules are imported ends the process without a traceback
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # imported by another thread than the main one, which gets no signals
        _QUIET = False

from harness.cli.entry import main  # noqa: E402

if _QUIET:
    signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["main"]
