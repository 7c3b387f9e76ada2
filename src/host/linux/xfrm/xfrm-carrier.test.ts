import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  B,
  CONNECTION,
  HOST_A,
  HOST_B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  POLICY_A,
  policyOf,
  rule,
  SELECTOR_A,
  transformSet,
} from "../../../../test/support/data-plane-fixtures.ts";
import { ipv4, ipv4ToNumber } from "../../../net/ip-address.ts";
import { host } from "../../../net/selector.ts";
import { type OsError, osError } from "../os-error.ts";
import { attributesOf, type NetlinkMessage } from "./netlink-message.ts";
import { isOwnNumber } from "./own-numbers.ts";
import { XfrmCarrier } from "./xfrm-carrier.ts";
import { ANY_PORTS, putSelector, SIZES, viewOf } from "./xfrm-layout.ts";
import { XFRM_TYPES, type XfrmRequest } from "./xfrm-requests.ts";

const LIMITS = { softOctets: 1000, hardOctets: 2000 };
const ESRCH = 3;

describe("the kernel as the carrier of packets", () => {
  it("gets a policy for each direction of what is protected, all of our range of numbers", () => {
    const { carrier, kernel } = begun();
    carrier.setPolicy(POLICY_A);
    const policies = kernel.asked(XFRM_TYPES.updatePolicy);
    // IKE on two ports and the permit line: out, in, forward.
    assert.equal(policies.length, 9);
    for (const body of policies) assert.ok(isOwnNumber(viewOf(body).getUint32(152, true)), "it is ours");
    const protecting = policies.filter((body) => body.length > SIZES.policy);
    assert.deepEqual(
      protecting.map((body) => [viewOf(body).getUint8(160), viewOf(body).getInt32(48, true)]),
      [
        [1, 7],
        [0, 0],
        [2, 0],
      ],
      "leaving packets are told by their device",
    );
  });

  it("is told only what changes, and loses what is not protected any more", () => {
    const { carrier, kernel } = begun();
    carrier.setPolicy(POLICY_A);
    kernel.requests.length = 0;
    carrier.setPolicy(POLICY_A);
    assert.deepEqual(kernel.requests, []);
    carrier.setPolicy(policyOf([]));
    assert.deepEqual([kernel.requests.length, kernel.asked(XFRM_TYPES.deletePolicy).length], [3, 3]);
    carrier.clear();
    assert.equal(kernel.asked(XFRM_TYPES.deletePolicy).length, 9);
  });

  it("has SAs under the request id of their crypto map entry, each direction with its selector", () => {
    const { carrier, kernel } = begun();
    carrier.setPolicy(POLICY_A);
    const { inboundA, outboundA } = keyedPair();
    assert.ok(carrier.install(inboundA, LIMITS) && carrier.install(outboundA, LIMITS), "both are taken");
    const [inbound, outbound] = kernel.asked(XFRM_TYPES.newSa).map(viewOf);
    const [policy] = kernel.asked(XFRM_TYPES.updatePolicy).filter((body) => body.length > SIZES.policy);
    // The template is behind the policy and its attribute's header.
    const wanted = policy && viewOf(policy).getUint32(SIZES.policy + 4 + 44, true);
    assert.deepEqual([inbound?.getUint32(208, true), outbound?.getUint32(208, true)], [wanted, wanted]);
    assert.deepEqual(
      [inbound, outbound].map((view) => [view?.getUint32(0), view?.getUint32(16)]),
      [
        [0x0a010100, 0x0a010200],
        [0x0a010200, 0x0a010100],
      ],
    );
    carrier.remove(inboundA);
    carrier.remove(outboundA);
    assert.equal(kernel.asked(XFRM_TYPES.deleteSa).length, 2);
  });

  it("has two SAs for each direction of a bundle, and policies that want ESP within AH", () => {
    const { carrier, kernel } = begun();
    const esp = { encryption: "des", integrity: "sha1" } as const;
    const transformSets = [{ ...transformSet(esp), ah: "sha1" as const }];
    carrier.setPolicy(policyOf([mapEntry([rule("permit", NET_A, NET_B)], { transformSets })]));
    const [policy] = kernel.asked(XFRM_TYPES.updatePolicy).filter((body) => body.length > SIZES.policy);
    const template = (i: number) => SIZES.policy + 4 + i * SIZES.template;
    // Protocol and mode, from the inside out.
    assert.deepEqual(
      [0, 1].map((i) => [policy?.[template(i) + 20], policy?.[template(i) + 48]]),
      [
        [50, 1],
        [51, 0],
      ],
    );
    const { inboundA } = keyedPair({ suite: esp, ah: "sha1" });
    assert.ok(carrier.install(inboundA, LIMITS), "it is taken");
    const made = kernel.asked(XFRM_TYPES.newSa).map(viewOf);
    assert.deepEqual(
      made.map((view) => [view.getUint8(76), view.getUint32(72), view.getUint8(214), view.getUint8(216)]),
      [
        [51, 0x1500, 0, 64],
        [50, 0x1000, 1, 0],
      ],
    );
    carrier.remove(inboundA);
    assert.deepEqual(
      kernel.asked(XFRM_TYPES.deleteSa).map((body) => body[22]),
      [51, 50],
    );
  });

  it("wants the SA of whichever peer there is one with, in its mode", () => {
    const { carrier, kernel } = begun();
    const second = ipv4("172.16.172.30");
    carrier.setPolicy(policyOf([mapEntry([rule("permit", NET_A, NET_B)], { peers: [B, second] })]));
    kernel.requests.length = 0;
    const { inboundA } = keyedPair();
    carrier.install(inboundA, LIMITS);
    assert.equal(kernel.asked(XFRM_TYPES.updatePolicy).length, 0, "the first peer is expected");
    carrier.install({ ...inboundA, peer: second }, LIMITS);
    assert.equal(kernel.asked(XFRM_TYPES.updatePolicy).length, 3, "every direction follows");
  });

  it("expects transport mode between the two ends where the transform set says so", () => {
    const { carrier, kernel } = begun();
    const transformSets = [
      { ...transformSet({ encryption: "3des", integrity: "md5" }), mode: "transport" as const },
    ];
    carrier.setPolicy(policyOf([mapEntry([rule("permit", host(A), host(B))], { transformSets })]));
    const [policy] = kernel.asked(XFRM_TYPES.updatePolicy).filter((body) => body.length > SIZES.policy);
    assert.equal(policy?.[SIZES.policy + 4 + 48], 0);
  });

  it("tells which permit line wants an SA, and which SA has reached a limit", () => {
    const { carrier } = begun();
    carrier.setPolicy(POLICY_A);
    assert.equal(carrier.hear(acquire(0x736b0002)), true);
    assert.equal(carrier.hear(acquire(0x736b0000)), false, "IKE wants none");
    assert.equal(carrier.hear(acquire(2)), false, "another's policy");
    const { inboundA } = keyedPair();
    carrier.install(inboundA, LIMITS);
    assert.equal(carrier.hear(expire(inboundA.spi)), true);
    assert.equal(carrier.hear(expire(0x9999)), false, "another's SA");
    const [wanted, reached] = carrier.takeNews();
    const hosts = { source: ipv4ToNumber(HOST_A), destination: ipv4ToNumber(HOST_B) };
    assert.deepEqual(wanted, { kind: "sa wanted", connectionId: CONNECTION, selector: SELECTOR_A, hosts });
    assert.ok(reached?.kind === "limit reached" && reached.direction === "inbound", "our inbound SA");
    assert.deepEqual(carrier.takeNews(), []);
  });

  it("tells that a peer is elsewhere, and sends its SA there without a new one", () => {
    const { carrier, kernel } = begun();
    carrier.setPolicy(POLICY_A);
    const udpEncapsulation = { localPort: 4500, remotePort: 20_000 };
    const inbound = { ...keyedPair().inboundA, udpEncapsulation };
    carrier.install(inbound, LIMITS);
    assert.equal(carrier.hear(mapping(0x9999, 30_000)), false, "another's SA");
    assert.equal(carrier.hear(mapping(inbound.spi, 30_000)), true);
    const at = { address: B, port: 30_000 };
    assert.deepEqual(carrier.takeNews(), [{ kind: "peer elsewhere", local: A, spi: inbound.spi, at }]);
    carrier.moveToPort({ ...inbound, udpEncapsulation: { ...udpEncapsulation, remotePort: 30_000 } }, LIMITS);
    const [before] = kernel.asked(XFRM_TYPES.newSa);
    const [after] = kernel.asked(XFRM_TYPES.updateSa);
    assert.equal(before?.length, after?.length);
    const differences = [...(after ?? [])].filter((octet, i) => octet !== before?.[i]);
    assert.deepEqual(differences, [30_000 >> 8, 30_000 & 255], "nothing but the port");
  });

  it("has SAs keyed by hand without an end: no replay is recognised, and their numbers begin anew", () => {
    const { carrier, kernel } = begun();
    const manual = { ...keyedPair().outboundA, isManual: true, lifetimeSeconds: 0, lifetimeKilobytes: 0 };
    carrier.setPolicy(POLICY_A);
    carrier.install(manual, { softOctets: Infinity, hardOctets: Infinity });
    const [body = new Uint8Array()] = kernel.asked(XFRM_TYPES.newSa);
    const unlimited = 2n ** 64n - 1n;
    const limits = [0, 8, 16, 24].map((at) => viewOf(body).getBigUint64(96 + at, true));
    assert.deepEqual(limits, [unlimited, unlimited, unlimited, unlimited]);
    assert.equal(viewOf(body).getBigUint64(96 + 40, true), 0n, "and no seconds");
    // XFRMA_SA_EXTRA_FLAGS: XFRM_SA_XFLAG_OSEQ_MAY_CYCLE.
    assert.deepEqual(attributesOf(body.subarray(SIZES.sa)).get(24), Uint8Array.of(2, 0, 0, 0));
    carrier.clear();
    assert.equal(kernel.asked(XFRM_TYPES.deleteSa).length, 1, "what has no end ends with us");
  });

  it("says what the kernel refuses; an SA that has gone by itself is none of that", () => {
    const { carrier, kernel, errors } = begun();
    carrier.setPolicy(POLICY_A);
    kernel.refusal = osError("an SA", ESRCH);
    const { inboundA } = keyedPair();
    carrier.remove(inboundA);
    assert.deepEqual([errors, carrier.usageOf(inboundA)], [[], undefined]);
    assert.equal(carrier.install(inboundA, LIMITS), false);
    assert.equal(errors.length, 1);
  });

  it("goes on with the policies it has where new ones cannot be", () => {
    const { carrier, kernel, notices } = begun();
    carrier.setPolicy(POLICY_A);
    kernel.requests.length = 0;
    carrier.setPolicy(policyOf([mapEntry([rule("permit", NET_A, NET_B)], { peers: [] })]));
    assert.deepEqual(kernel.requests, []);
    assert.match(notices[0] ?? "", /goes on with the policies it has: vpn 10 names no peer/);
  });
});

