"""Broken platform files, and what is to be said about each.

``CASES`` is for every test that feeds broken files to something: ``case.write(folder)`` gives the file, and
``case.expected`` what the error has to contain. Most files stand in ``corpus/``; those that are large, binary
or not files at all are made when they are needed.
"""

import os
from collections.abc import Callable
from pathlib import Path

from tests.stacks.spec import corpus_data
from tests.stacks.spec.case import Case

_VALID = (
    b"platform: acme\n"
    b"owner: {team: ml, contact: ml@acme.example}\n"
    b"sites:\n"
    b"  dc1: {kind: openshift, context: dc1, country: DE, cidr: 10.0.0.0/16, kubeconfig: config}\n"
)


def _bytes(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        file = folder / "platform.yaml"
        file.write_bytes(content)
        return file

    return make


def _missing(folder: Path) -> Path:
    return folder / "platform.yaml"


def _folder(folder: Path) -> Path:
    (folder / "platform.yaml").mkdir()
    return folder / "platform.yaml"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "platform.yaml")
    return folder / "platform.yaml"


def _loop(folder: Path) -> Path:
    (folder / "platform.yaml").symlink_to("platform.yaml")
    return folder / "platform.yaml"


def _link_out(folder: Path) -> Path:
    (folder / "config").symlink_to("/etc/passwd")
    return _bytes(_VALID)(folder)


def _link_loop(folder: Path) -> Path:
    (folder / "config").symlink_to("config")
    return _bytes(_VALID)(folder)


