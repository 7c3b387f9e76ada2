#!/usr/bin/python3
"""The other end of ESP SAs, by scapy: an independent codec on a raw socket of protocol 50.

    scapy-esp.py KEYS LOCAL REMOTE PAIR...

KEYS is a file that `skeyid run --keys` wrote; its SAs come in pairs, in the order of PAIR, which is `tunnel:SOURCE:DESTINATION`
or `transport`. For each it sends three echoes, then a packet again, one altered and one too old, and says as a line of JSON
which echoes were answered and which sequence numbers it saw. Then it says "serving", and answers echoes until it is killed.
"""
import csv
import json
import logging
import select
import socket
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.inet import ICMP, IP
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.packet import Raw

CIPHERS = {
    "NULL": "NULL",
    "DES-CBC [RFC2405]": "DES",
    "TripleDES-CBC [RFC2451]": "3DES",
    "AES-CBC [RFC3602]": "AES-CBC",
    "AES-CTR [RFC3686]": "AES-CTR",
    "AES-GCM with 16 octet ICV [RFC4106]": "AES-GCM",
}
AUTHENTICATIONS = {
    "NULL": None,
    "HMAC-MD5-96 [RFC2403]": "HMAC-MD5-96",
    "HMAC-SHA-1-96 [RFC2404]": "HMAC-SHA1-96",
    "HMAC-SHA-256-128 [RFC4868]": "SHA2-256-128",
    "HMAC-SHA-384-192 [RFC4868]": "SHA2-384-192",
    "HMAC-SHA-512-256 [RFC4868]": "SHA2-512-256",
}
ECHO_REPLY, ECHO_REQUEST = 0, 8
# The peer whose place we take has used lower sequence numbers.
FIRST_SEQUENCE_NUMBER = 1000


class Pair:
    """Both directions of one connection."""

    def __init__(self, wire, place, lines):
        mode, *ends = place.split(":")
        self.wire, self.mode = wire, mode
        self.source, self.destination = ends or (wire.local, wire.remote)
        self.inbound, self.outbound = (
            association(next(line for line in lines if line[2] == end), mode) for end in (wire.local, wire.remote)
        )
        self.seen = []

    def echo(self, number):
        return self.packet(ECHO_REQUEST, 77, number, b"an echo of scapy's")

    def packet(self, kind, identifier, number, data):
        header = IP(src=self.source, dst=self.destination, ttl=64)
        return IP(bytes(header / ICMP(type=kind, id=identifier, seq=number) / Raw(data)))

    def protect(self, packet, sequence_number=None):
        return bytes(self.outbound.encrypt(packet, seq_num=sequence_number))

    def open(self, packet):
        """The inner packet; raises where the ICV is wrong."""
        self.seen.append(packet[ESP].seq)
        return IP(bytes(self.inbound.decrypt(packet)))

    def answer(self, inner):
        icmp = inner[ICMP]
        self.wire.send(self.protect(self.packet(ECHO_REPLY, icmp.id, icmp.seq, bytes(icmp.payload))))


class Wire:
    """Whole packets of protocol 50, with our own outer headers."""

    def __init__(self, local, remote):
        self.local, self.remote = local, remote
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ESP)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def send(self, packet):
        self.sender.sendto(packet, (self.remote, 0))

    def receive(self, seconds):
        """None when nothing comes in time."""
        readable, _, _ = select.select([self.receiver], [], [], seconds)
        return IP(self.receiver.recv(65535)) if readable else None


def association(line, mode):
    _, source, destination, spi, cipher, key, authentication, authentication_key = line
    octets = lambda text: bytes.fromhex(text.removeprefix("0x")) or None
    return SecurityAssociation(
        ESP,
        spi=int(spi, 16),
        seq_num=FIRST_SEQUENCE_NUMBER,
        crypt_algo=CIPHERS[cipher],
        crypt_key=octets(key),
        auth_algo=AUTHENTICATIONS[authentication],
        auth_key=octets(authentication_key),
        tunnel_header=IP(src=source, dst=destination) if mode == "tunnel" else None,
    )


def replies(wire, pair, count, seconds):
    """Numbers of the echoes that are answered; waits for so many of them, or so long."""
    numbers, end = [], time.monotonic() + seconds
    while len(numbers) < count and time.monotonic() < end:
        packet = wire.receive(end - time.monotonic())
        if packet is None or packet[ESP].spi != pair.inbound.spi:
            continue
        inner = pair.open(packet)
        if inner[ICMP].type == ECHO_REPLY and bytes(inner[ICMP].payload) == b"an echo of scapy's":
            numbers.append(inner[ICMP].seq)
    return numbers


def ask(wire, pair):
    for number in (1, 2, 3):
        wire.send(pair.protect(pair.echo(number)))
    answered = replies(wire, pair, 3, 60)
    again = pair.protect(pair.echo(4))
    wire.send(again)
    wire.send(again)
    wire.send(altered(pair.protect(pair.echo(5))))
    wire.send(pair.protect(pair.echo(6), sequence_number=FIRST_SEQUENCE_NUMBER - 100))
    wire.send(pair.protect(pair.echo(7)))
    return answered + replies(wire, pair, 2, 60)


def altered(packet):
    return packet[:-1] + bytes([packet[-1] ^ 1])


def main(keys, local, remote, *places):
    with open(keys) as file:
        lines = [line for line in csv.reader(file) if line[0] in ("IPv4", "IPv6")]
    wire = Wire(local, remote)
    pairs = [Pair(wire, place, lines[2 * i : 2 * i + 2]) for i, place in enumerate(places)]
    for pair in pairs:
        answered = ask(wire, pair)
        print(json.dumps({"answered": answered, "seen": pair.seen, "spi": f"{pair.inbound.spi:08x}"}), flush=True)
    print("serving", flush=True)
    by_spi = {pair.inbound.spi: pair for pair in pairs}
    while True:
        packet = wire.receive(60)
        pair = packet and by_spi.get(packet[ESP].spi)
        inner = pair and pair.open(packet)
        if inner and inner[ICMP].type == ECHO_REQUEST:
            pair.answer(inner)


main(*sys.argv[1:])
