/** Transport mode in quick mode, without a NAT and through one (RFC 2407 §4.5, RFC 3947 §5). */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  B,
  IkePair,
  NAT,
  type PolicyChanges,
  policyOf,
  TRANSFORM_SET,
} from "../../test/support/ike-pair.ts";
import { Insider } from "../../test/support/insider.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import { vendorIdOctets } from "../isakmp/vendor-ids.ts";
import { type IpAddress, ipv4FromOctets } from "../net/ip-address.ts";
import { ANY_PORT, host, type TrafficSelector } from "../net/selector.ts";
import { bestMethod } from "./phase1/nat-traversal.ts";
import { NAT_TRAVERSING_CONVENTIONS } from "./wire-conventions.ts";

const conventions = NAT_TRAVERSING_CONVENTIONS;
const GRE = 47;

function between(local: IpAddress, remote: IpAddress, protocol = GRE): TrafficSelector {
  return {
    protocol,
    local: host(local),
    localPorts: ANY_PORT,
    remote: host(remote),
    remotePorts: ANY_PORT,
  };
}

function changes(mode: EncapsulationMode, selector?: TrafficSelector): PolicyChanges {
  const transformSets = [{ ...TRANSFORM_SET, mode }];
  return { transformSets, ...(selector === undefined ? {} : { selector }) };
}

function modes(pair: IkePair): readonly (readonly EncapsulationMode[])[] {
  return [pair.installed("A").map(({ mode }) => mode), pair.installed("B").map(({ mode }) => mode)];
}

test("between the peers a set in transport mode gives SAs in transport mode", () => {
  const pair = new IkePair(
    { changes: changes("transport", between(A, B)) },
    { changes: changes("transport", between(B, A)) },
  );
  pair.negotiate("A", between(A, B));
  assert.deepEqual(modes(pair), [
    ["transport", "transport"],
    ["transport", "transport"],
  ]);
  assert.deepEqual(pair.installed("A")[0]?.selector, between(A, B));
});

test("a set in transport mode gives a tunnel for other traffic, and to a peer that wants one", () => {
  const networks = new IkePair({ changes: changes("transport") }, { changes: changes("transport") });
  networks.negotiate("A");
  const wanted = new IkePair(
    { changes: changes("tunnel", between(A, B)) },
    { changes: changes("transport", between(B, A)) },
  );
  wanted.negotiate("A", between(A, B));
  for (const pair of [networks, wanted])
    assert.deepEqual(modes(pair), [
      ["tunnel", "tunnel"],
      ["tunnel", "tunnel"],
    ]);
});

test("a peer that insists on transport mode is told that we want a tunnel", () => {
  const pair = new IkePair(
    { changes: changes("transport", between(A, B)) },
    { changes: changes("tunnel", between(B, A)) },
  );
  pair.negotiate("A", between(A, B));
  const failure = pair.event("B", "negotiation-failed");
  assert.equal(failure?.reason, "no proposal chosen");
  assert.match(failure?.explanation ?? "", /mode: the peer offers Transport, we accept Tunnel/);
});

/** A behind a NAT, B on the open network, each with an access list in its own view. */
function natted(
  a: Partial<ConstructorParameters<typeof IkePair>[0]> = {},
  aChanges = changes("transport", between(A, B)),
): IkePair {
  const base = policyOf(B, A, changes("transport", between(B, NAT)));
  const policy = {
    ...base,
    preSharedKeys: base.preSharedKeys.map((key) => ({
      ...key,
      peer: { kind: "address", block: host(NAT) } as const,
    })),
    connections: base.connections.map((connection) => ({ ...connection, peers: [NAT] })),
  };
  const pair = new IkePair({ conventions, changes: aChanges, ...a }, { conventions, policy });
  pair.isNatted = true;
  return pair;
}

test("through a NAT both ends take SAs for themselves, in UDP, and know what the other calls the two ends", () => {
  const pair = natted();
  pair.negotiate("A", between(A, B));
  const [fromB] = pair.installed("A");
  const [fromA] = pair.installed("B");
  assert.deepEqual(
    [fromB?.mode, fromB?.selector, fromB?.udpEncapsulation?.remotePort],
    ["transport", between(A, B), 4500],
  );
  assert.deepEqual(
    [fromA?.mode, fromA?.selector, fromA?.udpEncapsulation?.remotePort],
    ["transport", between(B, NAT), 5500],
  );
  // RFC 3947 §5.2: the same packets have the NAT's address at B's end, and A's own at A's.
  assert.deepEqual(fromB?.originalAddresses, { source: B, destination: NAT });
  assert.deepEqual(fromA?.originalAddresses, { source: A, destination: B });
});

test("the original addresses follow the identities, in both messages and under the HASH", () => {
  const pair = natted({ exportKeys: true });
  pair.negotiate("A", between(A, B));
  const insider = new Insider(pair);
  const [first, second] = pair.wire.slice(6);
  assert.ok(first && second, "two messages of quick mode");
  const [QM1, QM2] = [insider.openFirst(first), insider.openSecond(first, second)];
  const kinds = ["HASH", "SA", "NONCE", "ID", "ID", "NAT-OA", "NAT-OA"];
  for (const payloads of [QM1, QM2])
    assert.deepEqual(
      payloads.map(({ kind }) => kind),
      kinds,
    );
  const addresses = (payloads: typeof QM1) =>
    payloads.flatMap((payload) =>
      payload.kind === "NAT-OA"
        ? [[payload.payloadType, payload.idType, ipv4FromOctets(payload.address)]]
        : [],
    );
  assert.deepEqual(addresses(QM1), [
    [21, 1, A],
    [21, 1, B],
  ]);
  assert.deepEqual(addresses(QM2), [
    [21, 1, NAT],
    [21, 1, B],
  ]);
});

test("the drafts have numbers of their own", () => {
  for (const name of ["draft-ietf-ipsec-nat-t-ike-02", "draft-ietf-ipsec-nat-t-ike-03"] as const) {
    const method = bestMethod([{ kind: "VID", vendorId: vendorIdOctets(name) }]);
    const { payloadType, originalAddressType, modes } = method ?? {};
    assert.deepEqual(
      [payloadType, originalAddressType, modes],
      [130, 131, { tunnel: 61443, transport: 61444 }],
    );
  }
});

test("the end on the open network may begin too, once the other has made itself known", () => {
  const pair = natted();
  pair.negotiate("A", between(A, B));
  const start = pair.installed("B").length;
  pair.input("B", {
    kind: "negotiate",
    connectionId: "vpn 10 Ethernet1/0",
    peer: NAT,
    selector: between(B, NAT),
  });
  const [fromA, toA] = pair.installed("B").slice(start);
  assert.deepEqual([fromA?.mode, toA?.mode], ["transport", "transport"]);
  assert.deepEqual(fromA?.originalAddresses, { source: A, destination: B });
  assert.deepEqual(pair.installed("A").at(-1)?.selector, between(A, B));
  assert.deepEqual(pair.installed("A").at(-1)?.originalAddresses, { source: B, destination: NAT });
});

test("a tunnel through a NAT keeps the identities as they are and sends no original addresses", () => {
  const pair = natted({}, changes("tunnel", between(A, B)));
  pair.negotiate("A", between(A, B));
  // B's access list names the NAT's address, which A's identities do not.
  assert.equal(pair.event("B", "negotiation-failed")?.reason, "proxy mismatch");
});
