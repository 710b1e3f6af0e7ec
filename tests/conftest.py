"""What all tests share: no network, no user cache, and the command line called in-process."""

from __future__ import annotations

import gc
import itertools
import os
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pytest_socket import disable_socket, socket_allow_hosts

from tests.support.budget import QUICK, SOAK, examples
from tests.support.command import CommandResult, run_in_process
from tests.support.cpu_time import CpuTime
from tests.support.runs.recogniser import RecogniserRun

# compiled modules and rewritten assertions are kept, or every process that a test starts would make its own
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# the day of the tests, long before any shipped judge ends: what they see must not change with the calendar
os.environ["SOURCE_DATE_EPOCH"] = "1780000000"

# torch comes later: the checkpoints are tiny, and threads that wait for one another on a busy machine cost up to nine times the work
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--cpu=ROWS``."""
    help_text = "show processor time by folder, module and test (ROWS of each)"
    parser.addoption("--cpu", metavar="ROWS", type=int, help=help_text)


def pytest_configure(config: pytest.Config) -> None:
    """Count processor time where it is asked for; let Ctrl-C reach commands that tests start, also where a shell's ``&`` had it ignored."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("cpu") is not None:
        config.pluginmanager.register(CpuTime(config.getoption("cpu")), "cpu-time")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[Any], list[Any]]:
    """Look for doctests in the product only: to look here would import every helper and stub in every worker."""
    found = yield
    return [node for node in found if type(node).__name__ != "DoctestModule"]


KNOWN = {"modules": 0}
"""How many modules were imported when objects were set apart last."""


def set_apart() -> None:
    """Take what lives now out of garbage collection.

    Adapters collect when they close, some libraries at every call; with torch and transformers in the process each time costs half a second.
    """
    gc.collect()
    gc.freeze()
    KNOWN["modules"] = len(sys.modules)


def keeps_groups(items: list[pytest.Item]) -> bool:
    """Return whether the node ids of grouped tests name their group, by which pytest-xdist keeps them on one worker."""
    return all("@" in item.nodeid for item in items if item.get_closest_marker("xdist_group"))


# the same examples in every run, so that a change fails or passes by itself; the long form draws new ones each time;
# how long a busy machine takes to draw is no finding
hypothesis.settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=examples(100),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
if not SOAK:
    hypothesis.settings.load_profile("same")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Deal out modules and groups, not single tests."""
    if config.getoption("dist") != "loadgroup":
        return None
    from tests.support.scheduling import Units

    return Units(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave, in ``make quick``, the first case of every test; in a worker, begin with what takes long."""
    if QUICK:
        first: dict[str, pytest.Item] = {}
        for item in items:
            first.setdefault(item.nodeid.partition("[")[0], item)
        kept = set(map(id, first.values()))
        config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
        items[:] = first.values()
    if hasattr(config, "workerinput"):
        from tests.support.scheduling import dearest_first

        items[:] = dearest_first(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to split groups of tests, and set apart what will live to the end."""
    if session.config.getoption("loadgroup", default=False) and not keeps_groups(session.items):
        raise pytest.UsageError(
            "pytest-xdist does not see xdist_group with this pytest, so every worker would make what a group shares: "
            "install the versions of constraints.txt"
        )
    set_apart()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Set apart what a module of tests leaves behind, and libraries that its tests imported."""
    result = yield
    if nextitem is None or nextitem.path != item.path or len(sys.modules) - KNOWN["modules"] > 100:
        set_apart()
    return result


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests reach no network; those marked ``network`` reach loopback."""
    if item.get_closest_marker("network"):
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A test neither reads nor writes what belongs to the user."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("HARNESS_DATA", raising=False)
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture(autouse=True)
def _no_power_cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: no run that a test makes in this process must outlive a power cut."""
    if "reliability" not in request.path.parts:
        monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(autouse=True)
def _registered_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a metric that a test registers end with the test."""
    from metrics.registry import METRICS

    monkeypatch.setattr(METRICS, "registered", dict(METRICS.registered))


@pytest.fixture(scope="module")
def _folder_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Iterator[int]]:
    return tmp_path_factory.mktemp("m"), itertools.count()


@pytest.fixture
def tmp_path(
    request: pytest.FixtureRequest, _folder_of_the_module: tuple[Path, Iterator[int]]
) -> Path:
    """A folder of the test in one of its module: pytest looks through all folders beside a new one, which were thousands."""
    folder, numbers = _folder_of_the_module
    path = folder / f"{re.sub(r'[^A-Za-z0-9_]', '_', request.node.name):.30}{next(numbers)}"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def cli(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., CommandResult]:
    """``cli("evaluate", …)`` runs the command in this process and gives exit code and output."""

    def run(*arguments: str | Path) -> CommandResult:
        return run_in_process(arguments, monkeypatch, capsys)

    return run


@pytest.fixture(scope="session")
def recogniser_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecogniserRun]:
    """A real recogniser over all quick-start clips; tests that read it are in ``recogniser.GROUP``."""
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    run = RecogniserRun(tmp_path_factory.mktemp("recogniser"))
    yield run
    run.close()


@pytest.fixture(autouse=True)
def _task_code_is_read_anew() -> Iterator[None]:
    """Forget the task code that a test imported: the next test of that name may get its folder, with other code in it."""
    known = len(sys.modules)
    yield
    if len(sys.modules) != known:
        for name in [name for name in sys.modules if name.startswith("_harness_task_code.")]:
            del sys.modules[name]
