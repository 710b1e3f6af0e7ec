"""One module per verb; importing one registers it. They are found by their file names."""

import importlib
import pkgutil


def register() -> None:
    """Import every verb."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
