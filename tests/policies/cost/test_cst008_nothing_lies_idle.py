from policies.cost.cst008_nothing_lies_idle import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource, urn_of

VOLUME = "aws:ebs/volume:Volume"
ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment"
ADDRESS = "aws:ec2/eip:Eip"
NAT = "aws:ec2/natGateway:NatGateway"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
DISK = "azure-native:compute:Disk"
MACHINE = "azure-native:compute:VirtualMachine"
PUBLIC = "azure-native:network:PublicIPAddress"
AZURE_NAT = "azure-native:network:NatGateway"
AZURE_BALANCER = "azure-native:network:LoadBalancer"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SERVICE = "kubernetes:core/v1:Service"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
RELEASE = "kubernetes:helm.sh/v3:Release"
DISK_ID = "/subscriptions/s/resourceGroups/ml/providers/Microsoft.Compute/disks/scratch"

volume = resource(VOLUME, "scratch", {"availabilityZone": "eu-central-1a", "size": 100})
address = resource(ADDRESS, "nat", {"domain": "vpc"})
balancer = resource(BALANCER, "front", {"loadBalancerType": "application"})
disk = resource(DISK, "scratch", {"resourceGroupName": "ml", "diskName": "scratch"})
public = resource(PUBLIC, "nat", {"resourceGroupName": "ml", "publicIpAddressName": "nat"})


def idle(what: str) -> str:
    return f"it is paid for, and nothing in this stack uses it: {what}"


def attached(target: object, *, made: bool = False) -> Resource:
    made_from = {"volumeId": [urn_of(VOLUME, "scratch")]} if made else None
    inputs = {"deviceName": "/dev/sdf", "instanceId": "i-1", "volumeId": target}
    return resource(ATTACHMENT, "scratch-on", inputs, made_from=made_from)


def machine(identity: object) -> Resource:
    storage = {"dataDisks": [{"lun": 0, "createOption": "Attach", "managedDisk": {"id": identity}}]}
    return resource(MACHINE, "box", {"resourceGroupName": "ml", "storageProfile": storage})


def azure_balancer(**more: object) -> Resource:
    return resource(AZURE_BALANCER, "front", {"resourceGroupName": "ml", **more})


def claim(name: object = "models") -> Resource:
    return resource(CLAIM, "models", {"metadata": {"name": name, "namespace": "ml"}, "spec": {}})


def service(kind: object = "LoadBalancer", selector: object = None) -> Resource:
    spec = {"type": kind, "selector": {"app": "ranker"} if selector is None else selector}
    return resource(SERVICE, "ranker", {"metadata": {"name": "ranker", "namespace": "ml"}, "spec": spec})


def deployment(app: object = "ranker", mounts: object = "models") -> Resource:
    pod = {
        "metadata": {"labels": {"app": app}},
        "spec": {
            "containers": [],
            "volumes": [{"name": "m", "persistentVolumeClaim": {"claimName": mounts}}],
        },
    }
    metadata = {"name": "ranker", "namespace": "ml"}
    return resource(DEPLOYMENT, "ranker-pods", {"metadata": metadata, "spec": {"template": pod}})


CASES = Cases(
    rule=RULE,
    good={
        "a volume of a machine": [volume, attached(LATER, made=True)],
        "an address of a gateway": [
            address,
            resource(
                NAT,
                "nat-gateway",
                {"allocationId": LATER, "subnetId": "s"},
                made_from={"allocationId": [urn_of(ADDRESS, "nat")]},
            ),
        ],
        "an address of an instance": [resource(ADDRESS, "nat", {"instance": "i-1"})],
        "a load balancer with a listener": [
            balancer,
            resource(
                LISTENER,
                "https",
                {"loadBalancerArn": LATER, "defaultActions": [], "port": 443},
                made_from={"loadBalancerArn": [urn_of(BALANCER, "front")]},
            ),
        ],
        "an old load balancer": [resource(CLASSIC, "old", {"listeners": [], "instances": ["i-1"]})],
        "a disk of a machine": [disk, machine(DISK_ID)],
        "an address of something that nobody here knows": [
            public,
            resource(
                "azure-native:network:PublicIPPrefix",
                "other",
                {"resourceGroupName": "ml", "tags": {"nat": LATER}},
                made_from={"tags": [urn_of(PUBLIC, "nat")]},
            ),
        ],
        "a load balancer with a rule": [
            azure_balancer(loadBalancingRules=[{"name": "https", "protocol": "Tcp", "frontendPort": 443}])
        ],
        "a claim that a pod mounts": [claim(), deployment()],
        "a service with pods": [service(), deployment()],
        "a service inside": [service("ClusterIP")],
        "a service that somebody else fills": [service(selector={})],
    },
    bad={
        "a volume": ([volume], [f"scratch: {idle('no machine has the volume')}"]),
        "a volume of a machine with another": (
            [
                resource(VOLUME, "scratch", {"size": 1}, outputs={"id": "vol-1"}),
                attached("vol-2"),
            ],
            [f"scratch: {idle('no machine has the volume')}"],
        ),
        "an address": ([address], [f"nat: {idle('nothing has the address')}"]),
        "a load balancer": (
            [balancer],
            [f"front: {idle('no listener or target belongs to the load balancer')}"],
        ),
        "an old load balancer": (
            [resource(CLASSIC, "old", {"listeners": []})],
            [f"old: {idle('no listener or target belongs to the load balancer')}"],
        ),
        "a disk": (
            [disk, machine(DISK_ID.replace("scratch", "other"))],
            [f"scratch: {idle('no machine has the disk')}"],
        ),
        "a public address": ([public], [f"nat: {idle('nothing has the address')}"]),
        "a load balancer of Azure": (
            [azure_balancer()],
            [f"front: {idle('the load balancer has no rules')}"],
        ),
        "a claim": (
            [claim(), deployment(mounts="other")],
            [f"models: {idle('no pod mounts the volume')}"],
        ),
        "a service": (
            [service(), deployment("other", "x")],
            [f"ranker.spec.selector: {idle('the load balancer finds no pod')}"],
        ),
    },
    unknown={
        "some volume": ([volume, attached(LATER)], ["scratch.scratch-on.volumeId"]),
        "rules from elsewhere": (
            [azure_balancer(loadBalancingRules=LATER)],
            ["front.loadBalancingRules"],
        ),
        "some claim": (
            [claim(), deployment(mounts=LATER)],
            ["models.ranker-pods.spec.template.spec.volumes[0].persistentVolumeClaim.claimName"],
        ),
        "a claim beside a chart": (
            [claim(), resource(RELEASE, "mlflow", {"chart": "mlflow"})],
            ["models."],
        ),
        "a type from elsewhere": ([service(LATER)], ["ranker.spec.type"]),
    },
    waived={"a volume for a rescue": [volume]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