class NotedKernel {
  readonly requests: XfrmRequest[] = [];
  refusal: OsError | undefined;

  do(request: XfrmRequest): OsError | undefined {
    this.requests.push(request);
    return this.refusal;
  }

  get(_request: XfrmRequest, what: string): NetlinkMessage | OsError {
    return osError(what, ESRCH);
  }

  asked(type: number): readonly Uint8Array[] {
    return this.requests.filter((request) => request.type === type).map(({ body }) => body);
  }
}

function begun() {
  const kernel = new NotedKernel();
  const errors: OsError[] = [];
  const notices: string[] = [];
  const carrier = new XfrmCarrier({
    kernel,
    deviceOf: () => 7,
    onError: (error) => errors.push(error),
    onNotice: (line) => notices.push(line),
  });
  return { carrier, kernel, errors, notices };
}

function acquire(priority: number): NetlinkMessage {
  const body = new Uint8Array(280);
  body[20] = 50;
  const view = viewOf(body);
  putSelector(view, 40, {
    ...{ protocol: 1, source: host(HOST_A), destination: host(HOST_B), device: 0 },
    ...{ sourcePorts: ANY_PORTS, destinationPorts: ANY_PORTS },
  });
  view.setUint32(96 + 152, priority, true);
  return { type: XFRM_TYPES.acquire, flags: 0, sequence: 0, body };
}

function mapping(spi: number, port: number): NetlinkMessage {
  const body = new Uint8Array(64);
  const view = viewOf(body);
  view.setUint32(0, 0xac10ac0a);
  view.setUint32(16, spi);
  body[22] = 50;
  view.setUint32(44, 0xac10ac14);
  view.setUint16(62, port);
  return { type: XFRM_TYPES.mapping, flags: 0, sequence: 0, body };
}

function expire(spi: number): NetlinkMessage {
  const body = new Uint8Array(232);
  const view = viewOf(body);
  view.setUint32(56, 0xac10ac0a);
  view.setUint32(72, spi);
  body[76] = 50;
  return { type: XFRM_TYPES.expire, flags: 0, sequence: 0, body };
}
