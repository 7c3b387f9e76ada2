import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { buildIcmp, type IcmpMessage, icmpErrorAbout } from "./icmp.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Fields, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";
import { readTooBig } from "./too-big.ts";

fc.configureGlobal({ seed: 2409 });

const ROUTER = ipv4("172.16.172.1");

describe("a packet that was too big", () => {
  it("is read as what our own routers say of it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 69, max: 1500 }),
        fc.integer({ min: 0, max: 40 }),
        (length, optionWords) => {
          const options = new Uint8Array((optionWords & 3) * 4).fill(1);
          const offending = packet({ dontFragment: true, options }, length);
          const told = icmpErrorAbout(
            offending,
            { kind: "destination-unreachable", code: 4, nextHopMtu: 68 },
            ROUTER,
            7,
          );
          assert.deepEqual(readTooBig(parsed(told)), {
            reporter: ROUTER,
            source: offending.source,
            destination: offending.destination,
            protocol: 50,
            quotedPayload: offending.payload.slice(0, 8),
            mtu: 68,
          });
        },
      ),
    );
  });

  const withoutMtu: readonly [length: number, mtu: number][] = [
    [1500, 1492],
    [1492, 1006],
    [65_535, 32_000],
    [600, 508],
    [69, 68],
  ];
  for (const [length, mtu] of withoutMtu)
    it(`of ${length} octets leaves ${mtu} where an old router names no MTU`, () => {
      assert.equal(readTooBig(about(packet({ dontFragment: true }, length), 0))?.mtu, mtu);
    });

  const contradictions: readonly [string, Ipv4Packet][] = [
    ["a packet that might have been cut", about(packet({}, 1500), 1400)],
    ["a packet that would have fit", about(packet({ dontFragment: true }, 1400), 1400)],
    ["a packet that no plateau is below", about(packet({ dontFragment: true }, 68), 0)],
    [
      "no packet",
      carried({ kind: "destination-unreachable", code: 4, nextHopMtu: 1400, quoted: new Uint8Array(28) }),
    ],
    [
      "a header that is cut off",
      carried({
        kind: "destination-unreachable",
        code: 4,
        nextHopMtu: 1400,
        quoted: packet({ dontFragment: true }, 1500).bytes.slice(0, 19),
      }),
    ],
    [
      "another reason",
      carried({
        kind: "destination-unreachable",
        code: 1,
        nextHopMtu: 0,
        quoted: packet({ dontFragment: true }, 1500).bytes.slice(0, 28),
      }),
    ],
  ];
  for (const [what, message] of contradictions)
    it(`is not read from a message about ${what}`, () => assert.equal(readTooBig(message), undefined));

  it("is read from any octets or not, but without harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(0xffff), (quoted, nextHopMtu) => {
        readTooBig(carried({ kind: "destination-unreachable", code: 4, nextHopMtu, quoted }));
      }),
    );
  });
});

function packet(fields: Partial<Ipv4Fields>, length: number): Ipv4Packet {
  const usual = { source: ipv4("172.16.172.10"), destination: ipv4("172.16.172.20"), protocol: 50 };
  const header = { ...usual, timeToLive: 255, identification: 1, ...fields };
  const room = length - 20 - (fields.options?.length ?? 0);
  return parsed(buildIpv4Packet(header, new Uint8Array(Math.max(room, 8)).fill(3)));
}

function about(offending: Ipv4Packet, nextHopMtu: number): Ipv4Packet {
  const quoted = offending.bytes.slice(0, offending.headerLength + 8);
  return carried({ kind: "destination-unreachable", code: 4, nextHopMtu, quoted });
}

function carried(message: IcmpMessage): Ipv4Packet {
  const ends = { source: ROUTER, destination: ipv4("172.16.172.10"), protocol: 1 };
  return parsed(buildIpv4Packet({ ...ends, timeToLive: 255, identification: 2 }, buildIcmp(message)));
}

function parsed(bytes: Uint8Array | undefined): Ipv4Packet {
  const whole = bytes && parseIpv4Packet(bytes);
  assert.ok(whole, "it is an IPv4 packet");
  return whole;
}
