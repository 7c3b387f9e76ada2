import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, hex, utf8 } from "../base/octets.ts";
import type { ReadField } from "../base/reader.ts";
import { basicAttribute, type Payload, variableAttribute } from "../isakmp/payload.ts";
import { decodePayloads, encodePayloads } from "../isakmp/payload-chain.ts";
import { type DissectionNode, partsOf } from "./dissection.ts";
import { distinguishedName } from "./distinguished-name.ts";
import { innerPacketText } from "./inner-packet.ts";
import { meaningOf } from "./payload-meaning.ts";

/** What is said of a payload, its own parts indented below it. */
function told(payload: Payload, senderCookie?: Uint8Array): string {
  const fields: ReadField[] = [];
  const { firstType, bytes } = encodePayloads([payload]);
  decodePayloads(firstType, bytes, { record: (field) => fields.push(field) });
  const text = (
    { name, value, octets, note, isFraming, children }: DissectionNode,
    indent: string,
  ): string =>
    isFraming
      ? ""
      : `${indent}${[name, value ?? octets, note].filter((word) => word !== undefined).join(" ")}\n${children.map((child) => text(child, `${indent} `)).join("")}`;
  return meaningOf(partsOf(fields), { senderCookie, notes: new Map() })
    .map((node) => text(node, ""))
    .join("")
    .trimEnd();
}

const none = new Uint8Array(0);
const doi = 1;

function id(idType: number, data: Uint8Array, protocolId = 0, port = 0): Payload {
  return { kind: "ID", idType, protocolId, port, data };
}

function notify(notifyType: number, protocolId: number, spi: Uint8Array, data: Uint8Array): Payload {
  return { kind: "NOTIFY", doi, protocolId, spi, notifyType, data };
}

const DN = fromHex("3023 310b3009060355040613025553 3114301206035504030c0b726f757465720a6e616d65");

const TOLD: readonly (readonly [Payload, string])[] = [
  [id(1, fromHex("0a000001"), 17, 500), "ID ID_IPV4_ADDR 10.0.0.1, UDP port 500"],
  [id(1, fromHex("0a000001"), 0, 500), "ID ID_IPV4_ADDR 10.0.0.1, port 500"],
  [id(4, fromHex("0a010100ffffff00"), 6), "ID ID_IPV4_ADDR_SUBNET 10.1.1.0/255.255.255.0, TCP"],
  [id(7, fromHex("0a0101010a010109")), "ID ID_IPV4_ADDR_RANGE 10.1.1.1 to 10.1.1.9"],
  [id(5, fromHex("20010db8000000000000000000000001")), "ID ID_IPV6_ADDR 2001:db8::1"],
  [
    id(6, fromHex(`20010db8${"00".repeat(12)}ffffffffff${"00".repeat(11)}`)),
    "ID ID_IPV6_ADDR_SUBNET 2001:db8::/40",
  ],
  [id(2, utf8('router"1')), 'ID ID_FQDN "router\\"1"'],
  [id(11, utf8("group\n")), `ID ID_KEY_ID ${hex(utf8("group\n"))}`],
  [id(9, DN), "ID ID_DER_ASN1_DN C=US, CN=router\\x0aname"],
  [id(99, fromHex("ff")), "ID unknown (99) ff"],
  [notify(24578, 1, fromHex("aabb"), none), "N INITIAL-CONTACT, PROTO_ISAKMP, SPI aabb"],
  [notify(36136, 1, none, fromHex("00000102")), "N R-U-THERE, PROTO_ISAKMP, sequence number 258"],
  [
    notify(24576, 3, fromHex("00000100"), fromHex("80010002 00020004 00465000")),
    "N RESPONDER-LIFETIME, PROTO_IPSEC_ESP, SPI 00000100, SA Life Type kilobytes, SA Life Duration 4608000",
  ],
  [
    notify(24576, 1, none, fromHex("800b0001 800c012c")),
    "N RESPONDER-LIFETIME, PROTO_ISAKMP, Life Type seconds, Life Duration 300",
  ],
  [notify(24576, 1, none, fromHex("800b")), "N RESPONDER-LIFETIME, PROTO_ISAKMP, data 800b"],
  [notify(14, 3, none, fromHex("00ff")), "N NO-PROPOSAL-CHOSEN, PROTO_IPSEC_ESP, data 00ff"],
  [
    { kind: "DELETE", doi, protocolId: 3, spiSize: 4, spis: [fromHex("00000100"), fromHex("00000200")] },
    "D PROTO_IPSEC_ESP, SPI 00000100 00000200",
  ],
  [{ kind: "CERT", encoding: 4, data: fromHex("3000") }, "CERT X.509 Certificate - Signature, 2 octets"],
  [{ kind: "CERTREQ", certificateType: 4, authority: none }, "CR X.509 Certificate - Signature, 0 octets"],
  [{ kind: "VID", vendorId: fromHex("12f5f28c457168a9702d9fe274cc0100") }, "VID CISCO-UNITY version 1.0"],
  [
    { kind: "VID", vendorId: fromHex("4048b7d56ebce88525e7de7f00d6c2d3c0000000") },
    "VID FRAGMENTATION c0000000",
  ],
  [{ kind: "VID", vendorId: utf8("my own") }, 'VID unknown "my own"'],
  [{ kind: "VID", vendorId: fromHex("ff00") }, "VID ff00 unknown vendor"],
  [
    { kind: "NAT-OA", payloadType: 21, idType: 1, address: fromHex("0a000001") },
    "NAT-OA ID_IPV4_ADDR 10.0.0.1",
  ],
  [
    { kind: "FRAGMENT", fragmentId: 3, number: 2, isLast: true, data: fromHex("aabb") },
    "FRAGMENT fragment 2 of message 3, the last, 2 octets",
  ],
  [{ kind: "unknown", payloadType: 200, body: fromHex("aabb") }, "payload200 aabb"],
  [
    {
      kind: "ATTRIBUTES",
      configType: 3,
      identifier: 7,
      attributes: [
        variableAttribute(1, fromHex("0a000001")),
        variableAttribute(3, fromHex("0a0000010a000002")),
        variableAttribute(16522, utf8("cisco")),
        basicAttribute(16527, 1),
        variableAttribute(28672, utf8("hello\nyou")),
        variableAttribute(28676, fromHex(`0a010000ffff0000${"00".repeat(6)}`)),
        variableAttribute(5, 86400),
        variableAttribute(9999, none),
      ],
    },
    [
      "ATTRIBUTES ISAKMP_CFG_SET, identifier 7",
      " INTERNAL_IP4_ADDRESS 10.0.0.1",
      " INTERNAL_IP4_DNS 10.0.0.1 10.0.0.2",
      " XAUTH-USER-PASSWORD (not shown, 5 octets)",
      " XAUTH-STATUS 1",
      ' UNITY_BANNER "hello\\x0ayou"',
      " UNITY_SPLIT_INCLUDE 10.1.0.0/255.255.0.0",
      " INTERNAL_ADDRESS_EXPIRY 86400 s",
      " unknown (9999) (empty)",
    ].join("\n"),
  ],
  [
    {
      kind: "SA",
      doi,
      situation: 1,
      proposals: [
        {
          number: 1,
          protocolId: 3,
          spi: fromHex("00000100"),
          transforms: [
            {
              number: 1,
              id: 12,
              attributes: [
                basicAttribute(4, 61443),
                basicAttribute(5, 2),
                basicAttribute(6, 256),
                variableAttribute(2, 4608000),
                variableAttribute(100, fromHex("00ff00ff00ff00")),
              ],
            },
          ],
        },
      ],
    },
    [
      "SA",
      " domain of interpretation IPSEC",
      " situation SIT_IDENTITY_ONLY",
      " proposal 1 PROTO_IPSEC_ESP, SPI 00000100",
      "  transform 1 ESP_AES-CBC",
      "   Encapsulation Mode UDP-Encapsulated-Tunnel (draft)",
      "   Authentication Algorithm HMAC-SHA",
      "   Key Length 256",
      "   SA Life Duration 4608000",
      "   unknown (100) 00ff00ff00ff00",
    ].join("\n"),
  ],
];

