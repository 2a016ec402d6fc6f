"""Kubeconfig files that need no other file beside them."""

from base64 import b64encode
from pathlib import Path

import yaml

from tests.support.control_plane.certificates import Identity


def write(  # noqa: PLR0913 (a kubeconfig has that many parts)
    path: Path, *, server: str, authority: Path, identity: Identity, context: str, namespace: str
) -> Path:
    """Write a kubeconfig with one context, readable by its owner only."""

    def data(file: Path) -> str:
        return b64encode(file.read_bytes()).decode()

    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [
            {"name": context, "context": {"cluster": context, "user": context, "namespace": namespace}}
        ],
        "clusters": [
            {"name": context, "cluster": {"server": server, "certificate-authority-data": data(authority)}}
        ],
        "users": [
            {
                "name": context,
                "user": {
                    "client-certificate-data": data(identity.certificate),
                    "client-key-data": data(identity.key),
                },
            }
        ],
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config))
    return path
