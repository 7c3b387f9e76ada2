/** Two IKE engines joined by a network under virtual time, for tests of the engine alone. */
import { utf8 } from "../../src/base/octets.ts";
import type { Random } from "../../src/base/random.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import { hash } from "../../src/crypto/hash.ts";
import type { EspSuite, GroupId } from "../../src/crypto/names.ts";
import { performJob } from "../../src/crypto/perform-job.ts";
import { Secret } from "../../src/crypto/secret.ts";
import type { TransformSet } from "../../src/crypto/transform-set.ts";
import { IkeEngine, type IkeEngineOptions } from "../../src/ike/engine.ts";
import type { IkeInput, IkeOutput, KeyedSa } from "../../src/ike/engine-contract.ts";
import type { IkeEvent } from "../../src/ike/events.ts";
import {
  type ClientEndpoint,
  type Connection,
  type DeadPeerDetection,
  type IkePolicy,
  NO_ADMISSION_LIMITS,
  NO_RSA,
  type ProtectionSuite,
  type RsaPolicy,
} from "../../src/ike/policy.ts";
import type { IdleTime } from "../../src/ipsec/policy.ts";
import { type IpAddress, ipv4 } from "../../src/net/ip-address.ts";
import { ANY_PORT, blockOf, host, mirror, type TrafficSelector } from "../../src/net/selector.ts";

export const A = ipv4("172.16.172.10");
export const B = ipv4("172.16.172.20");

/** The traffic of the case study, seen from A. */
export const SELECTOR: TrafficSelector = {
  protocol: 0,
  local: blockOf(ipv4("10.1.1.0"), ipv4("255.255.255.0")),
  localPorts: ANY_PORT,
  remote: blockOf(ipv4("10.1.2.0"), ipv4("255.255.255.0")),
  remotePorts: ANY_PORT,
};

export const SUITE: ProtectionSuite = {
  priority: 1,
  encryption: "3des",
  hash: "sha1",
  authentication: "pre-share",
  group: 1,
  lifetimeSeconds: 86400,
  origin: { file: "test.cfg", line: 3, text: "crypto isakmp policy 1" },
};

export const DEFAULT_SUITE: ProtectionSuite = {
  ...SUITE,
  priority: 65535,
  encryption: "des",
  authentication: "rsa-sig",
  origin: undefined,
};

export const TRANSFORM_SET: TransformSet & { readonly esp: EspSuite } = {
  name: "myset",
  esp: { encryption: "3des", integrity: "md5" },
  mode: "tunnel",
  origin: { file: "test.cfg", line: 9, text: "crypto ipsec transform-set myset esp-3des esp-md5-hmac" },
};

export interface PolicyChanges {
  readonly suites?: readonly ProtectionSuite[];
  readonly key?: string;
  readonly transformSets?: readonly TransformSet[];
  readonly pfsGroup?: GroupId;
  readonly selector?: TrafficSelector;
  readonly peers?: readonly IpAddress[];
  readonly lifetimeSeconds?: number;
  readonly lifetimeKilobytes?: number;
  /** Begins aggressive mode with its peer as this. */
  readonly clientEndpoint?: ClientEndpoint;
  readonly rsa?: RsaPolicy;
  readonly deadPeerDetection?: DeadPeerDetection;
  readonly fragmentation?: boolean;
  readonly idleTime?: IdleTime;
  readonly invalidSpiRecovery?: boolean;
  /** The pre-shared key is for peers of these names, not for their addresses. */
  readonly keysForNames?: readonly string[];
}

/** The case study's policy of A or of B, with changes. */
export function policyOf(own: IpAddress, peer: IpAddress, changes: PolicyChanges = {}): IkePolicy {
  const written = { origin: { file: "test.cfg", line: 12, text: "crypto map vpn 10 ipsec-isakmp" } };
  const selector = changes.selector ?? (own === A ? SELECTOR : mirror(SELECTOR));
  const connection: Connection = {
    id: "vpn 10 Ethernet1/0",
    mapName: "vpn",
    sequence: 10,
    interfaceName: "Ethernet1/0",
    localAddress: own,
    peers: changes.peers ?? [peer],
    transformSets: changes.transformSets ?? [TRANSFORM_SET],
    pfsGroup: changes.pfsGroup,
    lifetimeSeconds: changes.lifetimeSeconds ?? 3600,
    lifetimeKilobytes: changes.lifetimeKilobytes ?? 4608000,
    selectors: [{ selector, origin: { file: "test.cfg", line: 20, text: "access-list 101 permit ip …" } }],
    source: {
      ...written,
      peers: [written],
      transformSets: written,
      matchAddress: written,
      pfsGroup: written,
    },
  };
  const key = {
    key: new Secret(utf8(changes.key ?? "jw4ep9846804ijl")),
    origin: { file: "test.cfg", line: 7, text: "crypto isakmp key … address …" },
  };
  return {
    enabled: true,
    protectionSuites: [...(changes.suites ?? [SUITE]), DEFAULT_SUITE],
    preSharedKeys:
      changes.keysForNames?.map((name) => ({ ...key, peer: { kind: "hostname", name } })) ??
      (changes.peers ?? [peer]).map((address) => ({
        ...key,
        peer: { kind: "address", block: host(address) },
      })),
    deadPeerDetection: changes.deadPeerDetection,
    invalidSpiRecovery: changes.invalidSpiRecovery ?? false,
    fragmentation: changes.fragmentation ?? false,
    aggressiveMode: true,
    aggressivePeers:
      changes.clientEndpoint === undefined
        ? []
        : [
            {
              peer,
              key: { ...key, peer: { kind: "address", block: host(peer) } },
              identity: changes.clientEndpoint,
            },
          ],
    identity: "address",
    hostname: own === A ? "Initiator" : "Responder",
    hosts: new Map(),
    connections: [connection],
    natTransparency: true,
    natKeepaliveSeconds: 20,
    admission: NO_ADMISSION_LIMITS,
    rsa: changes.rsa ?? NO_RSA,
  };
}

