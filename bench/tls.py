"""TLS in front of a server on this machine, so that the functions pay for it as they do on AWS.

Real AWS ends a connection per service; here all services share one address, so that a process opens fewer connections
than on AWS. What is encrypted and decrypted is the same.
"""

import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CHUNK = 65536


def certificate(directory: Path) -> tuple[Path, Path, Path]:
    """An authority, a certificate that it signed for 127.0.0.1, and that one's key, as files.

    Why two: rustls takes no authority's certificate for a server's.
    """
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("bench", "127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)

    def builder(subject: x509.Name, public_key: ec.EllipticCurvePublicKey, is_authority: bool) -> Any:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )

    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    root = builder(root_name, root_key.public_key(), True).sign(root_key, hashes.SHA256())
    leaf = builder(name, key.public_key(), False).add_extension(address, critical=False)
    signed = leaf.sign(root_key, hashes.SHA256())
    authority, chain, private = directory / "authority.pem", directory / "tls.pem", directory / "tls.key"
    authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return authority, chain, private


class TlsFront:
    """Listens with TLS on 127.0.0.1, and hands everything on to a port without."""

    def __init__(self, port: int, directory: Path) -> None:
        self.authority, chain, key = certificate(directory)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain, key)
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.endpoint = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            client = self._context.wrap_socket(plain, server_side=True)
            server = socket.create_connection(("127.0.0.1", self._port))
        except (OSError, ssl.SSLError):
            plain.close()
            return
        self.connections += 1
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        _pump(client, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Hands on until one side ends; HTTP asks and answers in turns, so that each direction waits for the other."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except (OSError, ssl.SSLError, ValueError):
        pass
    finally:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
