"""The agent in a real box: its tools find there what they need, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.agent import bundle
from pygent.agent.profile import Profile
from pygent.benchmarks.tasks.agent_program import agent_program
from pygent.evolution.proposers.agent_box import spec_of
from pygent.sandbox.api import Call, Isolation, Outcome
from pygent.sandbox.backends.docker import DockerSandbox
from tests.agent.conftest import Host, edit, finish, say, task

pytestmark = pytest.mark.engine

TOOLS = ("view", "shell", "profile", "radon", "edit_symbol", "finish")
INPUTS = {"module": "main", "function": "slow", "path": ["pkg"], "inputs": [[[[1, 2, 3] * 200], {}]] * 2}


def let_work(sandbox: DockerSandbox, host: Host, profile: Profile) -> Any:
    with sandbox.box(spec_of((), minutes=2), Isolation.CONTAINER) as box:
        session = box.open(agent_program(bundle.files()))
        try:
            assert session.going, session.load.detail
            reply = session.call(Call((task(profile),)))
            while reply.outcome is Outcome.OK and isinstance(reply.value, dict) and "op" in reply.value:
                reply = session.call(Call((host(reply.value),)))
        finally:
            session.close()
    assert reply.outcome is Outcome.OK, reply.detail
    return reply.value


def test_every_tool_that_runs_something_works_in_the_box(docker_sandbox: DockerSandbox) -> None:
    host = Host(
        [
            say("", ("shell", {"command": "ls; env; ls /proc/self/fd | wc -l"}), ("profile", {"inputs": 2})),
            say("", ("radon", {"path": "pkg/main.py"}), edit()),
            say("", ("shell", {"command": "cd pkg && python3 -c 'import main; print(main.slow([4, 5]))'"})),
            say("", finish()),
        ],
        {"inputs": INPUTS},
    )
    done = let_work(docker_sandbox, host, Profile(name="t", pipeline="direct", tools=TOOLS))
    assert (done["reason"], done["note"]) == ("", "sum is in C")
    assert "return sum(xs)" in done["files"]["pkg/main.py"]
    results = [m["content"] for m in host.completions[-1]["messages"] if m["role"] == "tool"]
    listed, profiled, complexity, edited, ran = results
    assert listed.startswith("[exit code 0]\nnotes.txt\npkg\n")
    assert not any(word in listed.upper() for word in ("API_KEY", "PROXY", "TOKEN"))
    assert "pkg/main.py:9:" in profiled
    assert "slow: complexity 2" in complexity
    assert "+    return sum(xs)" in edited
    assert ran == "[exit code 0]\n9\n"
    assert "/workspace-" not in "".join(results)


def test_a_command_that_floods_or_hangs_costs_its_bound_only(docker_sandbox: DockerSandbox) -> None:
    host = Host(
        [
            say("", ("shell", {"command": "python3 -c 'print(3000000 * chr(120))'"})),
            say("", ("shell", {"command": "python3 -c 'import time; time.sleep(600)' & wait"})),
            say("", edit(), finish()),
        ]
    )
    profile = Profile.of({"name": "t", "tools": TOOLS, "limits": {"seconds": 2.0, "output": 1000}})
    done = let_work(docker_sandbox, host, profile)
    assert done["reason"] == ""
    flooded, hung = [m["content"] for m in host.completions[-1]["messages"] if m["role"] == "tool"]
    assert "characters left out" in flooded
    assert len(flooded) < 1200
    assert hung.startswith("[FAILED: stopped after 2 s, of 2 at most]")