/** Draws that follow from a seed. */
export function seededRandom(seed: string): Random {
  let count = 0;
  return {
    bytes(purpose, length) {
      const out = new Uint8Array(length);
      for (let at = 0; at < length; at += 32)
        out.set(hash("sha256", utf8(`${seed}/${purpose}/${count++}`)).subarray(0, length - at), at);
      return out;
    },
  };
}

export interface Datagram {
  readonly from: "A" | "B";
  readonly bytes: Uint8Array;
  /** 500 where it is not said. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** The address of a NAT in front of A; it maps A's port p to p + 1000. */
export const NAT = ipv4("198.51.100.7");
const NAT_PORT_SHIFT = 1000;

/** What the network does with a datagram: lets through these, usually the one itself. */
export type Network = (datagram: Datagram, index: number) => readonly Datagram[];

export class IkePair {
  readonly engines: { readonly A: IkeEngine; readonly B: IkeEngine };
  readonly events: { readonly A: IkeEvent[]; readonly B: IkeEvent[] } = { A: [], B: [] };
  readonly outputs: { readonly A: IkeOutput[]; readonly B: IkeOutput[] } = { A: [], B: [] };
  readonly wire: Datagram[] = [];
  now: Instant = instant(0);
  network: Network = (datagram) => [datagram];
  /** B sees A at the NAT's address. */
  isNatted = false;
  /** What IPsec says it has carried; a look at it leaves it as it is. */
  readonly traffic = { A: { inbound: 0, outbound: 0 }, B: { inbound: 0, outbound: 0 } };
  readonly #queue: { readonly to: "A" | "B"; readonly input: IkeInput }[] = [];

  constructor(a: Partial<IkeEngineOptions> & { readonly changes?: PolicyChanges } = {}, b: typeof a = {}) {
    const make = (own: IpAddress, peer: IpAddress, options: typeof a): IkeEngine =>
      new IkeEngine({ policy: policyOf(own, peer, options.changes), random: seededRandom(own), ...options });
    this.engines = { A: make(A, B, a), B: make(B, A, b) };
  }

  input(to: "A" | "B", input: IkeInput): void {
    this.#queue.push({ to, input });
    this.settle();
  }

  negotiate(from: "A" | "B", selector = from === "A" ? SELECTOR : mirror(SELECTOR)): void {
    this.input(from, {
      kind: "negotiate",
      connectionId: "vpn 10 Ethernet1/0",
      peer: from === "A" ? B : A,
      selector,
    });
  }

  /** Handles everything that is under way, without letting time pass. */
  settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const outputs = this.engines[next.to].handle(this.now, next.input);
      this.outputs[next.to].push(...outputs);
      for (const output of outputs) this.#perform(next.to, output);
    }
  }

  /** Lets time pass until `until`, waking the engines when they ask for it. */
  runUntil(until: number): void {
    for (;;) {
      const deadlines = (["A", "B"] as const).flatMap((name) => {
        const deadline = this.engines[name].nextDeadline();
        return deadline === undefined || deadline.at > until ? [] : [{ name, at: deadline.at }];
      });
      const [first] = deadlines.sort((x, y) => x.at - y.at);
      if (first === undefined) break;
      this.now = instant(Math.max(this.now, first.at));
      this.input(first.name, { kind: "wake" });
    }
    this.now = instant(until);
  }

  kinds(of: "A" | "B"): string[] {
    return this.events[of].map((event) => event.kind);
  }

  event<K extends IkeEvent["kind"]>(of: "A" | "B", kind: K): Extract<IkeEvent, { kind: K }> | undefined {
    return this.events[of].find((event): event is Extract<IkeEvent, { kind: K }> => event.kind === kind);
  }

  installed(of: "A" | "B"): readonly KeyedSa[] {
    return this.outputs[of].flatMap((output) => (output.kind === "install-sa" ? [output.sa] : []));
  }

  deliver(datagram: Datagram): void {
    const { from, bytes, sourcePort = 500, destinationPort = 500 } = datagram;
    const to = from === "A" ? "B" : "A";
    const [own, peer] = to === "A" ? [A, B] : [B, A];
    const natted = this.isNatted;
    const local = {
      address: own,
      port: natted && to === "A" ? destinationPort - NAT_PORT_SHIFT : destinationPort,
    };
    const remote =
      natted && to === "B"
        ? { address: NAT, port: sourcePort + NAT_PORT_SHIFT }
        : { address: peer, port: sourcePort };
    this.#queue.push({ to, input: { kind: "datagram", local, remote, bytes } });
  }

  #perform(of: "A" | "B", output: IkeOutput): void {
    if (output.kind === "event") this.events[of].push(output.event);
    if (output.kind === "start-job")
      this.#queue.push({
        to: of,
        input: { kind: "job-done", id: output.id, result: performJob(output.job) },
      });
    if (output.kind === "ask-traffic") {
      const { connId, peer } = output;
      this.#queue.push({
        to: of,
        input: { kind: "traffic", connId, peer, traffic: { ...this.traffic[of] } },
      });
    }
    if (output.kind !== "send") return;
    const datagram = {
      from: of,
      bytes: output.bytes,
      sourcePort: output.local.port,
      destinationPort: output.remote.port,
    };
    this.wire.push(datagram);
    for (const delivered of this.network(datagram, this.wire.length - 1)) this.deliver(delivered);
  }
}
