"""Platform files of a wanted size."""

from pathlib import Path

_HEAD = """\
platform: bench
environment: dev
owner: {team: platform, contact: platform@bench.example}
tags: {cost-centre: bench, data-product: bench}
sites:
"""


def write(path: Path, *, sites: int, stores: int) -> Path:
    """Write a platform of ``sites`` EKS sites and return its path.

    Each site has ``stores`` object stores and one more that receives their access logs. Ranges do not overlap
    up to 120 sites: the VPC of site ``n`` is 10.n.0.0/16, its services 10.128+n.0.0/20.
    """
    lines = [_HEAD]
    for n in range(sites):
        services = f"10.{128 + n}.0.0/20"
        lines.append(
            f"  s{n}: {{kind: eks, region: eu-central-1, cidr: 10.{n}.0.0/16, services: {services}}}\n"
        )
    lines.append("objectStores:\n")
    for n in range(sites):
        lines.append(f"  l{n}: {{site: s{n}}}\n")
        lines += [f"  d{n}-{m}: {{site: s{n}, accessLogs: l{n}}}\n" for m in range(stores)]
    path.write_text("".join(lines), encoding="utf-8")
    return path
