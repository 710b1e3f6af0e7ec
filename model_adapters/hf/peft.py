"""Adapters of PEFT (LoRA and the like) on a loaded checkpoint, with proof that their weights arrived.

An adapter whose weights do not fit is not noticed by looking at answers: LoRA weights that stay as they were initialised
change nothing. So what the library reports as missing or unexpected is an error here.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from harness.errors import AdapterError, MissingDependencyError, UsageError
from model_adapters.checkpoints.source import ADAPTER_CONFIG


def find_adapter(given: str, revision: str | None) -> Path:
    """Find the folder of an adapter; one from the hub is fetched.

    Raises:
        UsageError: neither a folder with an adapter nor a hub id.
        AdapterError: the hub does not give it.
    """
    folder = Path(given).expanduser()
    if folder.is_dir():
        if revision is not None:
            raise UsageError("a folder has no revisions", where="-M peft_revision")
    elif folder.exists() or given.count("/") != 1 or given.startswith((".", "~", "/")):
        raise UsageError(
            "no such folder, and no hub id organisation/name", where=f"-M peft={given}"
        )
    else:
        folder = _fetched(given, revision)
    if not (folder / ADAPTER_CONFIG).is_file():
        raise UsageError(f"no {ADAPTER_CONFIG} there: not an adapter", where=f"-M peft={given}")
    return folder


def _fetched(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        found = snapshot_download(name, revision=revision, allow_patterns=["adapter_*", "*.json"])
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise AdapterError(f"the adapter cannot be fetched: {error}", where=name) from error
    return Path(found)


def put_on(
    model: Any, adapter: str, *, name: str = "default", subfolder: str | None = None, **hub: Any
) -> str:
    """Load an adapter onto a model and make it active, in addition to those that are active already.

    Args:
        model: a transformers model.
        adapter: folder or hub id.
        name: what the model calls it, if that is part of no other weight's name.
        subfolder: where in the repository it lies.
        **hub: further arguments about the hub.

    Returns:
        What the model calls it.

    Raises:
        MissingDependencyError: peft is not installed.
        AdapterError: it cannot be loaded, or its weights do not fit the model.
    """
    try:
        import peft  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"an adapter needs peft ({error})",
            where=adapter,
            hint="pip install 'lalm-harness[peft]'",
        ) from error
    where = adapter if subfolder is None else f"{adapter}/{subfolder}"
    # A weight with the name in its own would be taken for the adapter's.
    weights = [weight for weight, _ in model.named_parameters()]
    while any(name in weight for weight in weights):
        name += "_"
    active = model.active_adapters() if getattr(model, "_hf_peft_config_loaded", False) else []
    hub = {key: value for key, value in hub.items() if key in ("revision", "local_files_only")}
    if subfolder is not None:
        hub["subfolder"] = subfolder
    try:  # not local_files_only=…: transformers 5.23 hands it on to something that does not take it
        with warnings.catch_warnings():  # of several adapters, as it is meant to be
            warnings.filterwarnings("ignore", "Already found a `peft_config`")
            report = model.load_adapter(adapter, adapter_name=name, adapter_kwargs=hub)
    except (OSError, ValueError, TypeError, RuntimeError, KeyError, AttributeError) as error:
        raise AdapterError(
            f"the adapter cannot be loaded: {type(error).__name__}: {error}",
            where=where,
            hint="it may belong to another base model, or to a newer peft",
        ) from error
    if report is None:
        raise MissingDependencyError(
            "this transformers does not say whether an adapter's weights arrived",
            where=where,
            hint="pip install --upgrade transformers",
        )
    missing = [weight for weight in report.missing_keys if name in weight]  # not another adapter's
    astray = sorted([*missing, *report.unexpected_keys])
    if astray or report.mismatched_keys:
        raise AdapterError(
            f"{len(missing)} weights of the adapter are missing and "
            f"{len(report.unexpected_keys)} have no place in the model: {', '.join(astray[:2])} …",
            where=where,
            hint="it was trained on another base model, or saved under other names",
        )
    model.set_adapter([*active, name])
    return name


def switch(model: Any, name: str, *, on: bool) -> None:
    """Switch one adapter of a model on or off; the others stay as they are."""
    others = [one for one in model.active_adapters() if one != name]
    if on or others:
        model.enable_adapters()
        model.set_adapter([name, *others] if on else others)
    else:
        model.disable_adapters()
