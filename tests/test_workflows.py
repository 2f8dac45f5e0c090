"""The public workflows: whatever they run is pinned, ends in time, and may do no more than it must."""

import re
from pathlib import Path

import pytest
import yaml

GITHUB = Path(__file__).parent.parent / ".github"
FILES = sorted(GITHUB.glob("workflows/*.yml"))
WORKFLOWS = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for path in FILES}  # "on" stays a word
JOBS = {(name, job): body for name, workflow in WORKFLOWS.items() for job, body in workflow["jobs"].items()}
WRITES = {  # all that any job may do beyond reading
    ("pages", "publish"): {"pages": "write", "id-token": "write"},
    ("release", "publish"): {"id-token": "write"},
    ("test", "constraints"): {"contents": "write", "pull-requests": "write"},
}
every_job = pytest.mark.parametrize("job", JOBS, ids="-".join)


def test_the_workflows_are_there():
    assert {"pages", "release", "test"} <= WORKFLOWS.keys()
    assert len(JOBS) >= 9


def test_every_action_is_pinned_by_its_full_hash_and_one_version_is_used():
    lines = [line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    pins = [re.fullmatch(r"\s*(?:- )?uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line) for line in lines]
    assert [line for line, pin in zip(lines, pins, strict=True) if not pin] == []
    assert len(lines) == sum("uses" in step for job in JOBS.values() for step in job["steps"]) > 10
    assert len({pin.groups() for pin in pins}) == len({pin[1] for pin in pins})


@every_job
def test_a_job_has_a_time_limit(job):
    assert 1 <= int(JOBS[job]["timeout-minutes"]) <= 180


@every_job
def test_a_checkout_leaves_no_credentials_behind(job):
    for step in JOBS[job]["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


@every_job
def test_a_job_may_do_no_more_than_it_must_and_one_that_may_write_runs_nothing_but_git(job):
    assert WORKFLOWS[job[0]]["permissions"] in ({}, {"contents": "read"}, "")
    allowed = JOBS[job].get("permissions", {})
    assert allowed == WRITES.get(job, {}) or allowed == {"contents": "read"}
    if job in WRITES:
        words = [line.split()[0] for step in JOBS[job]["steps"] for line in step.get("run", "").splitlines()]
        assert set(words) <= {"gh", "git"}  # no package, and no code of the repository


def test_no_workflow_has_a_secret_or_runs_the_text_of_an_event_or_a_strangers_code_with_our_rights():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"secrets\.|pull_request_target|workflow_run", text)
    for job in JOBS.values():
        assert not [
            step for step in job["steps"] if "github.event" in step.get("run", "") or "github.head_ref" in step.get("run", "")
        ]


def test_nothing_is_published_before_it_is_switched_on():
    assert WORKFLOWS["release"]["on"] == {"release": {"types": ["published"]}}
    assert JOBS["release", "build"]["if"] == "vars.PUBLISH == 'yes'"
    publish = JOBS["release", "publish"]
    assert publish["needs"] == "build"  # and if that was left out, so is this
    assert publish["environment"]["name"] == "pypi"
    assert publish["steps"][-1]["with"] == {"attestations": "true"}  # no password: PyPI trusts this workflow


def test_the_tests_run_on_windows_and_macos():
    assert JOBS["test", "other-systems"]["strategy"]["matrix"]["system"] == ["windows-latest", "macos-latest"]


def test_actions_and_dependencies_are_kept_up_to_date():
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"github-actions", "pip"}
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)
