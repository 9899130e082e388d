"""TLS: certificates and options of encrypted connections."""

from __future__ import annotations

from pyredis_server.config.choices import CertificateUser, ClientCertificates
from pyredis_server.config.directive import Directive, directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import Boolean, Choice, Integer, Text

TITLE = "TLS"


def _path(name: str, doc: str) -> Directive[bytes]:
    # Files may have new content under the same name, so setting the same name loads them again.
    return directive(name, Text(unset_if_empty=True), default=b"", apply=Hook.TLS, always_apply=True, doc=doc)


def _word(name: str, doc: str, *, sensitive: bool = False) -> Directive[bytes]:
    return directive(name, Text(unset_if_empty=True), default=b"", apply=Hook.TLS, sensitive=sensitive, doc=doc)


TLS_PORT = directive(
    "tls-port", Integer(0, 65535), default=0, apply=Hook.LISTENERS,
    doc="TCP port for TLS; 0 opens none. Set port to 0 to serve TLS only.")
TLS_CERT_FILE = _path("tls-cert-file", "The server's certificate chain, PEM.")
TLS_KEY_FILE = _path("tls-key-file", "The private key of the server's certificate, PEM.")
TLS_KEY_FILE_PASS = _word("tls-key-file-pass", "Password of that key, if it is encrypted.", sensitive=True)
TLS_CLIENT_CERT_FILE = _path(
    "tls-client-cert-file",
    "A certificate of its own for connections to other servers; otherwise tls-cert-file serves both.")
TLS_CLIENT_KEY_FILE = _path("tls-client-key-file", "The private key of tls-client-cert-file.")
TLS_CLIENT_KEY_FILE_PASS = _word(
    "tls-client-key-file-pass",
    "Password of that key, if it is encrypted.", sensitive=True)
TLS_DH_PARAMS_FILE = _path("tls-dh-params-file", "Diffie-Hellman parameters for old clients; new ones need none.")
TLS_CA_CERT_FILE = _path("tls-ca-cert-file", "Certificates that peers are checked against, in one file.")
TLS_CA_CERT_DIR = _path("tls-ca-cert-dir", "The same as a directory with hashed names.")
TLS_AUTH_CLIENTS = directive(
    "tls-auth-clients", Choice(ClientCertificates), default=ClientCertificates.YES, apply=Hook.TLS,
    doc="Whether clients must show a certificate: yes, no, or optional (checked if shown).")
TLS_AUTH_CLIENTS_USER = directive(
    "tls-auth-clients-user", Choice(CertificateUser), default=CertificateUser.OFF, apply=Hook.TLS,
    doc="CN signs a client in as the ACL user that the common name of its certificate names; off does not.")
TLS_EXPECTED_PEER_NAME = _word(
    "tls-expected-peer-name",
    "Names, separated by spaces, one of which the certificate of another server must carry.")
TLS_REPLICATION = directive(
    "tls-replication", Boolean(), default=False, apply=Hook.TLS, doc="Connect to the primary with TLS.")
TLS_CLUSTER = directive(
    "tls-cluster", Boolean(), default=False, apply=Hook.TLS, doc="Use TLS between the nodes of the cluster.")
TLS_PROTOCOLS = _word("tls-protocols",
    'Versions to speak, as "TLSv1.2 TLSv1.3", which is also what an empty value means.')
TLS_CIPHERS = _word("tls-ciphers", "Ciphers for TLS 1.2 in OpenSSL's notation; empty leaves the choice to OpenSSL.")
TLS_CIPHERSUITES = _word(
    "tls-ciphersuites",
    "Cipher suites for TLS 1.3. Python's ssl module cannot choose them before 3.15: kept, used if it can.")
TLS_PREFER_SERVER_CIPHERS = directive(
    "tls-prefer-server-ciphers", Boolean(), default=False, apply=Hook.TLS,
    doc="Let the server's order of ciphers decide instead of the client's.")
TLS_SESSION_CACHING = directive(
    "tls-session-caching", Boolean(), default=True, apply=Hook.TLS, doc="Let clients resume their sessions.")
TLS_SESSION_CACHE_SIZE = directive(
    "tls-session-cache-size", Integer(), default=20480, apply=Hook.TLS, doc="Sessions to remember; 0 means no limit.")
TLS_SESSION_CACHE_TIMEOUT = directive(
    "tls-session-cache-timeout", Integer(), default=300, apply=Hook.TLS,
    doc="Seconds for which a session can be resumed.")
