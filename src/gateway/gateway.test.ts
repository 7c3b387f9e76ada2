/** The gateway between IKE and IPsec: what one wants of the other arrives, and in the right order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CaseStudy, HOST_2 } from "../../test/simulation/case-study.ts";
import { A, B } from "../../test/support/ike-pair.ts";
import { MisuseError } from "../base/errors.ts";
import { milliseconds } from "../base/time.ts";
import type { PingOptions } from "../cli/services.ts";
import { NO_ADMISSION_LIMITS, NO_RSA } from "../ike/policy.ts";
import { ipv4 } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { Gateway } from "./gateway.ts";

const PING: PingOptions = {
  destination: HOST_2,
  source: undefined,
  repeat: 5,
  size: 100,
  timeoutSeconds: 2,
  typeOfService: 0,
  dontFragment: false,
  validate: false,
  pattern: 0xabcd,
  sweep: undefined,
};

function ping(study: CaseStudy, options: Partial<PingOptions> = {}): string {
  let marks = "";
  study.hosts.A.ping(
    { ...PING, ...options },
    {
      onMark: (mark) => {
        marks += mark;
      },
      onDone: () => {},
    },
  );
  study.runUntilSecond(study.now / 1000 + 30);
  return marks;
}

test("the packet that calls for an SA is lost, the others pass, as on IOS", () => {
  assert.equal(ping(new CaseStudy({ seed: 1, transit: {} })), ".!!!!");
});

test("a gateway that holds packets loses none", () => {
  assert.equal(ping(new CaseStudy({ seed: 1, transit: {}, holdPackets: true })), "!!!!!");
});

test("a held packet leaves after the message that completes the negotiation", () => {
  const study = new CaseStudy({ seed: 1, transit: {}, holdPackets: true });
  ping(study, { repeat: 1 });
  const fromA = study.onTransit.filter(({ from }) => from.startsWith("Initiator"));
  const protocols = fromA.map(({ bytes }) => parseIpv4Packet(bytes)?.protocol);
  assert.deepEqual(protocols, [
    PROTOCOL.UDP,
    PROTOCOL.UDP,
    PROTOCOL.UDP,
    PROTOCOL.UDP,
    PROTOCOL.UDP,
    PROTOCOL.ESP,
  ]);
});

test("a responder tells of its pair when it is complete, inbound first", () => {
  const study = new CaseStudy({ seed: 1, transit: {} });
  ping(study);
  const told = study.events
    .filter(({ router }) => router === "Responder")
    .flatMap(({ event }) =>
      event.kind === "sa-installed"
        ? [event.direction]
        : event.kind === "ipsec-sas-created"
          ? ["created"]
          : [],
    );
  assert.deepEqual(told, ["created", "inbound", "outbound"]);
});

test("clear crypto sa takes the pair down at both ends, and the next packet brings a new one", () => {
  const study = new CaseStudy({ seed: 1, transit: {} });
  ping(study);
  study.routers.A.request({ kind: "clear-ipsec-sas", peer: undefined });
  study.runUntilSecond(study.now / 1000 + 1);
  for (const router of [study.routers.A, study.routers.B])
    assert.deepEqual(
      router.view().ipsec.flows.map((flow) => flow.inbound.length + flow.outbound.length),
      [0],
    );
  assert.equal(ping(study), ".!!!!");
});

test("shutting down deletes everything at the peer", () => {
  const study = new CaseStudy({ seed: 1, transit: {} });
  ping(study);
  study.routers.A.request({ kind: "shut-down" });
  study.runUntilSecond(study.now / 1000 + 1);
  const { ike, ipsec } = study.routers.B.view();
  assert.equal(ike.isakmpSas.length, 0);
  assert.deepEqual(
    ipsec.flows.map((flow) => flow.inbound.length + flow.outbound.length),
    [0],
  );
});

test("a packet in clear that should have been protected does not pass, and is told", () => {
  const study = new CaseStudy({ seed: 1, transit: {} });
  ping(study);
  const clear = study.onTransit.find(({ bytes }) => parseIpv4Packet(bytes)?.protocol === PROTOCOL.ESP);
  assert.ok(clear);
  const events = study.events.length;
  const attacker = {
    name: "attacker",
    address: ipv4("172.16.172.66"),
    answersFor: () => false,
    receive: () => {},
  };
  study.transit.attach(attacker);
  const forged = clear.bytes.slice();
  forged.set([10, 1, 1, 100, 10, 1, 2, 100], 12);
  forged[9] = PROTOCOL.UDP;
  study.transit.transmit(attacker, B, withChecksum(forged));
  study.runUntilSecond(study.now / 1000 + 1);
  const dropped = study.events
    .slice(events)
    .flatMap(({ event }) => (event.kind === "packet-dropped" ? [event.reason] : []));
  assert.deepEqual(dropped, ["not protected"]);
});

function withChecksum(packet: Uint8Array): Uint8Array {
  const bytes = packet.slice();
  bytes[10] = 0;
  bytes[11] = 0;
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  sum = (sum & 0xffff) + (sum >>> 16);
  const checksum = ~(sum + (sum >>> 16)) & 0xffff;
  bytes[10] = checksum >>> 8;
  bytes[11] = checksum & 0xff;
  return bytes;
}

test("a gateway that is given an input while it handles another says so", () => {
  const study = new CaseStudy({ seed: 1, transit: { delay: milliseconds(1) } });
  assert.equal(study.routers.A.view().ike.isakmpSas.length, 0);
  let inner: unknown;
  const gateway: Gateway = new Gateway({
    policy: { ike: emptyPolicy(), ipsec: { interfaces: [] } },
    random: {
      bytes(_purpose, length) {
        try {
          gateway.handle(study.now, { kind: "wake" });
        } catch (error) {
          inner = error;
        }
        return new Uint8Array(length).fill(7);
      },
    },
    holdPackets: false,
    exportKeys: false,
  });
  gateway.handle(study.now, {
    kind: "datagram",
    local: { address: A, port: 500 },
    remote: { address: ipv4("192.0.2.1"), port: 500 },
    bytes: FIRST_MESSAGE,
  });
  assert.ok(inner instanceof MisuseError);
});

function emptyPolicy() {
  return {
    enabled: true,
    protectionSuites: [],
    preSharedKeys: [],
    identity: "address",
    hostname: "x",
    hosts: new Map(),
    connections: [],
    aggressiveMode: true,
    deadPeerDetection: undefined,
    fragmentation: false,
    invalidSpiRecovery: false,
    aggressivePeers: [],
    natTransparency: true,
    natKeepaliveSeconds: 20,
    admission: NO_ADMISSION_LIMITS,
    rsa: NO_RSA,
  } as const;
}

/** An SA payload with one transform that nobody accepts: enough to draw a cookie. */
const FIRST_MESSAGE = Uint8Array.from([
  1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0, 28, 0, 0,
  0, 1, 0, 0, 0, 1, 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 1, 0, 0,
]);
