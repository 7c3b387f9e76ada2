/** Access lists as filters: order, implicit deny, and what fragments show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadConfiguration } from "../cli/load.ts";
import { compileAccessList } from "../config/compile-access-list.ts";
import { verdict } from "./access-list.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";

fc.configureGlobal({ seed: 2409 });

function listOf(...lines: readonly string[]) {
  const text = lines.map((line) => `access-list 101 ${line}`).join("\n");
  const [settings] = loadConfiguration(
    `ip access-list extended x\n${text}`,
    "test",
  ).configuration.accessLists.slice(1);
  assert.ok(settings !== undefined, "the list is read");
  return compileAccessList(settings);
}

interface Wanted {
  readonly protocol?: number;
  readonly payload?: readonly number[];
  readonly fragmentOffset?: number;
  readonly typeOfService?: number;
}

function packet({
  protocol = 6,
  payload = TCP_SYN,
  fragmentOffset = 0,
  typeOfService = 0,
}: Wanted): Ipv4Packet {
  const fields = {
    source: ipv4("10.1.1.1"),
    destination: ipv4("10.2.2.2"),
    timeToLive: 9,
    identification: 1,
  };
  const bytes = buildIpv4Packet(
    { ...fields, protocol, fragmentOffset, typeOfService },
    Uint8Array.from(payload),
  );
  const parsed = parseIpv4Packet(bytes);
  assert.ok(parsed !== undefined, "a sound packet");
  return parsed;
}

/** From port 1025 to port 80. */
const TCP_SYN = [4, 1, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0, 0, 0, 0, 0];
const TCP_ACK = TCP_SYN.with(13, 0x10);

const DECISIONS: readonly (readonly [lines: readonly string[], Wanted, boolean])[] = [
  [["permit tcp any any eq www"], {}, true],
  [["permit tcp any any neq www"], {}, false],
  [["permit tcp any any neq 81"], {}, true],
  [["permit tcp any gt 1024 any"], {}, true],
  [["permit udp any any"], {}, false],
  [["permit tcp any any established"], {}, false],
  [["permit tcp any any established"], { payload: TCP_ACK }, true],
  [["permit icmp any any echo"], { protocol: 1, payload: [8, 0, 0, 0] }, true],
  [["permit icmp any any echo-reply"], { protocol: 1, payload: [8, 0, 0, 0] }, false],
  [["permit icmp any any packet-too-big"], { protocol: 1, payload: [3, 4, 0, 0] }, true],
  [["permit icmp any any host-unreachable"], { protocol: 1, payload: [3, 4, 0, 0] }, false],
  [["permit ip any any precedence 6"], { typeOfService: 0xc0 }, true],
  [["permit ip any any tos 4"], { typeOfService: 0x08 }, true],
  [["permit ip any any dscp ef"], { typeOfService: 0xb8 }, true],
  [["permit ip any any dscp af21"], { typeOfService: 0xb8 }, false],
  [["deny ip host 10.1.1.1 any", "permit ip any any"], {}, false],
  // A later fragment shows no ports.
  [["permit tcp any any eq telnet"], { fragmentOffset: 8 }, true],
  [["deny tcp any any eq www", "permit ip any any"], { fragmentOffset: 8 }, true],
  [["deny ip any any fragments", "permit ip any any"], { fragmentOffset: 8 }, false],
  [["deny ip any any fragments", "permit ip any any"], {}, true],
];

for (const [lines, wanted, permitted] of DECISIONS)
  test(`${lines.join(", ")}: ${JSON.stringify(wanted)} is ${permitted ? "permitted" : "denied"}`, () => {
    assert.equal(verdict(listOf(...lines), packet(wanted)).permitted, permitted);
  });

test("the first line that matches decides; none denies; no lines permit", () => {
  assert.equal(verdict({ name: "empty", lines: [] }, packet({})).permitted, true);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1 }), (drawn) => {
      const lines = drawn.map(
        ([permits, matches], i) =>
          `${permits ? "permit" : "deny"} ip ${matches ? "host 10.1.1.1" : "host 10.9.9.9"} 10.0.0.0 ${i + 1}.255.255.255`,
      );
      const first = drawn.find(([, matches]) => matches);
      const { permitted } = verdict(listOf(...lines), packet({}));
      assert.equal(permitted, first?.[0] ?? false);
    }),
  );
});
