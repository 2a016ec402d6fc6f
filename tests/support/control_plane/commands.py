"""How each program of the control plane is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.control_plane.certificates import Authority, Identity
from tests.support.control_plane.nodes import FAKE

HERE = "127.0.0.1"
SERVICES = "10.96.0.0/16"
SERVICES_FIRST = "10.96.0.1"  # The address that the API server gives to itself inside the cluster.

_UNTHROTTLED = ("--kube-api-qps=1000", "--kube-api-burst=2000")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Where everything of one control plane is: programs, files and ports."""

    programs: Mapping[str, Path]
    folder: Path
    authority: Authority
    servers: Identity
    etcd_port: int
    peer_port: int
    api_port: int

    def etcd(self) -> list[str]:
        """One member, which answers only those who hold a certificate and never waits for a disk."""
        client, peer = f"https://{HERE}:{self.etcd_port}", f"http://{HERE}:{self.peer_port}"
        return [
            str(self.programs["etcd"]),
            "--name=only",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=only={peer}",
            f"--cert-file={self.servers.certificate}",
            f"--key-file={self.servers.key}",
            f"--trusted-ca-file={self.authority.identity.certificate}",
            "--client-cert-auth",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def api_server(self) -> list[str]:
        """The API server, with certificates for people and programs, and RBAC to judge them."""
        return [
            str(self.programs["kube-apiserver"]),
            f"--bind-address={HERE}",
            f"--secure-port={self.api_port}",
            f"--tls-cert-file={self.servers.certificate}",
            f"--tls-private-key-file={self.servers.key}",
            f"--client-ca-file={self.authority.identity.certificate}",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
            f"--etcd-servers=https://{HERE}:{self.etcd_port}",
            f"--etcd-cafile={self.authority.identity.certificate}",
            f"--etcd-certfile={self.servers.certificate}",
            f"--etcd-keyfile={self.servers.key}",
            f"--service-cluster-ip-range={SERVICES}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.authority.identity.key}",
            f"--service-account-signing-key-file={self.authority.identity.key}",
            # It advertises a loopback address, which an Endpoints object may not hold.
            "--endpoint-reconciler-type=none",
            f"--advertise-address={HERE}",
        ]

    def controller_manager(self, kubeconfig: Path) -> list[str]:
        """The controllers. They need no port, and no election among one."""
        return [
            str(self.programs["kube-controller-manager"]),
            f"--kubeconfig={kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
            "--use-service-account-credentials=true",
            # Its own default of 20 requests a second would be most of the time that a start takes.
            *_UNTHROTTLED,
            f"--root-ca-file={self.authority.identity.certificate}",
            f"--service-account-private-key-file={self.authority.identity.key}",
            f"--cluster-signing-cert-file={self.authority.identity.certificate}",
            f"--cluster-signing-key-file={self.authority.identity.key}",
            f"--service-cluster-ip-range={SERVICES}",
        ]

    def scheduler(self, kubeconfig: Path) -> list[str]:
        """The scheduler."""
        return [
            str(self.programs["kube-scheduler"]),
            f"--kubeconfig={kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
            *_UNTHROTTLED,
        ]

    def kwok(self, kubeconfig: Path, stages: Path) -> list[str]:
        """Kwok, which plays the kubelet of every node that says it is fake."""
        return [
            str(self.programs["kwok"]),
            f"--kubeconfig={kubeconfig}",
            f"--config={stages}",
            f"--manage-nodes-with-annotation-selector={FAKE}=fake",
            "--node-lease-duration-seconds=40",
            f"--node-ip={HERE}",
        ]
