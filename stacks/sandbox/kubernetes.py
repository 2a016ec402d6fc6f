"""The simulated ``kubernetes`` provider."""

from __future__ import annotations

import base64
import fnmatch
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from stacks.sandbox import paths
from stacks.sandbox.cloud import Cloud, RefusedError, Settings, Subject, slug
from stacks.sandbox.naming import name as made_name
from stacks.sandbox.schema.check import Problem, check_inputs
from stacks.sandbox.wire import Secret, Unknown, reveal, secret

if TYPE_CHECKING:
    import pulumi

    from stacks.sandbox.differences import Change
    from stacks.sandbox.rules import TypeRules
    from stacks.sandbox.schema.shapes import ResourceType
    from stacks.sandbox.store import Object
    from stacks.sandbox.synthesis import Synthesis

_TOKEN = re.compile(r"kubernetes:(?P<group>[\w.-]+)/(?P<version>v\w+):(?P<kind>\w+)")
_AUTONAMED = "pulumi.com/autonamed"
_CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token
_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_HELM = "helm.sh"
_NAMESPACE: paths.Path = ("metadata", "namespace")

# Kubernetes documentation, "Object Names and IDs": DNS subdomain names; RBAC names are path segments.
_DNS_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST_NAME = 253
_RBAC = "rbac.authorization.k8s.io"


