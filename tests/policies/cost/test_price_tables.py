"""The tables of prices, GPUs and dates say where each row comes from, and hold what they promise."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.engine.data import read

POLICIES = Path(__file__).resolve().parents[3] / "policies"
MACHINES = read(POLICIES / "cost" / "tables" / "machine_prices.toml")
SERVICES = read(POLICIES / "cost" / "tables" / "prices.toml")
REGIONS = [(cloud, region) for cloud, regions in MACHINES.items() for region in regions]


@pytest.mark.parametrize(("cloud", "region"), REGIONS)
def test_every_region_has_a_source_a_day_and_prices(cloud: str, region: str) -> None:
    table = MACHINES[cloud][region]
    assert table["source"]
    assert isinstance(table["date"], date)
    assert all(math.isfinite(usd) and usd > 0 for usd in table["hour"].values())


@pytest.mark.parametrize("row", SERVICES["price"], ids=lambda row: f"{row['kind']}-{row.get('what', '')}")
def test_every_price_of_a_service_has_a_source_and_a_day(row: dict[str, Any]) -> None:
    assert row["source"]
    assert isinstance(row["date"], date)
    assert row["per"] in {"hour", "month", "GB-month"}
    assert row["usd"] >= 0


def test_a_price_stands_in_one_place_only() -> None:
    rows = [(row["kind"], row.get("what", ""), row["region"]) for row in SERVICES["price"]]
    assert len(rows) == len(set(rows))
    assert not {kind for kind, _, _ in rows} & set(SERVICES["unpriced"])


def test_every_kind_of_machine_with_a_gpu_that_is_sold_in_the_largest_regions_has_a_price() -> None:
    """A GPU that costs nothing in an estimate would be the most expensive mistake."""
    gpus = read(POLICIES / "shapes" / "tables" / "gpus.toml")
    without = {name for name in gpus["aws"]["gpus"] if name not in MACHINES["aws"]["us-east-1"]["hour"]}
    assert without == {"p5e.48xlarge"}  # its price is not in the source
    sold = {name for region in MACHINES["azure"].values() for name in region["hour"]}
    assert set(gpus["azure"]["gpus"]) <= sold
