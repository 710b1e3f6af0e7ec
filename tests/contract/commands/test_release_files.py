"""Hazards: a template that no form reads, a citation that is not valid, a workflow that runs something else than ``.ci/run``."""

from __future__ import annotations

import re

import pytest
import yaml

import harness
from tests.support.pages import ROOT, read

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.skipif(not (ROOT / ".github").is_dir(), reason="not part of an sdist")
def test_forms_and_workflows_are_yaml_of_their_kind() -> None:
    assert len(FORMS) >= 3
    for path in FORMS:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.name == "config.yml":
            continue
        assert {"name", "description", "body"} <= set(form), path.name
        ids = [part["id"] for part in form["body"]]
        assert len(set(ids)) == len(ids)
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    steps = workflow["jobs"]["ci"]["steps"]
    assert steps[-1] == {"run": ".ci/run"}
    pythons = workflow["jobs"]["ci"]["strategy"]["matrix"]["python"]
    lowest = re.search(r'requires-python = ">=([\d.]+)"', read("pyproject.toml"))
    assert lowest is not None and pythons[0] == lowest[1]
    release = yaml.safe_load(read(".github/workflows/release.yml"))
    scripts = [step["run"] for step in release["jobs"]["build"]["steps"] if "run" in step]
    assert scripts == ["scripts/check_release.sh"]


def test_the_citation_names_this_project() -> None:
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert {"title", "message", "authors", "license"} <= set(citation)
    assert citation["license"] == "Apache-2.0"


def test_the_page_of_versions_names_what_is_stable() -> None:
    page = read("docs/versions.md")
    for name in ("schema_version", "bundle_version", "scorer:", "lalm_harness.metrics"):
        assert name in page
    assert harness.__version__.count(".") == 2
