"""``make bench``: what our program costs over a plain one, as ratios measured in one run.

The plain program makes the same custom resources from the same SDK classes, with the same inputs, written out
as literals. Wired, each of its resources also waits for those that it needs. Ours reads a platform file and
builds components, so it registers components and providers besides. All are previewed by the same engine
against the same sandbox, in turns; a figure is the median of the rounds.

Ours ends with one turn of the event loop (``stacks/__main__.py``), which nobody thinks of in a plain program.
So that this is not taken for a merit of the rest, the largest size is compared with plain programs that end
so too.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stacks.cli import engines, lifecycle, sandboxes, workspace
from stacks.sandbox import Sandbox
from tests.benchmarks import measure, platforms

SIZES = (100, 300, 1000)
ROUNDS = 3
TARGET = 1.3
"""The issue's target: our program at 1,000 resources takes less than this times the plain one."""

console = Console(width=120)  # eight columns, wherever the output goes


@dataclass(frozen=True, kw_only=True)
class Bench:
    """An engine, a sandbox and a folder to work in."""

    executable: Path
    folder: Path
    space: workspace.Workspace
    variables: Mapping[str, str]

    @property
    def root(self) -> Path:
        """The folder of ``Pulumi.yaml``."""
        return self.space.root

    def preview(self, config: Path, *flags: str) -> measure.Sample:
        """One preview of our program."""
        command = [str(self.executable), "preview", "--config-file", str(config), "--non-interactive", *flags]
        return measure.run(command, cwd=self.root, env={**os.environ, **self.variables})

    def plain(self, resources: Path, *, wired: bool, turn: bool = False) -> measure.Sample:
        """One preview of the plain program; with ``turn`` it hands over to the SDK as ours does."""
        env = {
            **os.environ,
            **self.variables,
            "PULUMI_STACK": "plain",
            "BENCH_RESOURCES": str(resources),
            "BENCH_WIRED": "yes" if wired else "no",
            "BENCH_TURN": "yes" if turn else "no",
        }
        return measure.run(
            [str(self.executable), "preview", "--non-interactive"], cwd=self._plain_project(), env=env
        )

    def planned(self, config: Path) -> list[dict[str, Any]]:
        """The custom resources that a preview of our program would create, with their inputs."""
        done = subprocess.run(
            [str(self.executable), "preview", "--json", "--config-file", str(config), "--non-interactive"],
            cwd=self.root,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"the preview of {config} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        states = [step["newState"] for step in json.loads(done.stdout)["steps"]]
        return [s for s in states if s.get("custom") and not s["type"].startswith("pulumi:")]

    def _plain_project(self) -> Path:
        folder = self.folder / "plain"
        if not folder.exists():
            folder.mkdir()
            source = Path(__file__).parent / "plain" / "__main__.py"
            (folder / "__main__.py").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
            (folder / "Pulumi.yaml").write_text("name: plain\nruntime: python\n", encoding="utf-8")
            for command in (["stack", "init", "plain"], ["config", "set", "aws:region", "eu-central-1"]):
                subprocess.run(
                    [str(self.executable), *command],
                    cwd=folder,
                    env={**os.environ, **self.variables, "PULUMI_STACK": "plain"},
                    check=True,
                    capture_output=True,
                )
        return folder


def main() -> None:
    """Run the comparison and print one table."""
    space = workspace.find(Path(__file__).parent)
    engine = engines.resolve()
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as name:
        folder = Path(name)
        private = workspace.Workspace(root=space.root, local=folder / "local")
        private.prepare()
        with Sandbox(private.sandbox).start(parent=os.getpid()) as running:
            variables = private.sandbox_variables(providers=running.environment, engine=engine.environment())
            sandboxes.select_stack(engine.executable, private, variables)
            bench = Bench(executable=engine.executable, folder=folder, space=private, variables=variables)
            _compare(bench)


def _compare(bench: Bench) -> None:
    table = Table(
        "resources",
        "",
        "plain",
        "plain, wired",
        "Trunkline",
        "to plain",
        "to wired",
        "with policies",
        "to without",
        title=f"Preview, median of {ROUNDS} rounds",
    )
    last = 0.0
    turned = ""
    for size in SIZES:
        console.print(f"[dim]previews of about {size} resources[/]")
        config, resources = _sized(bench, size)
        file = bench.folder / "resources.json"
        file.write_text(json.dumps([_literal(r) for r in resources]), encoding="utf-8")
        subjects = [
            partial(bench.plain, file, wired=False),
            partial(bench.plain, file, wired=True),
            partial(bench.preview, config),
            partial(bench.preview, config, *lifecycle.policy_flags(bench.space, config)),
        ]
        if size == SIZES[-1]:
            subjects += [partial(bench.plain, file, wired=wired, turn=True) for wired in (False, True)]
        plain, wired, ours, checked, *ending_so = measure.in_turns(subjects, rounds=ROUNDS)
        last = ours.seconds / plain.seconds
        turned = ", ".join(f"{s.seconds:.2f} s ({ours.seconds / s.seconds:.2f})" for s in ending_so)
        rows = {
            "seconds": [sample.seconds for sample in (plain, wired, ours, checked)],
            "peak MB": [sample.megabytes for sample in (plain, wired, ours, checked)],
        }
        for name, (a, b, c, d) in rows.items():
            digits = 2 if name == "seconds" else 0
            figures = [f"{value:.{digits}f}" for value in (a, b, c)]
            ratios = [f"{c / a:.2f}", f"{c / b:.2f}", f"{d:.{digits}f}", f"{d / c:.2f}"]
            table.add_row(str(len(resources)) if name == "seconds" else "", name, *figures, *ratios)
    console.print(table)
    console.print(f"Plain and wired programs that end with a turn of the event loop too: {turned}.")
    verdict = "met" if last < TARGET else "missed"
    console.print(
        f"Target: under {TARGET} times the plain program at {SIZES[-1]} resources: {verdict} ({last:.2f})."
    )


def _sized(bench: Bench, size: int) -> tuple[Path, list[dict[str, Any]]]:
    """A platform whose preview has about ``size`` custom resources: sites first, then stores to fill up."""
    _, bare = _build(bench, 1, 0)
    _, stored = _build(bench, 1, 1)
    per_site, per_store = len(bare), len(stored) - len(bare)
    sites = max(1, round(size / (per_site + 3 * per_store)))
    stores = max(0, round((size / sites - per_site) / per_store))
    return _build(bench, sites, stores)


def _build(bench: Bench, sites: int, stores: int) -> tuple[Path, list[dict[str, Any]]]:
    file = platforms.write(bench.folder / f"platform-{sites}-{stores}.yaml", sites=sites, stores=stores)
    config = bench.folder / f"Pulumi.{sites}-{stores}.yaml"
    text = (bench.root / "stacks" / "Pulumi.sandbox.yaml").read_text(encoding="utf-8").splitlines()
    lines = [f"  trunkline:platform: {file}" if "trunkline:platform:" in line else line for line in text]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config, bench.planned(config)


def _literal(state: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {key: value for key, value in state.get("inputs", {}).items() if not key.startswith("__")}
    return {
        "module": _module(state["type"]),
        "class": state["type"].rpartition(":")[2],
        "name": state["urn"].rpartition("::")[2],
        "inputs": inputs,
        "urn": state["urn"],
        "needs": list(state.get("dependencies") or ()),
    }


def _module(token: str) -> str:
    """The SDK module that defines a resource type: ``aws:ec2/vpc:Vpc`` lives in ``pulumi_aws.ec2``."""
    package, module, _ = token.split(":", 2)
    root = "pulumi_" + package.replace("-", "_")
    group, _, version = module.partition("/")
    # ``networking.k8s.io/v1`` is ``pulumi_kubernetes.networking.v1``; elsewhere the second part is the type.
    return f"{root}.{group.partition('.')[0]}.{version}" if package == "kubernetes" else f"{root}.{group}"


if __name__ == "__main__":
    sys.exit(main())
