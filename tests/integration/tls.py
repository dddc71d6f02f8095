"""An authority for certificates that lives as long as the tests, and servers that it vouches for."""

import datetime as dt
import ipaddress
import socket
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.sockets import Server

_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_UNTIL, _LONG_AGO = dt.datetime(2120, 1, 1, tzinfo=dt.UTC), dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


@dataclass
class TlsServer(Server):
    """A server that has a certificate for these names, and notes which one it is asked for."""

    names: tuple[str, ...] = ("pictures.test",)
    asked_for: list[str | None] = field(default_factory=list)
    expired: bool = False

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, suppress(OSError):
            context = server_context(self.names, self.asked_for.append, until=_LONG_AGO if self.expired else _UNTIL)
            super()._serve(context.wrap_socket(connection, server_side=True))


@cache
def trusting() -> ssl.SSLContext:
    """What a client has that trusts the authority and nobody else."""
    return ssl.create_default_context(cadata=_authority()[1].public_bytes(serialization.Encoding.PEM).decode())


def server_context(
    names: tuple[str, ...], asked: Callable[[str | None], None], *, until: dt.datetime = _UNTIL
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(_certificate(names, until))
        context.load_cert_chain(file.name)
    context.sni_callback = lambda _, name, __: asked(name)
    return context


@cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _named("authority", key.public_key(), "authority")
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = certificate.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return key, certificate.add_extension(own, critical=False).sign(key, hashes.SHA256())


@cache
def _certificate(names: tuple[str, ...], until: dt.datetime) -> bytes:
    """Key and certificate in one, as OpenSSL reads them."""
    authority, _ = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    builder = _named("server", key.public_key(), "authority", until).add_extension(alternatives, critical=False)
    certificate = builder.add_extension(issuer, critical=False).sign(authority, hashes.SHA256())
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain + certificate.public_bytes(serialization.Encoding.PEM)


def _named(subject: str, key: Any, issuer: str, until: dt.datetime = _UNTIL) -> x509.CertificateBuilder:
    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])  # noqa: E731
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(_FROM).not_valid_after(until)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
