"""Deleting an object and waiting until it is gone."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from stacks.sandbox.cluster.connection import Connection
from stacks.sandbox.cluster.refusals import CONFLICT, NOT_FOUND, refusal
from stacks.sandbox.kubernetes_backend import ClusterRejected

_SECONDS_BETWEEN_LOOKS = (0.1, 0.2, 0.5, 1.0, 2.0)  # The last one repeats.
_SECONDS_BETWEEN_REPORTS = 10.0
_DEPENDENTS = "foregroundDeletion"


def delete(
    connection: Connection, path: str, subject: str, *, timeout: float, report: Callable[[str], None]
) -> None:
    """Delete the object at ``path``, those that belong to it first, and wait ``timeout`` seconds at most.

    Raises:
        ClusterRejected: the cluster refuses, or the object is still there when the time is over.
    """
    answer = connection.call("DELETE", path, body={"propagationPolicy": "Foreground"})
    if answer.status == NOT_FOUND:
        return
    # A namespace that is being deleted already answers with a conflict; what remains is to wait.
    if not answer.succeeded and answer.status != CONFLICT:
        raise refusal(answer, subject, {})
    deadline = time.monotonic() + timeout
    uid = ""
    looks = 0
    told, told_at = "", 0.0
    while True:
        live = connection.call("GET", path)
        if live.status == NOT_FOUND:
            return
        if not live.succeeded:
            raise refusal(live, subject, {})
        metadata: Mapping[str, Any] = live.body.get("metadata") or {}
        uid = uid or str(metadata.get("uid", ""))
        if metadata.get("uid") != uid or not metadata.get("deletionTimestamp"):
            return  # Gone, and somebody has made another one under the same name.
        obstacle = _obstacle(live.body)
        if time.monotonic() >= deadline:
            raise ClusterRejected(
                f"{subject}: still there {timeout:.0f} s after it was deleted; it waits for {obstacle}. It "
                f"goes as soon as that is done; run the command again then, or give it a longer "
                f"customTimeouts.delete."
            )
        if obstacle != told or time.monotonic() - told_at >= _SECONDS_BETWEEN_REPORTS:
            report(f"{subject}: deleted, waiting for {obstacle}.")
            told, told_at = obstacle, time.monotonic()
        pause = _SECONDS_BETWEEN_LOOKS[min(looks, len(_SECONDS_BETWEEN_LOOKS) - 1)]
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        looks += 1


def _obstacle(live: Mapping[str, Any]) -> str:
    """Say what an object that is being deleted waits for."""
    conditions = (live.get("status") or {}).get("conditions") or ()
    remaining = [
        str(each["message"]).rstrip(".")
        for each in conditions
        # What a namespace says of its content, in conditions that are true while some is left.
        if str(each.get("type", "")).endswith("Remaining") and each.get("status") == "True"
    ]
    if remaining:
        return f"its content ({'; '.join(remaining)})"
    finalizers = list(live["metadata"].get("finalizers") or ())
    others = [each for each in finalizers if each != _DEPENDENTS]
    if others:
        noun = "the finalizer" if len(others) == 1 else "the finalizers"
        return f"{noun} {', '.join(others)}, which its controller removes"
    return "the objects that belong to it" if finalizers else "its content to end"
