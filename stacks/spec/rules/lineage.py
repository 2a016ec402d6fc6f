"""Data entries: the names they use exist, nothing is made from itself, and fields that are used are there."""

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from stacks.spec.fields import FieldsFile
from stacks.spec.problems import KeyPath, Problem, listed, nearest, shown
from stacks.spec.rules.parts import Parts


def names_exist(parts: Parts) -> Iterator[Problem]:
    """Every name that one entry uses for another is that of an entry of the right kind."""
    for reference in parts.data.references():
        known = [name for section in reference.sections for name in _names(parts, section)]
        if reference.among is not None:
            known = [name for name in known if name in reference.among]
        if reference.name in known:
            continue
        near = nearest(reference.name, known)
        elsewhere = reference.among is not None and reference.name not in reference.among
        yield parts.problem(
            reference.path,
            "unknown-name",
            f"{shown(reference.name)} is not among what is read here."
            if elsewhere
            else f"There is no {reference.what} {shown(reference.name)}.",
            allowed=listed(known) or f"a {reference.what}; there is none",
            fix=f"Write `{near}`."
            if near
            else f"Name one that is declared under {_sections(reference.sections)}.",
            near=near,
        )


def names_are_distinct(parts: Parts) -> Iterator[Problem]:
    """What can be named in the same place has names of its own."""
    for first, second in (("sources", "datasets"), ("datasets", "features")):
        for name in parts.data.names[second]:
            if name in parts.data.names[first]:
                yield parts.problem(
                    (second, name),
                    "same-name",
                    f"{shown(name)} stands under {first} too (line {parts.line(first, name)}).",
                    allowed=f"names that are unique over {first} and {second}",
                    fix="Give one of them another name.",
                )


def nothing_is_made_from_itself(parts: Parts) -> Iterator[Problem]:
    """No dataset, feature view or model is made from itself, by whatever way.

    A loop through an endpoint is another matter: it is possible, has to be declared with ``feeds``, and a
    rule judges it.
    """
    data = parts.data
    for section, made_from in (
        ("datasets", {name: (*dataset.made_from,) for name, dataset in data.datasets.items()}),
        ("features", {name: (*view.reads,) for name, view in data.features.items()}),
        ("models", {name: (model.base,) if model.base else () for name, model in data.models.items()}),
    ):
        cycle = _cycle(made_from)
        if cycle:
            lines = ", ".join(f"{name} on line {parts.line(section, name)}" for name in cycle[:-1])
            yield parts.problem(
                (section, cycle[0]),
                "made-from-itself",
                f"This is made from itself: {' → '.join(cycle)} ({lines}).",
                allowed="entries that lead back to sources or datasets",
                fix=f"Remove {cycle[1]} from {cycle[0]}, or {cycle[0]} from the last one.",
            )


def fields_are_declared(parts: Parts) -> Iterator[Problem]:
    """A field that an entry expects of an input is in the file of fields of that input."""
    files = _files(parts)
    for section, entries in (
        ("features", parts.data.features),
        ("models", parts.data.models),
        ("endpoints", parts.data.endpoints),
    ):
        for name, entry in entries.items():
            for other, wanted in entry.expects.items():
                declared = files.get(other)
                if declared is None:
                    continue
                known = [field.name for field in declared.fields]
                yield from _unknown_fields(parts, (section, name, "expects", other), other, wanted, known)


def models_come_from_somewhere(parts: Parts) -> Iterator[Problem]:
    """A model that is trained says where, and a model that is evaluated does too."""
    for name, model in parts.data.models.items():
        if (model.reads or model.base or model.evaluated_on) and model.site is None:
            yield parts.problem(
                ("models", name),
                "no-site",
                "This model is trained or evaluated here, and does not say where.",
                allowed=listed(parts.site_names),
                fix="Add `site:` with one of the sites.",
            )


def _unknown_fields(
    parts: Parts, path: KeyPath, other: str, wanted: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    for index, field in enumerate(wanted):
        if field not in known:
            near = nearest(field, known)
            yield parts.problem(
                (*path, index),
                "unknown-field",
                f"{other} has no field {shown(field)}.",
                allowed=listed(known),
                fix=f"Write `{near}`."
                if near
                else f"Add the field to the schema of {other}, or remove it here.",
                near=near,
            )


def _files(parts: Parts) -> Mapping[str, FieldsFile]:
    """The files of fields by the entry that has them."""
    named = {
        **{name: entry.fields_file for name, entry in parts.data.datasets.items()},
        **{name: entry.fields_file for name, entry in parts.data.features.items()},
    }
    return {
        name: parts.fields.files[file]
        for name, file in named.items()
        if file is not None and file in parts.fields.files
    }


def _names(parts: Parts, section: str) -> Collection[str]:
    match section:
        case "sites":
            return parts.site_names
        case "objectStores":
            return parts.store_names
        case _:
            return parts.data.names[section]


def _sections(sections: tuple[str, ...]) -> str:
    return " or ".join(f"`{section}`" for section in sections)


def _cycle(made_from: Mapping[str, tuple[str, ...]]) -> list[str]:
    order: TopologicalSorter[str] = TopologicalSorter(made_from)
    try:
        order.prepare()
    except CycleError as error:
        # graphlib lists each node before the one that depends on it.
        return list(reversed(error.args[1]))
    return []
