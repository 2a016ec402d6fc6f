"""``trunkline waive``: draft an exception for one finding; a person approves it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies.report.texts import visible
from stacks.cli import offline, waiver_file
from stacks.cli.patience import working
from stacks.cli.terminal import BAD_INPUT, CommandError, note

if TYPE_CHECKING:
    from policies.engine import Configuration, Inventory, Resource, Rule

_DAYS = 30
_SHOWN = 5


def waive(
    file: Annotated[str, typer.Argument(help="The state, preview or platform file with the finding; or -.")],
    rule: Annotated[str, typer.Option(help="The rule, such as SEC-001.")],
    subject: Annotated[
        str, typer.Option(help="The resource: its URN, a pattern of it with * for any text, or its name.")
    ],
    reason: Annotated[str, typer.Option(help="Why the finding may stand for a while.")],
    ticket: Annotated[str, typer.Option(help="Where that was decided.")],
    requested_by: Annotated[str, typer.Option(help="Who asks for it; somebody else must approve it.")],
    days: Annotated[int, typer.Option(min=1, help="How long it lasts.")] = _DAYS,
    compensating: Annotated[
        list[str] | None,
        typer.Option(help="What protects the subject meanwhile; may be given several times."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The configuration of rules and waivers; its limit of days counts.")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Write the draft into --config, and leave the rest of it as it is.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Read a preview that does not show every resource.")
    ] = False,
) -> None:
    """Draft a waiver: a decision on record that one finding may stand for a while.

    The draft holds a fingerprint of the resource, and of what the finding rests on, so that it ends when
    either changes. It lacks its approver. Until somebody other than the requester has written their name into
    approvedBy, the waiver is not applied, and that is a finding of its own.

    Example: trunkline waive state.json --rule SEC-001 --subject docs-acl --reason "public documentation"
    --ticket SEC-4711 --requested-by ada@acme.example --compensating "contents are reviewed weekly"
    """
    texts = {"--reason": reason, "--ticket": ticket, "--requested-by": requested_by}
    for option, text in texts.items():
        if not text.strip():
            raise CommandError(f"{option} is empty, and a waiver without it is not applied.", code=BAD_INPUT)
    if add and config is None:
        raise CommandError("--add needs --config, the file to add the draft to.", code=BAD_INPUT)
    with working("Reading"):
        from policies.engine import Inventory, waiver  # noqa: PLC0415 - --help does not need the rules
        from policies.engine.fingerprint import fingerprint  # noqa: PLC0415

        snapshot = offline.load(file, stack=None, sandbox=False, partial=partial).snapshot
        existing = config if config is not None and config.exists() else None
        configuration, _ = offline.configuration(existing, snapshot)
        written = _text(existing)
        _check_days(days, _longest(written), config)
        chosen = _rule(rule)
        stack = Inventory(snapshot.resources)
        named, pattern = _subject(chosen, subject, stack)
        _check_needed(chosen, named, stack, configuration, settled=snapshot.settled)
        entry = waiver.draft(
            rule=chosen.id,
            version=chosen.version,
            subject=pattern,
            fingerprint=fingerprint(named),
            upstream={} if chosen.upstream is None else chosen.upstream(named, stack),
            reason=reason.strip(),
            ticket=ticket.strip(),
            requested_by=requested_by.strip(),
            compensating_controls=[text for text in compensating or () if text.strip()],
            created=datetime.now(UTC).date(),
            days=days,
        )
    if add and config is not None:
        offline.replace(config, waiver_file.added(written, entry))
        note(f"The draft stands in {config}, under waivers.entries.")
    else:
        typer.echo(json.dumps(entry, indent=2))
        note("Put it under waivers.entries of the configuration, or let --config FILE --add do that.")
    note(
        "It is not applied yet: whoever approves it, and that is not the requester, writes their name into "
        "approvedBy."
    )
    if not entry["compensatingControls"]:
        note("Nor is it applied without compensatingControls: say what protects the subject meanwhile.")
    if "unknown" in entry["fingerprint"].values():
        note("What is unknown in a preview is not compared; a waiver drafted from a state compares it all.")


def _rule(wanted: str) -> "Rule":
    from policies import catalogue  # noqa: PLC0415 - imports every rule

    rules = {rule.id: rule for rule in catalogue.rules()}
    found = rules.get(wanted.upper())
    if found is None:
        raise CommandError(
            f"there is no rule {visible(wanted)}. docs/policies/catalogue.md lists them all.", code=BAD_INPUT
        )
    return found


def _subject(rule: "Rule", wanted: str, stack: "Inventory") -> tuple["Resource", str]:
    """Return the resource that is meant, and what a waiver is to call it.

    Raises:
        CommandError: It is none or several of those that the rule judges.
    """
    from policies.engine.waiver import matches  # noqa: PLC0415 - as above

    judged = stack.of(*sorted(rule.kinds))
    by_name = "::" not in wanted and "*" not in wanted
    found = [each for each in judged if (each.name == wanted if by_name else matches(each.urn, wanted))]
    if len(found) == 1:
        return found[0], found[0].urn if by_name else wanted
    if found:
        shown = "\n  ".join(visible(each.urn) for each in found[:_SHOWN])
        raise CommandError(
            f"{visible(wanted)} means {len(found)} resources, and a waiver is for one:\n  {shown}",
            code=BAD_INPUT,
        )
    shown = "\n  ".join(visible(each.urn) for each in judged[:_SHOWN]) or "none"
    raise CommandError(
        f"{rule.id} judges no resource {visible(wanted)} here. It judges {len(judged)} resources, among "
        f"them:\n  {shown}",
        code=BAD_INPUT,
    )


def _check_needed(
    rule: "Rule", subject: "Resource", stack: "Inventory", configuration: "Configuration", *, settled: bool
) -> None:
    """Refuse a waiver that would cover nothing."""
    from policies.engine import Enforcement, Verdict, evaluate  # noqa: PLC0415 - as above

    name = visible(subject.name)
    if configuration.rules[rule.id].enforcement is Enforcement.DISABLED:
        raise CommandError(
            f"{rule.id} is disabled by the configuration, so it needs no waiver.", code=BAD_INPUT
        )
    found = evaluate([rule], stack, configuration, settled=settled)
    match found.verdicts.get((rule.id, subject.urn)):
        case Verdict.PASS | None:
            raise CommandError(
                f"{rule.id} has nothing against {name}, so it needs no waiver.", code=BAD_INPUT
            )
        case Verdict.ERROR:
            raise CommandError(
                f"{rule.id} broke on {name}, so nobody knows what a waiver would cover. Please report the "
                "rule with the type of the resource.",
                code=BAD_INPUT,
            )
        case _:
            return


def _text(config: Path | None) -> str:
    if config is None:
        return ""
    try:
        with config.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"cannot read {config} as text.", code=BAD_INPUT) from None


def _longest(written: str) -> int:
    from policies.engine.waiver import LONGEST_DAYS  # noqa: PLC0415 - as above

    waivers = json.loads(written).get("waivers") if written.strip() else None
    return int(waivers.get("longestDays", LONGEST_DAYS)) if isinstance(waivers, dict) else LONGEST_DAYS


def _check_days(days: int, longest: int, config: Path | None) -> None:
    if days > longest:
        place = f"{config}" if config is not None else "a configuration (--config)"
        raise CommandError(
            f"--days is {days}; a waiver lasts {longest} days at most. waivers.longestDays in {place} can "
            "allow more.",
            code=BAD_INPUT,
        )
