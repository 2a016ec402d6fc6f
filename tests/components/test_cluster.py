"""What a cluster of one's own is; those in clouds have files of their own."""

from tests.components.builds import built


def test_an_onprem_cluster_is_attached_and_not_built() -> None:
    graph = built("cluster/onprem")
    assert graph.table() == []
    provider = graph.one("pulumi:providers:kubernetes")
    assert provider.inputs == {
        "context": "dc1",
        "kubeconfig": "../kubeconfig",
        "clusterIdentifier": "acme-dev-dc1",
    }
    published = graph.published()
    assert (published["storageClass"], published["bucketClass"]) == ("fast", "ceph-buckets")
