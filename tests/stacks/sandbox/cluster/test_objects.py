"""What the engine is told of a live object: secrets stay secret, and only real changes look like changes."""

from typing import Any

from stacks.sandbox.cluster.objects import Wanted, declared, observed, remembered
from stacks.sandbox.wire import Secret


def wanted(kind: str = "Deployment", urn: str = "urn:one", **inputs: Any) -> Wanted:
    return Wanted(urn=urn, api_version="apps/v1", kind=kind, namespace="team", name="web", inputs=inputs)


def test_secrets_are_in_the_clear_only_in_what_is_applied() -> None:
    resource = wanted(spec={"token": Secret("hunter2")}, __defaults=["x"])
    assert resource.manifest()["spec"] == {"token": "hunter2"}
    assert "__defaults" not in resource.manifest()
    assert "hunter2" not in repr(resource)


def test_properties_without_a_value_are_left_out() -> None:
    spec = {"replicas": None, "template": {"spec": [{"image": "a", "command": None}]}}
    assert wanted(spec=spec).manifest()["spec"] == {"template": {"spec": [{"image": "a"}]}}


def test_two_resources_are_two_managers_and_one_stays_the_same() -> None:
    assert wanted(urn="urn:one").field_manager == wanted(urn="urn:one").field_manager
    assert wanted(urn="urn:one").field_manager != wanted(urn="urn:two").field_manager


def test_what_was_secret_is_secret_again() -> None:
    resource = wanted(spec={"env": [{"name": "a", "value": Secret("hunter2")}], "open": "x"})
    live = {"spec": {"env": [{"name": "a", "value": "hunter2"}], "open": "x"}, "status": {"ready": 1}}
    outputs = remembered(resource, live)
    assert "hunter2" not in repr(outputs)
    assert outputs["spec"]["open"] == "x"
    assert outputs["status"] == {"ready": 1}


def test_a_list_that_the_server_has_changed_is_secret_as_a_whole() -> None:
    resource = wanted(spec={"env": [{"value": Secret("hunter2")}]})
    outputs = remembered(resource, {"spec": {"env": [{"value": "injected"}, {"value": "hunter2"}]}})
    assert "hunter2" not in repr(outputs)


def test_the_data_of_a_secret_is_secret_however_it_was_written() -> None:
    outputs = remembered(wanted("Secret", stringData={"a": "hunter2"}), {"data": {"a": "aHVudGVyMg=="}})
    assert outputs == {"stringData": Secret({"a": "hunter2"}), "data": Secret({"a": "aHVudGVyMg=="})}


def test_the_servers_own_spelling_is_no_change() -> None:
    given = {"cpu": "0.5", "ports": [{"port": 80}]}
    stored = {"cpu": "500m", "ports": [{"port": 80, "protocol": "TCP"}], "added": "by the server"}
    assert observed(given, stored, stored) == given
    assert observed(given, stored, {**stored, "status": 1}) == given


def test_what_others_changed_added_to_a_list_or_took_away_is_seen() -> None:
    given = {"cpu": "0.5", "memory": "1Gi", "ports": [80], "gone": "x", "key": Secret("a")}
    stored = {"cpu": "500m", "memory": "1Gi", "ports": [80], "gone": "x", "key": Secret("a")}
    live = {"cpu": "1", "memory": "1Gi", "ports": [80, 443], "key": "b"}
    assert observed(given, stored, live) == {
        "cpu": "1",
        "memory": "1Gi",
        "ports": [80, 443],
        "key": Secret("b"),
    }


def test_what_a_server_never_shows_stays_as_it_was_given() -> None:
    given = {"stringData": {"a": "b"}, "type": "Opaque"}
    assert observed(given, {"type": "Opaque"}, {"type": "Opaque", "data": {}}) == given


def test_an_imported_object_declares_nothing_that_only_a_server_sets() -> None:
    metadata = {"name": "a", "labels": {"b": "c"}, "uid": "1", "resourceVersion": "2", "generation": 3}
    live = {"kind": "ConfigMap", "metadata": metadata, "data": {}, "status": {}}
    assert declared(live) == {
        "kind": "ConfigMap",
        "metadata": {"name": "a", "labels": {"b": "c"}},
        "data": {},
    }