for (const [payload, text] of TOLD) {
  test(`told of a payload: ${text.split("\n", 1)[0]}`, () => {
    assert.equal(told(payload), text);
  });
}

test("IOS's vendor id is recognised by the cookie of whoever sends it", () => {
  const vendorId = fromHex("d9634c7a438dfda970f20bcb0c1ac1c7");
  assert.equal(told({ kind: "VID", vendorId }, fromHex("2ca4eb67438cfda9")), "VID Cisco IOS");
  assert.equal(
    told({ kind: "VID", vendorId }, fromHex("2ca4eb67438cfda8")),
    `VID ${hex(vendorId)} unknown vendor`,
  );
});

test("a name that is no distinguished name is not taken for one", () => {
  for (let length = 1; length < DN.length; length++)
    assert.equal(distinguishedName(DN.slice(0, length)), undefined);
  assert.equal(distinguishedName(Uint8Array.of(...DN, 0)), undefined);
});

const IPV4 = "4500 %L 0000 0000 40 %P 0000 0a010101 0a010201";

function packet(protocol: string, payload: string): Uint8Array {
  const length = (20 + payload.replaceAll(" ", "").length / 2).toString(16).padStart(4, "0");
  return fromHex(IPV4.replace("%L", length).replace("%P", protocol) + payload);
}

const INNER: readonly (readonly [number, Uint8Array, string])[] = [
  [4, packet("01", "0800 0000 0007 0002"), "10.1.1.1 > 10.1.2.1  ICMP echo request id 7 seq 2, 28 octets"],
  [4, packet("01", "0304 0000"), "10.1.1.1 > 10.1.2.1  ICMP type 3 code 4, 24 octets"],
  [4, packet("06", "0016 c000"), "10.1.1.1 > 10.1.2.1  TCP 22 > 49152, 24 octets"],
  [4, packet("11", "0035 c000"), "10.1.1.1 > 10.1.2.1  UDP 53 > 49152, 24 octets"],
  [4, packet("2f", ""), "10.1.1.1 > 10.1.2.1  GRE, 20 octets"],
  [4, fromHex("4500"), "protocol 4, 2 octets, malformed: needs 2 bytes, 0 left at ip.totalLength (offset 2)"],
  [17, fromHex("06a5 06a5"), "UDP 1701 > 1701, 4 octets"],
  [59, fromHex("0000"), "dummy packet, 2 octets"],
  [115, none, "L2TP, 0 octets"],
];

for (const [nextHeader, octets, text] of INNER) {
  test(`told of the packet inside ESP: ${text}`, () => {
    assert.equal(innerPacketText(nextHeader, octets), text);
  });
}
