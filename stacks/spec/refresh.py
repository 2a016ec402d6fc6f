"""``python -m stacks.spec.refresh``: rewrite the data files that come from the installed botocore.

botocore is imported here only. ``stacks.spec`` itself reads the small files that this writes, because loading
botocore's service models costs more than everything else that ``trunkline check`` does.
"""

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

import botocore
import botocore.loaders

from stacks.spec.tables import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping


def aws_regions() -> dict[str, dict[str, str]]:
    """Regions with an EKS endpoint, with their partition and title, from botocore's endpoint data."""
    endpoints: Mapping[str, Any] = botocore.loaders.Loader().load_data("endpoints")
    return {
        code: {"partition": partition["partition"], "title": partition["regions"][code]["description"]}
        for partition in endpoints["partitions"]
        for code in sorted(partition["services"]["eks"]["endpoints"])
        if code in partition["regions"]  # the rest are names of FIPS endpoints
    }


def instance_families() -> dict[str, str]:
    """EC2 instance sizes by family, from the ``InstanceType`` enumeration of botocore's EC2 model."""
    model: Mapping[str, Any] = botocore.loaders.Loader().load_service_model("ec2", "service-2")
    families: dict[str, list[str]] = {}
    for name in model["shapes"]["InstanceType"]["enum"]:
        family, _, size = name.partition(".")
        families.setdefault(family, []).append(size)
    return {family: " ".join(sizes) for family, sizes in sorted(families.items())}


def _write(name: str, source: str, **content: object) -> None:
    document = {
        "source": source,
        "read": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        **content,
    }
    path = DATA / f"{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {path.name}\n")


def main() -> None:
    """Write both files."""
    version = f"botocore {botocore.__version__}"
    _write("aws_regions", f"{version}, endpoints.json, service eks", regions=aws_regions())
    _write("ec2_instance_types", f"{version}, ec2 InstanceType enumeration", families=instance_families())


if __name__ == "__main__":
    main()
