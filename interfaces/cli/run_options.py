"""Options of `evolve` and `resume`: generated from `RunConfig` by `make docs`, not to be edited."""

from pygent.interfaces.cli.options import RunOption

RUN_OPTIONS = (
    RunOption(
        name="attempts",
        kind=int,
        panel="Budgets",
        help="Budget: attempts, whatever comes of them.",
        bounds=(1, None),
        to=("resume",),
    ),
    RunOption(
        name="evaluations",
        kind=int,
        panel="Budgets",
        help="Budget: variants judged in the sandbox.",
        bounds=(1, None),
        to=("resume",),
    ),
    RunOption(
        name="minutes", kind=float, panel="Budgets", help="Budget: minutes of running time.", to=("resume",)
    ),
    RunOption(
        name="tokens",
        kind=int,
        panel="Budgets",
        help="Budget: model tokens, prompt and answer.",
        bounds=(1, None),
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="dollars",
        kind=float,
        panel="Budgets",
        help="Budget: dollars at the model's price.",
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="calls",
        kind=int,
        panel="Budgets",
        help="Budget: calls of models.",
        bounds=(1, None),
        to=("resume",),
    ),
    RunOption(
        name="until",
        kind=float,
        panel="Budgets",
        help=("End the run once a champion has at least this score (at most, if lower is better)."),
        to=("resume",),
    ),
    RunOption(
        name="dollars_per_hour",
        kind=float,
        panel="Budgets",
        help="Circuit breaker: a run that spends faster ends with exit code 3.",
        to=("resume",),
    ),
    RunOption(
        name="proposer",
        kind=str,
        panel="Proposals",
        help=(
            "Where patches come from: mutate, llm, agent, an installed proposer, module:Class "
            "or ./file.py:Class; auto is llm if a model and a key are given, else mutate."
        ),
        default="auto",
        to=("resume",),
    ),
    RunOption(
        name="profile",
        kind=str,
        panel="Proposals",
        help="How the agent works: a profile's name (`pygent agent profiles`) or TOML file.",
        default="default",
        to=("agent_run",),
    ),
    RunOption(
        name="mcp_config",
        kind=str,
        panel="Proposals",
        help="JSON file of MCP servers for the agent; .pygent/mcp.json if there is one.",
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="replay",
        kind=str,
        panel="Proposals",
        help="Run whose recorded answers are used in place of models and servers.",
    ),
    RunOption(
        name="fuse",
        kind=float,
        panel="Proposals",
        help=("Share of the attempts that fuse two parents, if several functions may change; 0 for none."),
        bounds=(0, None),
        default="0.05",
    ),
    RunOption(
        name="model",
        kind=str,
        panel="Models",
        help=("Model, or several that share the attempts by weight: gpt-4.1-mini=3,anthropic/...=1."),
        to=("agent_run",),
    ),
    RunOption(
        name="temperature",
        kind=str,
        panel="Models",
        help="Sampling temperature of the model, from 0 to 2; none leaves it to the model.",
        default="0.8",
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="max_answer_tokens",
        kind=int,
        panel="Models",
        help=(
            "Longest answer asked of the model, in tokens, thinking included; if left out, "
            "what the price list says that the model can write, or 16,384, within the budget."
        ),
        bounds=(1, None),
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="model_minutes",
        kind=float,
        panel="Models",
        help=(
            "Minutes to wait for a model that only fails; after them the run ends with exit "
            "code 3 and can be resumed."
        ),
        bounds=(0, None),
        default="10",
        to=("resume",),
    ),
    RunOption(
        name="attempt_tokens",
        kind=int,
        panel="Limits of one attempt",
        help="Model tokens of one attempt.",
        bounds=(1, None),
    ),
    RunOption(
        name="attempt_dollars", kind=float, panel="Limits of one attempt", help="Dollars of one attempt."
    ),
    RunOption(
        name="attempt_calls",
        kind=int,
        panel="Limits of one attempt",
        help="Calls of models in one attempt.",
        bounds=(1, None),
    ),
    RunOption(
        name="attempt_minutes",
        kind=float,
        panel="Limits of one attempt",
        help="Minutes of one attempt at its models.",
    ),
    RunOption(
        name="task_profile",
        kind=str,
        panel="Tasks of coding agents",
        help="Profile with which agents do the tasks that they are measured by.",
        default="task",
    ),
    RunOption(
        name="task_tokens",
        kind=int,
        panel="Tasks of coding agents",
        help="Model tokens for one task of a coding agent.",
        bounds=(1, None),
        default="60000",
    ),
    RunOption(
        name="task_calls",
        kind=int,
        panel="Tasks of coding agents",
        help="Model calls for one task of a coding agent.",
        bounds=(1, None),
        default="30",
    ),
    RunOption(
        name="task_minutes",
        kind=float,
        panel="Tasks of coding agents",
        help="Minutes for one task of a coding agent.",
        default="15",
    ),
    RunOption(
        name="seed",
        kind=int,
        panel="Search",
        help=("Seed of every random choice; if left out, 63 random bits, which no variant can guess."),
        bounds=(0, None),
    ),
    RunOption(
        name="workers", kind=int, panel="Search", help="Evaluations at a time.", bounds=(1, 256), default="2"
    ),
    RunOption(
        name="window",
        kind=int,
        panel="Search",
        help="Model answers awaited at a time; without a model, the attempts under way.",
        bounds=(1, 4096),
        default="8",
    ),
    RunOption(
        name="selector",
        kind=str,
        panel="Search",
        help=(
            "How parents are chosen: dgm, best, random, an installed selector, module:Class "
            "or ./file.py:Class."
        ),
        default="dgm",
        to=("resume",),
    ),
    RunOption(
        name="acceptor",
        kind=str,
        panel="Search",
        help=(
            "How it is decided that a variant is better: paired, an installed acceptor, "
            "module:Class or ./file.py:Class."
        ),
        default="paired",
        to=("resume",),
    ),
    RunOption(
        name="trackers",
        kind=list[str],
        panel="Search",
        help=(
            "Who is told how the run goes, by commas: jsonl, installed trackers, module:Class "
            "or ./file.py:Class."
        ),
        to=("resume",),
    ),
    RunOption(
        name="error_rate",
        kind=float,
        panel="Search",
        help="Highest chance that a variant no better is accepted, or confirmed champion.",
        default="0.05",
    ),
    RunOption(
        name="approval",
        kind=("none", "champions", "all"),
        panel="Search",
        help=("Which variants need a person's approval before they may be parents or be applied."),
        default="none",
        to=("resume",),
    ),
    RunOption(
        name="sandbox",
        kind=str,
        panel="Sandbox",
        help=(
            "Where untrusted code runs: docker, bubblewrap, an installed sandbox, "
            "module:Class or ./file.py:Class; auto is an engine that answers, else "
            "bubblewrap."
        ),
        default="auto",
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="waive",
        kind=list[str],
        panel="Sandbox",
        help=(
            "Limits that code with a model-written ancestor may do without if they are not in "
            "force, by commas: memory, processes, cpu, inodes."
        ),
        to=("resume", "agent_run"),
    ),
    RunOption(
        name="engine_minutes",
        kind=float,
        panel="Sandbox",
        help=(
            "Minutes to wait, each time, for a sandbox that gives no boxes any more, as when "
            "its engine was stopped; after them the run ends with exit code 3 and can be "
            "resumed."
        ),
        bounds=(0, None),
        default="10",
        to=("resume",),
    ),
    RunOption(
        name="image",
        kind=str,
        panel="Sandbox",
        help=("Base image of the boxes; host is this machine's own Python, for want of a registry."),
        to=("resume", "agent_run"),
        variable="PYGENT_IMAGE",
    ),
    RunOption(
        name="runtime",
        kind=str,
        panel="Sandbox",
        help=(
            "What runs the engine's containers, by its name there, such as runsc; the "
            "engine's default if left out."
        ),
        to=("resume", "agent_run"),
        variable="PYGENT_RUNTIME",
    ),
    RunOption(
        name="on_finish",
        kind=str,
        panel="When the run ends",
        help=("Shell command to run when the run ends; it gets no keys, and no archive can give it."),
        to=("resume",),
    ),
    RunOption(
        name="on_finish_keys",
        kind=str,
        panel="When the run ends",
        help=("Variables of the environment that this command gets beside ordinary ones, by commas."),
        to=("resume",),
    ),
)
RESUME_OPTIONS = tuple(one for one in RUN_OPTIONS if "resume" in one.to)
AGENT_OPTIONS = tuple(one for one in RUN_OPTIONS if "agent_run" in one.to)
