"""The simulated ``azure-native`` provider."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from stacks.sandbox import templates
from stacks.sandbox.azure_functions import FUNCTIONS
from stacks.sandbox.cloud import Cloud, RefusedError, Settings, Subject, slug
from stacks.sandbox.schema.check import some
from stacks.sandbox.wire import reveal

if TYPE_CHECKING:
    from stacks.sandbox.rules import TypeRules

# Made up, and recognisable as such in every id.
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
TENANT = "00000000-0000-4000-8000-000000000002"
CLIENT = "00000000-0000-4000-8000-000000000003"

_VERSIONED = re.compile(r"^(azure-native:\w+)/v\d{8}(?:preview|privatepreview)?:")


class AzureNative(Cloud):
    """Objects live in a subscription; an ARM id names them."""

    package = "azure-native"

    @override
    def configure(self, options: dict[str, Any]) -> Settings:
        subscription = options.get("subscriptionId") or SUBSCRIPTION
        return Settings(
            subscription,
            {
                "subscription": subscription,
                "tenant": options.get("tenantId") or TENANT,
                "client": options.get("clientId") or CLIENT,
                "location": options.get("location"),
            },
        )

    @override
    def _completed(self, token: str, rules: TypeRules) -> TypeRules:
        """Derive what the path of a type says: its id, its name and what replaces it."""
        if rules.naming is not None and rules.naming.property:
            return super()._completed(token, rules)
        path = rules.path or self._guessed(token)
        parts = templates.placeholders(path)
        naming = rules.naming and replace(rules.naming, property=parts[-1])
        completed = replace(
            rules,
            path=path,
            id=rules.id.replace("{path}", path),
            naming=naming,
            replace=rules.replace | frozenset(parts),
            # ARM always answers with the name, also where the SDK marks it as optional.
            outputs={"name": f"{{{parts[-1]}}}", **rules.outputs},
        )
        return super()._completed(token, completed)

    def _guessed(self, token: str) -> str:
        """Return a path for a type that the data file does not name, as most REST paths are built."""
        _, module, kind = token.split(":")
        inputs = self.resource(token).inputs
        parts = [
            name
            for name, field in inputs.items()
            if name.endswith("Name") and name != "resourceGroupName" and not _nested(field.shape)
        ]
        own = f"{kind[0].lower()}{kind[1:]}Name"
        # What is required names a parent; what may be left out is auto-named.
        parents = [name for name in parts if inputs[name].required and name != own]
        last = next((name for name in parts if name == own or not inputs[name].required), own)
        steps = [f"{name.removesuffix('Name')}s/{{{name}}}" for name in parents]
        return "/".join(
            [
                f"Microsoft.{module.partition('/')[0].capitalize()}",
                *steps,
                f"{kind[0].lower()}{kind[1:]}s/{{{last}}}",
            ]
        )

    @override
    def scope(self, settings: Settings, properties: dict[str, Any]) -> str:
        return settings.scope

    @override
    def facts(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        rules = self.rules_of(subject.type)
        steps = rules.path.split("/")
        last = rules.naming.property if rules.naming else ""
        return {
            "subscription": settings.options["subscription"],
            "tenant": settings.options["tenant"],
            "client": settings.options["client"],
            "location": inputs.get("location")
            or settings.options["location"]
            or self._location_of_group(settings, inputs),
            "arm_type": "/".join(step for step in steps if not step.startswith("{") and step != "default"),
            "last_name": reveal(inputs.get(last)) or subject.name,
            "slug": slug(subject.name),
            "urn_name": subject.name,
        }

    def _location_of_group(self, settings: Settings, inputs: dict[str, Any]) -> str:
        """Return where a resource group is, which is where its resources go that name no location."""
        group = reveal(inputs.get("resourceGroupName"))
        identifier = f"/subscriptions/{settings.options['subscription']}/resourceGroups/{group}"
        token = "azure-native:resources:ResourceGroup"  # noqa: S105 - a type token
        found = self.store.get(self.package, settings.scope, token, identifier)
        return reveal(found.outputs.get("location")) if found else "westeurope"

    @override
    def prepare(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        """Add the provider's default location, as azure-native does."""
        location = settings.options["location"]
        if location and "location" in self.resource(subject.type).inputs and inputs.get("location") is None:
            return {**inputs, "location": location}
        return inputs

    @override
    def invoke(self, settings: Settings, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        function = FUNCTIONS.get(_VERSIONED.sub(r"\1:", token))
        if function is None:
            raise RefusedError(
                f"The sandbox does not answer {token}. It answers {some(sorted(FUNCTIONS))}. "
                "Declare what the program needs instead of looking it up, or run it against a real account."
            )
        return function(self, settings, arguments)


def _nested(shape: object) -> bool:
    return hasattr(shape, "fields") or hasattr(shape, "item")
