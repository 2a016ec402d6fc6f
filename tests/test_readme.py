"""What the README tells a newcomer is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_platform_file_shown_is_the_example() -> None:
    example = (ROOT / "stacks" / "platforms" / "acme.yaml").read_text(encoding="utf-8")
    entries = "".join(line for line in example.splitlines(keepends=True) if not line.startswith("#")).strip()

    assert f"```yaml\n{entries}\n```" in README


def test_the_example_is_short() -> None:
    lines = (ROOT / "stacks" / "platforms" / "acme.yaml").read_text(encoding="utf-8").splitlines()

    assert len(lines) < 60


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z-]+)", README))))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{re.escape(target)}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=str
)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert "make test" in script
    assert "\nmake test " in README
