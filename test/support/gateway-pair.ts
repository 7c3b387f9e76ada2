/** The case study's two gateways joined by a wire under virtual time: what they tell of a negotiation, as it really comes. */
import { type Instant, instant, seconds } from "../../src/base/time.ts";
import { performJob } from "../../src/crypto/perform-job.ts";
import type { GatewayEffect, GatewayEvent, GatewayInput } from "../../src/gateway/contract.ts";
import { Gateway, type GatewayOptions } from "../../src/gateway/gateway.ts";
import type { IpsecPolicy } from "../../src/ipsec/policy.ts";
import type { IpAddress } from "../../src/net/ip-address.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { mirror, type TrafficSelector } from "../../src/net/selector.ts";
import { A, B, type PolicyChanges, policyOf, SELECTOR, seededRandom, TRANSFORM_SET } from "./ike-pair.ts";

/** Called for each datagram of IKE: false loses it. */
export type Wire = (from: "A" | "B", index: number) => boolean;

export class GatewayPair {
  readonly gateways: { readonly A: Gateway; readonly B: Gateway };
  readonly events: { readonly A: GatewayEvent[]; readonly B: GatewayEvent[] } = { A: [], B: [] };
  /** Those of both, in the order in which they happened. */
  readonly told: GatewayEvent[] = [];
  /** Packets that have come through the tunnel. */
  readonly received: { readonly A: Uint8Array[]; readonly B: Uint8Array[] } = { A: [], B: [] };
  now: Instant = instant(0);
  readonly #wire: Wire;
  #sent = 0;

  /** `options` are those of both. */
  constructor(
    a: PolicyChanges = {},
    b: PolicyChanges = {},
    wire: Wire = () => true,
    options: Partial<GatewayOptions> = {},
  ) {
    this.gateways = {
      A: gatewayOf(A, B, a, seededRandom(A), options),
      B: gatewayOf(B, A, b, seededRandom(B), options),
    };
    this.#wire = wire;
  }

  /** A packet of the protected flow wants to leave A. */
  triggerFromA(packet: Uint8Array): void {
    this.send("A", packet);
  }

  send(from: "A" | "B", packet: Uint8Array): void {
    this.input(from, { kind: "outbound-packet", interfaceName: "Ethernet1/0", bytes: packet });
  }

  input(to: "A" | "B", input: GatewayInput): void {
    const queue: { to: "A" | "B"; input: GatewayInput }[] = [{ to, input }];
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const effect of this.gateways[next.to].handle(this.now, next.input))
        queue.push(...this.#consequences(next.to, effect));
  }

  /** Lets time pass, waking the gateways when they ask for it. */
  runFor(secondsToRun: number): void {
    const until = instant(this.now + seconds(secondsToRun));
    for (;;) {
      const due = (["A", "B"] as const)
        .map((name) => ({ name, at: this.gateways[name].nextDeadline()?.at ?? instant(Infinity) }))
        .filter(({ at }) => at <= until)
        .sort((x, y) => x.at - y.at)[0];
      if (due === undefined) break;
      this.now = instant(Math.max(this.now, due.at));
      this.input(due.name, { kind: "wake" });
    }
    this.now = until;
  }

  #consequences(of: "A" | "B", effect: GatewayEffect): { to: "A" | "B"; input: GatewayInput }[] {
    if (effect.kind === "event") {
      this.events[of].push(effect.event);
      this.told.push(effect.event);
    }
    if (effect.kind === "start-job")
      return [{ to: of, input: { kind: "job-done", id: effect.id, result: performJob(effect.job) } }];
    if (effect.kind === "receive") this.received[of].push(effect.bytes.slice());
    if (effect.kind === "transmit") {
      const kind = effect.bytes[9] === PROTOCOL.AH ? "ah" : "esp";
      const { interfaceName, bytes } = effect;
      return [{ to: of === "A" ? "B" : "A", input: { kind, interfaceName, bytes: bytes.slice() } }];
    }
    if (effect.kind !== "send-datagram" || !this.#wire(of, this.#sent++)) return [];
    const { local, remote, bytes } = effect;
    return [{ to: of === "A" ? "B" : "A", input: { kind: "datagram", local: remote, remote: local, bytes } }];
  }
}

/** One of the two by itself. */
export function gatewayOf(
  own: IpAddress,
  peer: IpAddress,
  changes: PolicyChanges,
  random = seededRandom(own),
  options: Partial<GatewayOptions> = {},
): Gateway {
  const selector = changes.selector ?? (own === A ? SELECTOR : mirror(SELECTOR));
  return new Gateway({
    policy: { ike: policyOf(own, peer, changes), ipsec: ipsecPolicyOf(own, peer, changes, selector) },
    random,
    holdPackets: false,
    exportKeys: false,
    ...options,
  });
}

function ipsecPolicyOf(
  own: IpAddress,
  peer: IpAddress,
  changes: PolicyChanges,
  selector: TrafficSelector,
): IpsecPolicy {
  return {
    interfaces: [
      {
        name: "Ethernet1/0",
        mapName: "vpn",
        localAddress: own,
        mtu: 1500,
        dfBit: "copy",
        fragmentation: "before-encryption",
        entries: [
          {
            id: "vpn 10 Ethernet1/0",
            sequence: 10,
            accessListName: "101",
            rules: [
              {
                action: "permit",
                selector,
                origin: undefined,
              },
            ],
            peers: changes.peers ?? [peer],
            transformSets: changes.transformSets ?? [TRANSFORM_SET],
            lifetimeSeconds: changes.lifetimeSeconds ?? 3600,
            lifetimeKilobytes: changes.lifetimeKilobytes ?? 4608000,
            idleTime: changes.idleTime,
            replayWindow: 64,
            origin: undefined,
          },
        ],
      },
    ],
  };
}