_MADE = (
    Case("missing-file", 1, "", "missing-file", ("There is no such file",), make=_missing),
    Case("folder", 1, "", "not-a-file", ("This is a folder",), make=_folder),
    Case("pipe", 1, "", "not-a-file", ("not a regular file",), make=_pipe),
    Case("device", 1, "", "not-a-file", ("not a regular file",), make=lambda _: Path("/dev/zero")),
    Case("link-to-itself", 1, "", "unreadable-file", ("cannot be read",), make=_loop),
    Case("path-with-nul", 1, "", "unreadable-file", ("cannot be read",), make=lambda _: Path("a\0b")),
    Case("file-name-long", 1, "", "unreadable-file", ("cannot be read",), make=lambda _: Path("a" * 5000)),
    Case("kubeconfig-link-out", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out",), make=_link_out),
    Case("kubeconfig-link-loop", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out",), make=_link_loop),
    Case("huge", 1, "", "too-large", ("at most 1024 KiB",), make=_bytes(b"a: 1\n" * 500_000)),
    Case("blank", 1, "", "empty", ("This file is empty",), make=_bytes(b" \n\n  \n")),
    Case(
        "many-entries", 1, "", "too-many-entries", ("50,000",), make=_bytes(b"a: [" + b"1," * 400_000 + b"]")
    ),
    Case("deep-lists", 1, "", "too-deep", ("16 levels",), make=_bytes(b"a: " + b"[" * 200_000)),
    Case("deep-braces", 1, "", "too-deep", ("16 levels",), make=_bytes(b"{" * 200_000)),
    Case("deep-dashes", 1, "", "too-deep", ("16 levels",), make=_bytes(b"- " * 200_000)),
    Case(
        "many-problems",
        20,
        "",
        "too-many-problems",
        ("After 100 problems",),
        problems=101,
        make=_bytes(b"".join(b"k%d: [!a 1, !b 2, !c 3, !d 4, !e 5]\n" % i for i in range(5000))),
    ),
    Case(
        "image",
        1,
        "",
        "not-utf-8",
        ("0x89 is not UTF-8",),
        make=_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    ),
    Case("nul", 2, "", "binary", ("U+0000",), make=_bytes(b"platform: acme\nowner: \0\n")),
    Case("escape-sequence", 1, "", "binary", ("U+001B",), make=_bytes(b"platform: \x1b[31macme\n")),
    Case(
        "latin-1", 2, "", "not-utf-8", ("0xe9 is not UTF-8",), make=_bytes(b"platform: a\nowner: caf\xe9\n")
    ),
    Case("cut-off-character", 1, "", "not-utf-8", ("0xe2",), make=_bytes("platform: €".encode()[:-1])),
    Case("surrogate", 1, "", "not-utf-8", ("0xed",), make=_bytes(b"platform: \xed\xa0\x80")),
    Case("utf-16", 1, "", "not-utf-8", ("UTF-16",), make=_bytes("platform: acme".encode("utf-16"))),
    Case("utf-32", 1, "", "not-utf-8", ("UTF-16 or UTF-32",), make=_bytes("platform: acme".encode("utf-32"))),
    Case("gzip", 1, "", "not-utf-8", ("is not UTF-8",), make=_bytes(b"\x1f\x8b\x08\0\0\0")),
    Case(
        "long-text",
        1,
        "platform",
        "name",
        ("…' is not a name",),
        None,
        make=_bytes(b"platform: " + b"x" * 999_999),
    ),
    Case(
        "long-number",
        5,
        "sites.b.zones",
        "not-a-number",
        ("is not a whole number",),
        make=_bytes(
            _VALID.replace(b", kubeconfig: config", b"")
            + b"  b: {kind: eks, region: eu-west-1, cidr: 10.1.0.0/16, zones: "
            + b"9" * 100_000
            + b"}\n"
        ),
    ),
)

CASES = (
    Case(
        "unknown-key-at-the-top",
        2,
        "enviroment",
        "unknown-key",
        ("unknown here", "Did you mean 'environment'"),
    ),
    Case("unknown-key-in-a-site", 5, "sites.aws.regoin", "unknown-key", ("Did you mean 'region'",)),
    Case(
        "key-of-another-kind",
        5,
        "sites.aws.pods",
        "unknown-key",
        ("sites of kind openshift, kubernetes or aks have it",),
    ),
    Case("missing-platform", 1, "platform", "missing-key", ("missing", "Add `platform: …`")),
    Case("missing-owner", 1, "owner", "missing-key", ("missing",)),
    Case("missing-sites", 1, "sites", "missing-key", ("missing",)),
    Case("missing-cidr", 5, "sites.aws.cidr", "missing-key", ("missing",)),
    Case(
        "missing-kind", 5, "sites.aws.kind", "missing-key", ("missing", "openshift, kubernetes, eks or aks")
    ),
    Case("unknown-kind", 6, "sites.az.kind", "kind", ("'asks' is not a kind of site", "Did you mean 'aks'")),
    Case("kind-is-a-list", 6, "sites.az.kind", "kind", ("not a kind of site",)),
    Case("site-is-text", 6, "sites.az", "not-a-mapping", ("'westeurope' stands here", "a mapping")),
    Case("site-is-nothing", 6, "sites.az", "not-a-mapping", ("Nothing stands here", "a mapping")),
    Case("no-sites", 3, "sites", "too-few", ("at least 1 entry",)),
    Case("sites-is-a-list", 3, "sites", "not-a-mapping", ("A list stands here", "a mapping")),
    Case("name-with-capitals", 1, "platform", "name", ("'Acme' is not a name", "lower-case")),
    Case("name-too-long", 1, "platform", "name", ("is not a name", "1 to 24")),
    Case("site-name-with-underscore", 6, "sites.az_1", "name", ("'az_1' is not a name",)),
    Case(
        "environment-misspelled",
        2,
        "environment",
        "choice",
        ("'production' is not a choice", "dev, staging or prod"),
    ),
    Case("contact-is-no-address", 2, "owner.contact", "contact", ("not an email address",)),
    Case(
        "number-in-quotes",
        5,
        "sites.aws.zones",
        "not-a-number",
        ("'3' is not a whole number", "without quotes"),
    ),
    Case("number-too-large", 5, "sites.aws.zones", "too-large", ("9 is too large", "4 or less")),
    Case("number-with-fraction", 5, "sites.aws.zones", "not-a-number", ("2.5 is not a whole number",)),
    Case("number-is-infinite", 5, "sites.aws.zones", "not-a-number", ("not a whole number",)),
    Case("truth-for-number", 5, "sites.aws.zones", "not-a-number", ("true is not a whole number",)),
    Case("version-without-quotes", 5, "sites.aws.version", "not-text", ("is not text", "in quotes")),
    Case(
        "version-not-offered",
        5,
        "sites.aws.version",
        "version",
        ("does not offer Kubernetes 1.21", "Did you mean '1.34'"),
    ),
    Case(
        "version-with-patch",
        5,
        "sites.aws.version",
        "kubernetes-version",
        ("not a Kubernetes minor version",),
    ),
    Case(
        "account-without-quotes", 5, "sites.aws.account", "not-text", ("is not text", "12 digits, in quotes")
    ),
    Case("account-too-short", 5, "sites.aws.account", "aws-account", ("not an AWS account id",)),
    Case(
        "admin-is-no-arn", 5, "sites.aws.admins[0]", "iam-principal", ("not the ARN of an IAM role or user",)
    ),
    Case(
        "admin-of-another-partition", 5, "sites.aws.admins[0]", "partition", ("partition aws-cn", "arn:aws:")
    ),
    Case("admins-is-text", 5, "sites.aws.admins", "not-a-list", ("a list",)),
    Case(
        "region-misspelled",
        5,
        "sites.aws.region",
        "aws-region",
        ("not an AWS region", "Did you mean 'eu-central-1'"),
    ),
    Case(
        "location-misspelled",
        6,
        "sites.az.region",
        "azure-location",
        ("not an Azure location", "Did you mean 'westeurope'"),
    ),
    Case("location-without-zones", 6, "sites.az.region", "zones", ("has no availability zones", "uksouth")),
    Case(
        "too-many-zones-for-the-region", 5, "sites.aws.zones", "zones", ("has 3 Availability Zones, not 4",)
    ),
    Case("country-unknown", 4, "sites.dc1.country", "country", ("not a country code",)),
    Case("country-lower-case", 4, "sites.dc1.country", "country", ("Did you mean 'DE'",)),
    Case("range-with-host-bits", 5, "sites.aws.cidr", "cidr-host-bits", ("Did you mean '10.1.0.0/16'",)),
    Case("range-is-public", 5, "sites.aws.cidr", "cidr-public", ("not private address space",)),
    Case("range-of-ipv6", 5, "sites.aws.cidr", "cidr", ("not an IPv4 range",)),
    Case("range-without-prefix", 5, "sites.aws.cidr", "cidr", ("not an IPv4 range",)),
    Case("range-too-large", 5, "sites.aws.cidr", "network-size", ("too large for Amazon EKS", "/16 to /24")),
    Case(
        "range-too-small-for-zones",
        5,
        "sites.aws.cidr",
        "zones-do-not-fit",
        ("too small for 4 zones", "/23 or larger"),
    ),
    Case(
        "overlap-of-nodes",
        6,
        "sites.az.cidr",
        "overlap",
        ("overlaps sites.aws.cidr (10.1.0.0/16, line 5)", "is free"),
    ),
    Case(
        "overlap-with-a-default",
        6,
        "sites.az.cidr",
        "overlap",
        ("overlaps sites.dc1.pods (10.128.0.0/14, the default of the openshift site on line 4)",),
    ),
    Case(
        "overlap-of-defaults",
        7,
        "sites.aws2.services",
        "overlap",
        ("172.20.0.0/16 (the default of the eks site on line 7) overlaps sites.aws.services",),
    ),
    Case("overlap-within-a-site", 5, "sites.aws.services", "overlap", ("overlaps sites.aws.cidr",)),
    Case(
        "services-too-small",
        5,
        "sites.aws.services",
        "services-size",
        ("too small for the services of Amazon EKS", "/12 to /24"),
    ),
    Case(
        "services-outside-rfc-1918",
        5,
        "sites.aws.services",
        "services-space",
        ("not address space that Amazon EKS takes",),
    ),
    Case(
        "reserved-by-aks",
        6,
        "sites.az.pods",
        "reserved",
        ("172.31.0.0/16, which Azure Kubernetes Service keeps for itself",),
    ),
    Case(
        "pods-too-small-for-nodes", 6, "sites.az.pods", "pods-do-not-fit", ("pods for 2 nodes", "grow to 4")
    ),
    Case(
        "nodes-do-not-fit",
        6,
        "sites.az.cidr",
        "nodes-do-not-fit",
        (
            "addresses for 123 nodes",
            "grow to 200",
        ),
    ),
    Case("pods-of-kubernetes-unknown", 4, "sites.dc1.pods", "pods-unknown", ("no default",)),
    Case(
        "two-aws-partitions",
        7,
        "sites.gov.region",
        "partition",
        ("partition aws-us-gov", "no credentials work in two"),
    ),
    Case("aws-china", 6, "sites.aws.region", "cloud", ("cn-north-1 is in aws-cn", "aws or aws-us-gov")),
    Case("azure-government", 5, "sites.az.region", "cloud", ("usgovvirginia is in", "AzureCloud")),
    Case(
        "same-context-twice",
        7,
        "sites.dc2.context",
        "same-cluster",
        ("is the cluster of sites.dc1 (line 4) too",),
    ),
    Case(
        "instance-type-misspelled",
        5,
        "sites.aws.nodePools.general.size",
        "instance-type",
        ("not an EC2 instance type", "Did you mean 'm7i.xlarge'"),
    ),
    Case(
        "vm-size-without-standard",
        6,
        "sites.az.nodePools.system.size",
        "vm-size",
        ("not the name of an Azure VM size", "Did you mean 'Standard_D4s_v5'"),
    ),
    Case("system-pool-too-weak", 6, "sites.az.nodePools.system.size", "system-pool", ("too weak",)),
    Case(
        "system-pool-may-vanish",
        6,
        "sites.az.nodePools.system.nodes",
        "system-pool",
        ("below 2 nodes", "`nodes: 2..4`"),
    ),
    Case(
        "no-pool-for-the-system",
        6,
        "sites.az.nodePools",
        "system-pool",
        ("No pool is called system", "`system: {size: Standard_D4s_v5, nodes: 2..4}`"),
    ),
    Case(
        "no-pool-called-system",
        6,
        "sites.az.nodePools",
        "system-pool",
        ("No pool is called system",),
    ),
    Case(
        "system-pool-tainted",
        6,
        "sites.az.nodePools.system.taints",
        "system-pool",
        ("keeps the pods of AKS itself off",),
    ),
    Case(
        "no-pool-for-the-add-ons",
        5,
        "sites.aws.nodePools",
        "addon-nodes",
        ("each is tainted or may be empty", "`general: {size: m7i.xlarge, nodes: 2..4}`"),
    ),
    Case(
        "pool-name-too-long",
        5,
        "sites.frankfurt-production.nodePools.general-purpose-machines",
        "pool-name",
        ("have 44 characters together", "40 characters", "by 4"),
    ),
    Case(
        "pod-security-misspelled",
        5,
        "sites.aws.podSecurity",
        "choice",
        ("'priviledged' is not a choice", "restricted or baseline"),
    ),
    Case(
        "nodes-backwards",
        5,
        "sites.aws.nodePools.general.nodes",
        "nodes",
        ("ends below its beginning", "Did you mean '2..4'"),
    ),
    Case(
        "nodes-too-many", 5, "sites.aws.nodePools.general.nodes", "nodes", ("outside what a pool can have",)
    ),
    Case("nodes-none", 5, "sites.aws.nodePools", "too-few", ("at least 1 entry",)),
    Case(
        "disk-too-small", 5, "sites.aws.nodePools.general.disk", "too-small", ("8 is too small", "30 or more")
    ),
    Case(
        "taint-effect-misspelled",
        5,
        "sites.aws.nodePools.general.taints[0].effect",
        "choice",
        ("Did you mean 'NoSchedule'",),
    ),
    Case(
        "taint-key-misspelled",
        5,
        "sites.aws.nodePools.general.taints[0].efect",
        "unknown-key",
        ("Did you mean 'effect'",),
    ),
    Case("tag-reserved", 2, "tags.aws-cost", "tag-key", ("not a tag that every site can carry",)),
    Case("tag-is-a-number", 2, "tags.cost-centre", "not-text", ("4711 is not text", "in quotes")),
    Case(
        "store-at-no-site",
        10,
        "objectStores.more.site",
        "unknown-site",
        ("no site 'awss'", "Did you mean 'aws'"),
    ),
    Case(
        "log-store-unknown",
        8,
        "objectStores.data.accessLogs",
        "unknown-store",
        ("no object store 'log'", "Did you mean 'logs'"),
    ),
    Case(
        "log-store-at-another-site",
        8,
        "objectStores.data.accessLogs",
        "log-store-elsewhere",
        ("'logs' (line 9) is at az, this store at aws",),
    ),
    Case("log-store-is-itself", 9, "objectStores.logs.accessLogs", "log-cycle", ("circle: logs → logs",)),
    Case(
        "log-cycle", 10, "objectStores.more.accessLogs", "log-cycle", ("circle: data → logs → more → data",)
    ),
    Case(
        "store-named-like-a-site",
        10,
        "objectStores.aws",
        "same-name",
        ("is the name of a site (line 5) too",),
    ),
    Case("duration-without-unit", 9, "objectStores.logs.expireAfter", "duration", ("no unit", "'400d'")),
    Case("duration-in-months", 9, "objectStores.logs.expireAfter", "duration", ("not a duration",)),
    Case("duration-too-long", 9, "objectStores.logs.expireAfter", "duration", ("longer than 100 years",)),
    Case("path-with-dots", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out of the folder",)),
    Case("path-from-the-root", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out of the folder",)),
    Case("path-from-home", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out of the folder",)),
    Case("path-of-windows", 4, "sites.dc1.kubeconfig", "path-escape", ("leads out of the folder",)),
    Case(
        "interpolation",
        4,
        "sites.dc1.context",
        "interpolation",
        ("nothing is filled in", "pulumi config set --secret"),
    ),
    Case("secret-of-aws", 4, "sites.dc1.context", "secret", ("credential stands here (not shown)",)),
    Case("secret-in-a-comment", 2, "", "secret", ("credential stands here (not shown)",)),
    Case("secret-private-key", 3, "tags.key", "secret", ("credential stands here (not shown)",)),
    Case("duplicate-key", 7, "sites.aws", "duplicate-key", ("stands on line 5 already",)),
    Case("anchor", 5, "sites.aws.cidr", "anchor", ("An anchor (`&`)",)),
    Case("alias", 6, "sites.az.cidr", "alias", ("An alias (`*`)",), problems=2),
    Case("merge-key", 9, "objectStores.logs", "merge-key", ("A merge key (`<<`)",), problems=2),
    Case("yaml-bomb", 1, "a", "anchor", ("An anchor (`&`)",), problems=14),
    Case("tag-python-object", 2, "owner.team", "tag", ("A tag (`!`)",)),
    Case("tag-binary", 2, "owner.team", "tag", ("A tag (`!`)",)),
    Case("tag-own", 2, "owner.team", "tag", ("A tag (`!`)",)),
    Case("key-is-a-number", 2, "", "key", ("The key `1` is not text",)),
    Case("key-is-a-list", 2, "", "key", ("as a key",)),
    Case("directive", 2, "", "directive", ("A directive",)),
    Case("two-documents", 7, "", "second-document", ("A second document begins here",), problems=None),
    Case("list-at-the-top", 1, "", "not-a-mapping", ("The file holds a list", "a mapping")),
    Case("text-at-the-top", 1, "", "not-a-mapping", ("The file holds 'platform acme'",)),
    Case("only-comments", 1, "", "not-a-mapping", ("The file holds nothing",)),
    Case("empty", 1, "", "empty", ("This file is empty",)),
    Case("tab", 5, "", "syntax", ("A tab is used for indentation",)),
    Case("quote-not-closed", 10, "", "syntax", ("quote",)),
    Case("bracket-not-closed", 4, "", "syntax", ("bracket or brace",)),
    Case("indentation", 5, "", "syntax", ("This line is not indented like its neighbours",)),
    Case("colon-in-text", 4, "", "syntax", ("A bracket or brace before this is not closed",)),
    Case("escape-unknown", 4, "", "syntax", ("backslash",)),
    Case("escape-impossible", 1, "", "syntax", ("not YAML that can be read",)),
    Case("text-begins-with-at", 4, "", "syntax", ("Text cannot begin with `@`",)),
    Case("half-a-character", 4, "sites.dc1.context", "character", ("half of a character",)),
    Case(
        "git-conflict",
        6,
        "",
        "syntax",
        ("This line is neither `key: value` nor part of the value before it",),
    ),
    Case("html", 2, "", "syntax", ("A key cannot begin here",)),
    Case("json-of-something-else", 1, "name", "unknown-key", ("unknown here",), problems=None),
    *_MADE,
    *corpus_data.CASES,
)
