"""Enough of PostgreSQL's protocol for a small monolith, from Python's standard library alone."""
import base64
import hashlib
import hmac
import os
import socket
import struct
import urllib.parse


class Refused(Exception):
    """What the server has to say against a statement."""


class Connection:
    def __init__(self, url):
        at = urllib.parse.urlsplit(url)
        self.password = urllib.parse.unquote(at.password or "").encode()
        self.socket = socket.create_connection((at.hostname, at.port))
        self.stream = self.socket.makefile("rb")
        names = {"user": urllib.parse.unquote(at.username), "database": at.path[1:], "client_encoding": "UTF8"}
        body = b"".join(f"{name}\0{value}\0".encode() for name, value in names.items()) + b"\0"
        self.socket.sendall(struct.pack("!ii", len(body) + 8, 196608) + body)
        self._authenticate()
        self._until_ready()

    def query(self, sql, *values):
        """Rows as lists of texts, None for NULL."""
        texts = [None if value is None else str(value).encode() for value in values]
        bound = b"".join(struct.pack("!i", -1) if t is None else struct.pack("!i", len(t)) + t for t in texts)
        self.socket.sendall(
            _message(b"P", b"\0" + sql.encode() + b"\0" + struct.pack("!h", 0))
            + _message(b"B", b"\0\0" + struct.pack("!hh", 0, len(texts)) + bound + struct.pack("!h", 0))
            + _message(b"E", b"\0" + struct.pack("!i", 0))
            + _message(b"S", b"")
        )
        return self._until_ready()

    def _until_ready(self):
        rows, refused = [], None
        while True:
            kind, body = self._receive()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                refused = _complaint(body)
            elif kind == b"Z":
                if refused:
                    raise Refused(refused)
                return rows

    def _authenticate(self):
        """SCRAM-SHA-256, as RFC 5802 has it."""
        nonce = base64.b64encode(os.urandom(18)).decode()
        first = f"n=,r={nonce}"
        self._sasl_step(10)
        start = ("n,," + first).encode()
        self.socket.sendall(_message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(start)) + start))
        answer = self._sasl_step(11).decode()
        given = dict(part.split("=", 1) for part in answer.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(given["s"]), int(given["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        last = f"c=biws,r={given['r']}"
        signature = hmac.digest(hashlib.sha256(client_key).digest(), f"{first},{answer},{last}".encode(), "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.socket.sendall(_message(b"p", f"{last},p={base64.b64encode(proof).decode()}".encode()))
        self._sasl_step(12)
        self._sasl_step(0)

    def _sasl_step(self, wanted):
        kind, body = self._receive()
        if kind == b"E":
            raise Refused(_complaint(body))
        (code,) = struct.unpack("!i", body[:4])
        if kind != b"R" or code != wanted:
            raise Refused(f"expected step {wanted} of the authentication, got {kind} {code}")
        return body[4:]

    def _receive(self):
        head = self.stream.read(5)
        if len(head) < 5:
            raise ConnectionError("the server has closed the connection")
        return head[:1], self.stream.read(struct.unpack("!i", head[1:])[0] - 4)


def _message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def _row(body):
    (count,), at, row = struct.unpack("!h", body[:2]), 2, []
    for _ in range(count):
        (length,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        row.append(None if length < 0 else body[at : at + length].decode())
        at += max(0, length)
    return row


def _complaint(body):
    fields = {part[:1]: part[1:].decode() for part in body.split(b"\0") if part}
    return f"{fields.get(b'C')}: {fields.get(b'M')}"
