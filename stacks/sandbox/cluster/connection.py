"""Requests to one API server, with the credentials that a kubeconfig names.

The official client reads the kubeconfig (certificates, tokens, exec plugins, proxies) and carries the
requests. Its typed layer is not used: what is sent here is whatever object Pulumi holds, of kinds that the
client's release may not know.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes.client.api_client import ApiClient
from kubernetes.client.configuration import Configuration
from kubernetes.client.exceptions import ApiException
from kubernetes.config import list_kube_config_contexts, load_kube_config
from kubernetes.config.config_exception import ConfigException
from urllib3.util.retry import Retry
from yaml import YAMLError

from stacks.sandbox.kubernetes_backend import ClusterRejected

SECONDS_TO_CONNECT = 5
SECONDS_TO_ANSWER = 60  # What the API server itself allows a request (--request-timeout).

_PATIENCE = Retry(
    total=4,
    connect=1,
    backoff_factor=0.2,
    allowed_methods=None,  # Applying or deleting twice does what doing it once does.
    raise_on_status=False,
)
"""A busy server says when to come back (``Retry-After``); a broken connection is tried again."""

JSON = "application/json"
APPLY = "application/apply-patch+yaml"  # JSON is YAML; older servers know no other name for an apply.


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server answered: the HTTP status and the object, or a ``Status`` that says why not."""

    status: int
    body: dict[str, Any]

    @property
    def succeeded(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 (HTTP's range of success)


class Connection:
    """One API server. Safe to use from several threads."""

    def __init__(self, kubeconfig: Path, context: str | None = None) -> None:
        """Read the kubeconfig; the server is asked nothing yet.

        Raises:
            ClusterRejected: the file cannot be read, or it has no such context.
        """
        if not kubeconfig.is_file():
            raise ClusterRejected(
                f"{kubeconfig}: there is no such kubeconfig. Name a file that exists, or leave the context "
                f"out so that the cluster is simulated."
            )
        configuration = Configuration()
        try:
            chosen = _choose(kubeconfig, context)
            load_kube_config(
                str(kubeconfig),
                context=chosen["name"],
                client_configuration=configuration,
                persist_config=False,  # A refreshed token belongs in memory: the file is somebody else's.
            )
        except (ConfigException, YAMLError, TypeError, AttributeError, OSError) as error:
            raise ClusterRejected(
                f"{kubeconfig}: this is no kubeconfig that a cluster can be reached with: "
                f"{' '.join(str(error).split())}."
            ) from error
        configuration.retries = _PATIENCE
        self._client = ApiClient(configuration)
        self.server: str = configuration.host
        self.namespace: str = chosen["context"].get("namespace") or "default"

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = JSON,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        Raises:
            ClusterRejected: no answer came: the server cannot be reached, its certificate is not trusted, or
                it sent something that is not JSON.
        """
        method, url, headers, payload, _ = self._client.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params={"Accept": JSON, "Content-Type": content_type},
            # The client serialises by itself only what it calls JSON, and an apply is called YAML.
            body=None if body is None else json.dumps(body) if content_type != JSON else body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._client.call_api(
                method,
                url,
                headers,
                payload,
                _request_timeout=(SECONDS_TO_CONNECT, SECONDS_TO_ANSWER),
            )
            content = response.read() or b"{}"
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            raise ClusterRejected(
                f"{self.server} does not answer ({_root(error)}). Check that the cluster runs and that this "
                f"machine reaches it; `kubectl version` asks the same question."
            ) from error
        try:
            parsed = json.loads(content)
        except ValueError:
            parsed = {"message": content.decode(errors="replace").strip()[:500]}
        if not isinstance(parsed, dict):
            parsed = {"message": f"the server answered {type(parsed).__name__} where an object belongs"}
        return Answer(response.status, parsed)

    def close(self) -> None:
        """Close the connections that are kept open between requests."""
        self._client.close()


def _choose(kubeconfig: Path, context: str | None) -> Mapping[str, Any]:
    """Return the entry of a context, None being the current one."""
    # Typed as lists of text by the client, which in fact returns the entries of the file.
    offered: tuple[Any, Any] = list_kube_config_contexts(str(kubeconfig))
    contexts: Sequence[Mapping[str, Any]] = offered[0]
    if context is None:
        return offered[1]
    for each in contexts:
        if each["name"] == context:
            return each
    raise ClusterRejected(
        f"{kubeconfig}: there is no context {context!r} in this kubeconfig. It has "
        f"{', '.join(each['name'] for each in contexts)}."
    )


def _root(error: BaseException) -> str:
    """Return the cause that a person can act on; urllib3 wraps it in what it was doing at the time."""
    reason = getattr(error, "reason", None)
    text = str(reason if reason is not None else error)
    return text.rsplit(": ", maxsplit=1)[-1].strip() or type(error).__name__
