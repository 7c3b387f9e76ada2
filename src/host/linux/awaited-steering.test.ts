import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TemporaryFlow } from "../../ipsec/temporary-flows.ts";
import { type IpAddress, ipv4 } from "../../net/ip-address.ts";
import { buildIpv4Packet } from "../../net/ipv4-packet.ts";
import { ANY_PORT, host } from "../../net/selector.ts";
import { AwaitedSteering, withHeld } from "./awaited-steering.ts";

const OURS = ipv4("10.1.0.1");

describe("decrypted packets of a flow without steering rules", () => {
  it("wait until the rules are there, and come in their order; others pass", () => {
    const { flows, awaited, passed, receive } = bench();
    flows.push(flowWith("10.2.0.1"));
    awaited.changed();
    receive("10.2.0.1");
    receive("10.9.0.1");
    receive("10.2.0.1");
    assert.deepEqual(passed, ["10.9.0.1"]);
    const late = awaited.steered([...flows]);
    assert.deepEqual(
      late.map(({ bytes }) => sourceOf(bytes)),
      ["10.2.0.1", "10.2.0.1"],
    );
    receive("10.2.0.1");
    assert.deepEqual(passed, ["10.9.0.1", "10.2.0.1"]);
  });

  it("wait on where the rules that came are for others", () => {
    const { flows, awaited, passed, receive } = bench();
    const first = flowWith("10.2.0.1");
    flows.push(first, flowWith("10.2.0.2"));
    awaited.changed();
    receive("10.2.0.2");
    receive("10.2.0.1");
    assert.deepEqual(
      awaited.steered([first]).map(({ bytes }) => sourceOf(bytes)),
      ["10.2.0.1"],
    );
    assert.deepEqual(
      awaited.steered(flows).map(({ bytes }) => sourceOf(bytes)),
      ["10.2.0.2"],
    );
    assert.deepEqual(passed, []);
  });

  it("wait in copies, and not without end", () => {
    const { flows, awaited, receive } = bench();
    flows.push(flowWith("10.2.0.1"));
    awaited.changed();
    for (let i = 0; i < 600; i++) receive("10.2.0.1").fill(0);
    const late = awaited.steered(flows);
    assert.equal(late.length, 512);
    assert.ok(
      late.every(({ bytes }) => sourceOf(bytes) === "10.2.0.1"),
      "the octets were lent",
    );
  });

  it("that were joined from several wait as they are", () => {
    const { flows, awaited } = bench();
    flows.push(flowWith("10.2.0.1"));
    awaited.changed();
    const joined = { ...received("10.2.0.1"), segmentLength: 100 };
    assert.ok(awaited.holds(joined), "its rules are not there");
    assert.deepEqual(awaited.steered([...flows]), [joined]);
  });

  it("are looked for once after SAs have changed, and never where no map is dynamic", () => {
    let looks = 0;
    const awaited = new AwaitedSteering(() => {
      looks++;
      return [];
    });
    awaited.changed();
    awaited.holds(received("10.2.0.1"));
    assert.equal(looks, 0);
    awaited.setPolicy(dynamicPolicy());
    for (let i = 0; i < 3; i++) awaited.holds(received("10.2.0.1"));
    assert.equal(looks, 1);
  });
});

function bench() {
  const flows: TemporaryFlow[] = [];
  const passed: string[] = [];
  const awaited = new AwaitedSteering(() => flows);
  awaited.setPolicy(dynamicPolicy());
  const port = withHeld(
    {
      sendDatagram() {},
      transmit() {},
      receive: ({ bytes }) => passed.push(sourceOf(bytes)),
      flush() {},
    },
    awaited,
  );
  const receive = (source: string): Uint8Array => {
    const effect = received(source);
    port.receive(effect);
    return effect.bytes;
  };
  return { flows, passed, awaited, receive };
}

function received(source: string) {
  const bytes = packetFrom(source);
  return { kind: "receive", interfaceName: "Ethernet0", bytes, wasProtected: true } as const;
}

function flowWith(remote: string): TemporaryFlow {
  return {
    template: { mapName: "outside", sequence: 10 },
    mapName: "vpn",
    localAddress: ipv4("192.0.2.1"),
    selector: {
      protocol: 0,
      local: host(OURS),
      localPorts: ANY_PORT,
      remote: host(ipv4(remote)),
      remotePorts: ANY_PORT,
    },
  };
}

function dynamicPolicy() {
  const entry = {
    id: "vpn 65000 Ethernet0 outside/10",
    sequence: 65000,
    accessListName: "",
    rules: [],
    peers: [],
    transformSets: [],
    lifetimeSeconds: 3600,
    lifetimeKilobytes: 4_608_000,
    idleTime: undefined,
    replayWindow: 64,
    template: { mapName: "outside", sequence: 10 },
    origin: undefined,
  };
  const on = { name: "Ethernet0", mapName: "vpn", localAddress: ipv4("192.0.2.1"), mtu: 1500 };
  return {
    interfaces: [
      { ...on, dfBit: "copy" as const, fragmentation: "before-encryption" as const, entries: [entry] },
    ],
  };
}

function packetFrom(source: string): Uint8Array {
  const fields = { destination: OURS, protocol: 17, timeToLive: 64, identification: 0 };
  return buildIpv4Packet({ ...fields, source: ipv4(source) }, new Uint8Array(8));
}

function sourceOf(packet: Uint8Array): IpAddress | string {
  return packet.subarray(12, 16).join(".");
}
