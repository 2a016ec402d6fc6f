"""Certificates for one control plane, made when it starts and worthless once it is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=30)  # One that is run by hand may stay up for a while.
CLOCKS_DIFFER_BY = timedelta(hours=1)

_USAGES = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])

_MAY_SIGN = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """The one authority that a control plane trusts: for servers, for clients, for service account tokens."""

    def __init__(self, folder: Path) -> None:
        """Make a new authority that keeps its files in ``folder``."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trunkline control plane for tests")])
        builder = (
            self._describe(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_MAY_SIGN, critical=True)
        )
        self.identity = self._write("authority", builder, self._key)

    def issue(
        self, file: str, user: str, *, groups: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> Identity:
        """Issue a certificate that Kubernetes reads as this user in these groups, or as a server there."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                x509.NameAttribute(NameOID.COMMON_NAME, user),
            ]
        )
        builder = self._describe(name, key).add_extension(_USAGES, critical=False)
        if addresses:
            names: list[x509.GeneralName] = [x509.IPAddress(ip_address(each)) for each in addresses]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self._write(file, builder, key)

    def _describe(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCKS_DIFFER_BY)
            .not_valid_after(now + VALID)
            # Python 3.13 and later trust no certificate without these two.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )

    def _write(
        self, file: str, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey
    ) -> Identity:
        written = Identity(self._folder / f"{file}.crt", self._folder / f"{file}.key")
        certificate = builder.sign(self._key, hashes.SHA256())
        written.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        written.key.touch(mode=0o600)
        written.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                # SEC1: what kube-apiserver accepts as a key for service account tokens.
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        return written