class Kubernetes(Cloud):
    """Objects live in a cluster, which the provider's context or kubeconfig names."""

    package = "kubernetes"

    @override
    def configure(self, options: dict[str, Any]) -> Settings:
        return Settings(
            _cluster(options),
            {
                "namespace": options.get("namespace") or "default",
                "named_namespace": options.get("namespace"),
                "context": options.get("context"),
                "mutable": {
                    _SECRET: bool(options.get("enableSecretMutable")),
                    _CONFIG_MAP: bool(options.get("enableConfigMapMutable")),
                },
                "force": bool(options.get("enablePatchForce")),
                "upsert": bool(options.get("upsertExistingObjects")),
            },
        )

    @override
    def replaces_provider(self, change: Change, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Only a new cluster makes another provider; ``clusterIdentifier`` says which cluster it is."""
        if old.get("clusterIdentifier") and new.get("clusterIdentifier"):
            return change.path[0] == "clusterIdentifier"
        return super().replaces_provider(change, old, new) and _cluster(old) != _cluster(new)

    @override
    def resource(self, token: str) -> ResourceType:
        """Return what is known about a kind; of one the SDK has no class for, its envelope."""
        if self.registry.knows(token) or _TOKEN.fullmatch(token) is None:
            return self.registry.resource(token)
        return self.registry.custom(token, _envelope)

    def is_custom(self, token: str) -> bool:
        """Tell whether only a CustomResourceDefinition knows the kind."""
        return not self.registry.knows(token)

    @override
    def _completed(self, token: str, rules: TypeRules) -> TypeRules:
        outputs = self.rules.data["server"]["outputs"] if _HELM not in token else {}
        return super()._completed(token, replace(rules, outputs={**outputs, **rules.outputs}))

    @override
    def replaced_by(self, settings: Settings, token: str) -> frozenset[str]:
        """Leave the data out where the provider was told that it may change in place."""
        replaced = super().replaced_by(settings, token)
        if settings.options["mutable"].get(token):
            return replaced - {"data", "stringData", "binaryData"}
        return replaced

    @override
    def scope(self, settings: Settings, properties: dict[str, Any]) -> str:
        return settings.scope

    @override
    def facts(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        del inputs
        return {
            "slug": slug(subject.name),
            "urn_name": subject.name,
            "namespace": settings.options["namespace"],
        }

    # --- names and places

    def kind(self, token: str) -> tuple[str, str]:
        """Return the API version and kind that a type token stands for."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise RefusedError(f"{token} is no kind of object in a cluster.")
        group, version, kind = match.group("group", "version", "kind")
        return (version if group == "core" else f"{group}/{version}"), kind

    def namespaced(self, settings: Settings, token: str) -> bool:
        """Tell whether objects of a kind live in a namespace."""
        api_version, kind = self.kind(token)
        group = api_version.rpartition("/")[0] or "v1"
        if self.is_custom(token):
            for item in self.store.list(type=_CRD):
                spec = item.inputs.get("spec") or {}
                same = spec.get("group") == group and (spec.get("names") or {}).get("kind") == kind
                if same and item.scope == settings.scope:
                    return spec.get("scope") != "Cluster"
        plain_kind = kind.removesuffix("Patch").removesuffix("List")
        known: list[str] = self.rules.data["scope"]["cluster"]
        return not any(fnmatch.fnmatchcase(f"{group}/{plain_kind}", entry) for entry in known)

    @override
    def identify(self, settings: Settings, subject: Subject, inputs: dict[str, Any], seed: str) -> str:
        place, name = self.place(settings, subject.type, inputs)
        return f"{place}/{name}" if place else name

    def place(self, settings: Settings, token: str, inputs: dict[str, Any]) -> tuple[str | None, str]:
        """Return the namespace and name of an object; no namespace where its kind has none."""
        holder = inputs if _HELM in token else reveal(inputs.get("metadata")) or {}
        name, namespace = reveal(holder.get("name")), reveal(holder.get("namespace"))
        if not isinstance(name, str):
            raise RefusedError(f"An object of type {token} has no name.")
        if not self.namespaced(settings, token):
            return None, name
        return namespace if isinstance(namespace, str) else settings.options["namespace"], name

    @override
    def prepare(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        """Put objects into the provider's namespace, and keep the data of secrets secret."""
        namespace = settings.options["named_namespace"]
        if namespace and self.namespaced(settings, subject.type):
            path = paths.parse("namespace" if _HELM in subject.type else "metadata.namespace")
            if paths.get(inputs, path) is None and not isinstance(inputs.get("metadata"), Unknown):
                inputs = paths.put(inputs, path, namespace)
        if subject.type == _SECRET:
            for name in ("data", "stringData"):
                if inputs.get(name) is not None:
                    inputs = {**inputs, name: secret(inputs[name])}
        return inputs

    @override
    def named(
        self, subject: Subject, inputs: dict[str, Any], olds: dict[str, Any], seed: str, proposed: str
    ) -> dict[str, Any]:
        if _HELM in subject.type:
            return super().named(subject, inputs, olds, seed, proposed)
        metadata = inputs.get("metadata")
        if isinstance(metadata, Unknown) or isinstance(reveal(metadata), Unknown):
            return inputs
        plain = reveal(metadata) or {}
        rule = self.rules_of(subject.type).naming
        if rule is None or not isinstance(plain, dict) or plain.get("name") or plain.get("generateName"):
            return inputs
        before = reveal(olds.get("metadata")) or {}
        kept = before.get("name") if (before.get("annotations") or {}).get(_AUTONAMED) == "true" else None
        name = kept or proposed or made_name(rule, subject.name, seed)
        annotations = {**(reveal(plain.get("annotations")) or {}), _AUTONAMED: "true"}
        made = {**plain, "name": name, "annotations": annotations}
        return {**inputs, "metadata": Secret(made) if isinstance(metadata, Secret) else made}

    @override
    def problems(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> list[Problem]:
        resource = self.resource(subject.type)
        known = inputs
        if self.is_custom(subject.type):
            known = {key: value for key, value in inputs.items() if key in resource.inputs}
        found = check_inputs(resource.inputs, known)
        if _HELM not in subject.type:
            found.extend(self._misplaced(settings, subject, inputs))
        return found

    def _misplaced(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> list[Problem]:
        api_version, kind = self.kind(subject.type)
        found: list[Problem] = []
        # Of a kind that the SDK knows, its types hold these two constant.
        envelope = (("apiVersion", api_version), ("kind", kind)) if self.is_custom(subject.type) else ()
        for name, expected in envelope:
            given = reveal(inputs.get(name))
            if isinstance(given, str) and given != expected:
                found.append(Problem((name,), f"is {given!r}, but {subject.type} has {expected!r}"))
        metadata = reveal(inputs.get("metadata"))
        if not isinstance(metadata, dict):
            return found
        name = reveal(metadata.get("name"))
        if isinstance(name, str) and not api_version.startswith(_RBAC):
            found.extend(_misnamed(name))
        namespace = reveal(metadata.get("namespace"))
        if isinstance(namespace, str) and not self.namespaced(settings, subject.type):
            found.append(
                Problem(("metadata", "namespace"), f"{kind} objects live in no namespace; leave it out")
            )
        return found

    # --- what a server answers

    @override
    def synthesize(self, synthesis: Synthesis, inputs: dict[str, Any]) -> dict[str, Any]:
        return synthesis.sparse(inputs)

    @override
    def outputs(
        self,
        settings: Settings,
        subject: Subject,
        inputs: dict[str, Any],
        *,
        seed: str,
        identifier: str | None,
        created: str,
    ) -> dict[str, Any]:
        outputs = super().outputs(
            settings, subject, inputs, seed=seed, identifier=identifier, created=created
        )
        if _HELM in subject.type:
            if outputs.get("namespace") is None:
                outputs["namespace"] = settings.options["namespace"]
            return outputs
        metadata = reveal(outputs.get("metadata"))
        unplaced = not isinstance(metadata, Unknown) and paths.get(outputs, _NAMESPACE) is None
        if unplaced and self.namespaced(settings, subject.type):
            outputs = paths.put(outputs, _NAMESPACE, settings.options["namespace"])
        if subject.type == _SECRET:
            outputs = _with_encoded_data(outputs)
        return outputs

    @override
    async def update(
        self, settings: Settings, subject: Subject, inputs: dict[str, Any], before: Object, *, preview: bool
    ) -> dict[str, Any]:
        """Count generation and resource version on, as a server does."""
        after = await super().update(settings, subject, inputs, before, preview=preview)
        if preview or _HELM in subject.type:
            return after
        metadata = reveal(before.outputs.get("metadata")) or {}
        generation, version = metadata.get("generation", 1), str(metadata.get("resourceVersion", "1"))
        after = paths.put(after, ("metadata", "generation"), generation + 1)
        return paths.put(after, ("metadata", "resourceVersion"), str(int(version) + 1))

    @override
    def invoke(self, settings: Settings, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        del settings, arguments
        raise RefusedError(
            f"The sandbox does not answer {token}: rendering needs a cluster or a chart repository. "
            "Declare the objects, or install a chart with kubernetes.helm.v3.Release."
        )


def _envelope() -> type[pulumi.Resource]:
    from pulumi_kubernetes.apiextensions import CustomResource  # noqa: PLC0415 - imports the whole SDK

    return CustomResource


def _cluster(options: dict[str, Any]) -> str:
    """Return a name for the cluster that a configuration points at."""
    if options.get("context") or options.get("cluster"):
        return str(options.get("context") or options.get("cluster"))
    text = options.get("kubeconfig")
    if not isinstance(text, str) or not text:
        return "default"
    config = _parsed(text)
    return str(config.get("current-context") or text) if config else text


def _parsed(text: str) -> dict[str, Any] | None:
    """Read a kubeconfig's text; None for a path, which names its cluster well enough."""
    if "\n" not in text and not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        from ruamel.yaml import YAML, YAMLError  # noqa: PLC0415 - only kubeconfigs in YAML need it

    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise RefusedError("The kubeconfig is neither YAML nor JSON.") from None
    return found if isinstance(found, dict) else None


def _misnamed(name: str) -> list[Problem]:
    if _DNS_NAME.fullmatch(name) is not None and len(name) <= _LONGEST_NAME:
        return []
    reason = (
        f"{name!r} is no valid name: use at most {_LONGEST_NAME} lower-case letters, digits, '-' and '.', "
        "with a letter or digit at both ends"
    )
    return [Problem(("metadata", "name"), reason)]


def _with_encoded_data(outputs: dict[str, Any]) -> dict[str, Any]:
    """Show ``stringData`` in ``data``, base64-encoded, as the API server stores it."""
    texts = reveal(outputs.get("stringData"))
    data = reveal(outputs.get("data")) or {}
    if not isinstance(texts, dict) or not isinstance(data, dict):
        return outputs
    encoded = {
        key: base64.b64encode(value.encode()).decode() if isinstance(value, str) else value
        for key, value in ((key, reveal(item)) for key, item in texts.items())
    }
    return {**outputs, "data": secret({**data, **encoded})}
