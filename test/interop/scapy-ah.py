#!/usr/bin/python3
"""AH by scapy: an independent codec. Reads lines of JSON, each an SA and packets, and answers each with one.

Of {"hash", "key", "spi", "tunnel", "sealed": [hex], "clear": [hex], "esp"} it opens what is sealed and seals what is clear,
the first with sequence number 1. "tunnel" is [source, destination] or null; "esp" is an SA within, or absent.
"""
import json
import logging
import socket
import sys
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.inet import IP
from scapy.layers.ipsec import AH, ESP, SecurityAssociation
from scapy.packet import bind_layers, split_layers

HASHES = {
    "md5": "HMAC-MD5-96",
    "sha1": "HMAC-SHA1-96",
    "sha256": "SHA2-256-128",
    "sha384": "SHA2-384-192",
    "sha512": "SHA2-512-256",
}


def association(protocol, asked, tunnel):
    cipher = {"crypt_algo": asked["cipher"], "crypt_key": bytes.fromhex(asked["cipherKey"])} if "cipher" in asked else {}
    return SecurityAssociation(
        protocol,
        spi=asked["spi"],
        seq_num=1,
        auth_algo=HASHES[asked["hash"]],
        auth_key=bytes.fromhex(asked["key"]),
        tunnel_header=IP(src=tunnel[0], dst=tunnel[1], ttl=255, id=7) if tunnel else None,
        **cipher,
    )


def around_esp(work, packet):
    """Where scapy sees ESP it takes the ICV for ESP's: so it does not see it while it works on AH."""
    split_layers(IP, ESP, proto=socket.IPPROTO_ESP)
    try:
        return bytes(work(IP(packet)))
    finally:
        bind_layers(IP, ESP, proto=socket.IPPROTO_ESP)


def answer(asked):
    tunnel, esp = asked["tunnel"], asked.get("esp")
    # ESP makes the tunnel, where there is ESP; AH around it keeps its header.
    outer = association(AH, asked, None if esp else tunnel)
    inner = esp and association(ESP, esp, tunnel)

    def opened(octets):
        packet = around_esp(outer.decrypt, bytes.fromhex(octets))
        return (bytes(inner.decrypt(IP(packet))) if inner else packet).hex()

    def sealed(octets):
        packet = bytes.fromhex(octets)
        return around_esp(outer.encrypt, bytes(inner.encrypt(IP(packet))) if inner else packet).hex()

    return {"opened": [opened(each) for each in asked["sealed"]], "sealed": [sealed(each) for each in asked["clear"]]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
