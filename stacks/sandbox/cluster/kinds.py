"""Which kinds the cluster serves: asked once for each group and version, again for what is missing."""

import threading
from dataclasses import dataclass
from urllib.parse import quote

from stacks.sandbox.cluster.connection import Connection
from stacks.sandbox.cluster.refusals import NOT_FOUND, refusal


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: where its objects live."""

    api_version: str
    name: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None, name: str) -> str:
        """Return the path of one object below the API server's address."""
        root = "/api" if "/" not in self.api_version else "/apis"
        place = f"/namespaces/{quote(namespace or '', safe='')}" if self.namespaced else ""
        return f"{root}/{self.api_version}{place}/{self.plural}/{quote(name, safe='')}"


class Kinds:
    """The kinds of one cluster. Safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Kind] = {}
        self._lock = threading.Lock()

    def find(self, api_version: str, kind: str) -> Kind | None:
        """Return the kind, or None where the cluster does not serve it, or not yet.

        What was found is remembered; what was not is asked for again, since a CustomResourceDefinition may
        have been applied meanwhile.

        Raises:
            ClusterRejected: the cluster cannot be reached, or refuses to say.
        """
        with self._lock:
            if (api_version, kind) not in self._known:
                self._known |= self._ask(api_version)
            return self._known.get((api_version, kind))

    def forget(self, kind: Kind) -> None:
        """Ask for this kind again next time: the server said that it is gone."""
        with self._lock:
            self._known.pop((kind.api_version, kind.name), None)

    def _ask(self, api_version: str) -> dict[tuple[str, str], Kind]:
        root = "/api" if "/" not in api_version else "/apis"
        answer = self._connection.call("GET", f"{root}/{quote(api_version)}")
        if answer.status == NOT_FOUND:
            return {}
        if not answer.succeeded:
            raise refusal(answer, f"{self._connection.server}: the kinds of {api_version}", {})
        return {
            (api_version, each["kind"]): Kind(api_version, each["kind"], each["name"], each["namespaced"])
            for each in answer.body.get("resources", ())
            if "/" not in each["name"]  # Those are parts of an object, such as its status.
        }
