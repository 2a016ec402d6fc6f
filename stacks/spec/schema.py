"""``python -m stacks.spec.schema``: write the JSON Schema of platform files, which gives editors completion.

The schema knows types, keys, patterns and choices. It does not know the rules that look at several entries;
``trunkline check`` does.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from stacks.spec.types import Platform

FILE: Final = Path(__file__).with_name("platform.schema.json")


class _Generator(GenerateJsonSchema):
    """pydantic's schema without made-up titles, closed against unknown names, defaults as in a file."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the base class names it
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        mapping = super().dict_schema(schema)
        if "patternProperties" in mapping:
            mapping["additionalProperties"] = False
        mapping.pop("propertyNames", None)
        return mapping

    def encode_default(self, dft: Any) -> Any:
        return f"{dft.days}d" if isinstance(dft, timedelta) else super().encode_default(dft)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a platform file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Platform.model_json_schema(by_alias=True, schema_generator=_Generator),
        "title": "Trunkline platform file",
    }


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"wrote {FILE}\n")


if __name__ == "__main__":
    main()
