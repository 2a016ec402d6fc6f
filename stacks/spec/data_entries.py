"""The data part of a file, entry by entry, for rules that look at several of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from stacks.spec.lineage import Dataset, Endpoint, FeatureView, Model, Source

SECTIONS = ("sources", "datasets", "features", "models", "endpoints")


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """The data entries that are right by themselves, and the names of all of them."""

    sources: Mapping[str, Source]
    datasets: Mapping[str, Dataset]
    features: Mapping[str, FeatureView]
    models: Mapping[str, Model]
    endpoints: Mapping[str, Endpoint]
    names: Mapping[str, Collection[str]]
    """By section, of every entry, broken ones too."""

    def references(self) -> Iterator["Reference"]:
        """Yield every name that one entry uses for another."""
        for name, dataset in self.datasets.items():
            yield from _of_dataset(("datasets", name), dataset)
        for name, view in self.features.items():
            yield from _of_view(("features", name), view)
        for name, model in self.models.items():
            yield from _of_model(("models", name), model)
        for name, endpoint in self.endpoints.items():
            yield from _of_endpoint(("endpoints", name), endpoint)


@dataclass(frozen=True, slots=True)
class Reference:
    """One name that an entry uses for another entry."""

    path: tuple[str | int, ...]
    name: str
    sections: tuple[str, ...]
    """Where an entry of that name may stand."""
    what: str
    among: Collection[str] | None = None
    """The only names that may stand here, where the entry itself limits them."""


def _reads(at: tuple[str, str], key: str, names: Collection[str]) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield Reference((*at, key, index), name, ("datasets", "features"), "dataset or feature view")


def _expects(
    at: tuple[str, str], expects: Mapping[str, Collection[str]], reads: Collection[str]
) -> Iterator[Reference]:
    for name in expects:
        yield Reference(
            (*at, "expects", name), name, ("datasets", "features"), "dataset or feature view", among=reads
        )


def _of_dataset(at: tuple[str, str], dataset: Dataset) -> Iterator[Reference]:
    yield Reference((*at, "store"), dataset.store, ("objectStores",), "object store")
    for index, other in enumerate(dataset.made_from):
        yield Reference((*at, "from", index), other, ("sources", "datasets"), "source or dataset")
    if dataset.partition is not None:
        whole = dataset.partition.of
        yield Reference(
            (*at, "partition", "of"), whole, ("sources", "datasets"), "source or dataset", dataset.made_from
        )


def _of_view(at: tuple[str, str], view: FeatureView) -> Iterator[Reference]:
    yield from _place(at, view.site, view.store)
    yield from _reads(at, "reads", view.reads)
    yield from _expects(at, view.expects, view.reads)


def _of_model(at: tuple[str, str], model: Model) -> Iterator[Reference]:
    yield from _place(at, model.site, model.store)
    if model.base is not None:
        yield Reference((*at, "base"), model.base, ("models",), "model")
    yield from _reads(at, "reads", model.reads)
    yield from _reads(at, "evaluatedOn", model.evaluated_on)
    yield from _expects(at, model.expects, model.reads)


def _of_endpoint(at: tuple[str, str], endpoint: Endpoint) -> Iterator[Reference]:
    yield Reference((*at, "serves"), endpoint.serves, ("models",), "model")
    yield from _place(at, endpoint.site, None)
    for index, other in enumerate(endpoint.reads):
        yield Reference((*at, "reads", index), other, ("features",), "feature view")
    for index, other in enumerate(endpoint.feeds):
        yield Reference((*at, "feeds", index), other, ("datasets",), "dataset")
    yield from _expects(at, endpoint.expects, endpoint.reads)


def _place(at: tuple[str, str], site: str | None, store: str | None) -> Iterator[Reference]:
    if site is not None:
        yield Reference((*at, "site"), site, ("sites",), "site")
    if store is not None:
        yield Reference((*at, "store"), store, ("objectStores",), "object store")
