/**
 * The gateway: IKE and IPsec joined. Neither knows the other; what one wants of the other is translated here. Like both it
 * is a function of its inputs (see `contract.ts`), synchronous and never re-entrant.
 */
import { MisuseError } from "../base/errors.ts";
import { plain } from "../base/octets.ts";
import type { Random } from "../base/random.ts";
import { type Deadline, earlier, type Instant, instant } from "../base/time.ts";
import { IkeEngine } from "../ike/engine.ts";
import type { IkeInput, IkeOutput, KeyedSa } from "../ike/engine-contract.ts";
import type { IkeEvent } from "../ike/events.ts";
import type { IkeLimits } from "../ike/limits.ts";
import type { IkePolicy } from "../ike/policy.ts";
import { type InboundSpis, outsideIn } from "../ike/spi-table.ts";
import type { WireConventions } from "../ike/wire-conventions.ts";
import { DataPlane, type DataPlaneOutput, type RemovedPair } from "../ipsec/data-plane.ts";
import type { IpsecEvent } from "../ipsec/events.ts";
import type { PacketCarrier } from "../ipsec/packet-carrier.ts";
import type { PacketSpace } from "../ipsec/packet-space.ts";
import type { PacketTransforms } from "../ipsec/packet-transforms.ts";
import type { IpsecPolicy } from "../ipsec/policy.ts";
import type { ReverseRoute } from "../ipsec/reverse-routes.ts";
import type { TemporaryFlow } from "../ipsec/temporary-flows.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { GatewayEffect, GatewayInput, GatewayRequest, GatewayView } from "./contract.ts";
import { espKeys, isakmpKeys } from "./exported-keys.ts";
import { saParameters } from "./sa-parameters.ts";
import { contentOf, KEEPALIVE, NAT_PORT, withMarker, withoutMarker } from "./udp-encapsulation.ts";

export interface GatewayPolicy {
  readonly ike: IkePolicy;
  readonly ipsec: IpsecPolicy;
}

export interface GatewayOptions {
  readonly policy: GatewayPolicy;
  readonly random: Random;
  /** Packets wait for their SA. False: the packet that calls for an SA is lost, as on IOS. */
  readonly holdPackets: boolean;
  /** Give keys out as effects, for a key log. */
  readonly exportKeys: boolean;
  readonly ikeLimits?: Partial<IkeLimits>;
  readonly conventions?: WireConventions;
  /** The data plane's cryptography, and where it builds packets; by default those of its own. */
  readonly transforms?: PacketTransforms;
  readonly space?: PacketSpace;
  /** TCP connections learn at their beginning what fits through their tunnel. False, as on IOS: by the loss of what does not. */
  readonly lowersMss?: boolean;
  /** Decrypted TCP packets that follow one another are handed over as one. False by default. */
  readonly joinsTcp?: boolean;
  /** Carries packets in place of the data plane. */
  readonly carrier?: PacketCarrier;
  /** Milliseconds since 1970 at instant 0; where it is missing, the dates of certificates are not checked. */
  readonly wallClockAtStart?: number | undefined;
}

type SaInstalled = Extract<IpsecEvent, { kind: "sa-installed" }>;

export class Gateway {
  readonly #ike: IkeEngine;
  readonly #dataPlane: DataPlane;
  readonly #exportKeys: boolean;
  #interfaceNames: ReadonlyMap<IpAddress, string>;
  /** Of the request that the data plane has announced and is about to make. */
  #requestedSpis: InboundSpis | undefined;
  /** Inbound SAs that serve before their pair is complete; told together with the outbound one. */
  readonly #untoldInbound = new Map<number, SaInstalled[]>();
  /** Packets that waited for an SA: they follow IKE's last message, which the peer needs to answer them. */
  #deferred: DataPlaneOutput[] = [];
  #effects: GatewayEffect[] = [];
  /** Of inbound SAs that have gone: free once their peers are told, which IKE finds by them. */
  readonly #unusedSpis: number[] = [];
  #isHandling = false;

  constructor(options: GatewayOptions) {
    const { policy, exportKeys, ikeLimits, conventions, wallClockAtStart, ...ofDataPlane } = options;
    const { random } = options;
    this.#ike = new IkeEngine({
      policy: policy.ike,
      random,
      exportKeys,
      wallClockAtStart,
      ...(ikeLimits === undefined ? {} : { limits: ikeLimits }),
      ...(conventions === undefined ? {} : { conventions }),
    });
    this.#dataPlane = new DataPlane({
      ...ofDataPlane,
      policy: policy.ipsec,
      takeConnIds: () => this.#ike.takeIpsecConnIds(),
    });
    this.#exportKeys = exportKeys;
    this.#interfaceNames = interfaceNamesOf(policy.ipsec);
  }

  /** Takes one thing that happened; returns, in order, what must be done about it. Nothing that a peer sends throws. */
  handle(now: Instant, input: GatewayInput): readonly GatewayEffect[] {
    return this.#during(now, (whole) => this.#dispatch(whole, withPlainOctets(input)));
  }

  /** Takes a new policy. IPsec SAs that it does not allow are deleted, here and at the peers. */
  setPolicy(now: Instant, policy: GatewayPolicy): readonly GatewayEffect[] {
    return this.#during(now, (whole) => {
      const removed = this.#dataPlane.setPolicy(whole, policy.ipsec);
      this.#tellRemoved(whole, removed);
      // `no crypto isakmp enable` ends what there is; afterwards nothing more is sent.
      if (!policy.ike.enabled) this.#toIke(whole, { kind: "clear-isakmp-sas" });
      this.#ike.setPolicy(policy.ike);
      this.#interfaceNames = interfaceNamesOf(policy.ipsec);
    });
  }

  /** When to call again with `wake`, and why. */
  nextDeadline(): Deadline | undefined {
    return earlier(this.#ike.nextDeadline(), this.#dataPlane.nextDeadline());
  }

  /** What dynamic maps protect now; more or less only after `sa-installed` and `sa-removed`, or another policy. */
  temporaryFlows(): readonly TemporaryFlow[] {
    return this.#dataPlane.temporaryFlows();
  }

  /** Where what is protected is to be routed now; as rarely another. */
  reverseRoutes(): readonly ReverseRoute[] {
    return this.#dataPlane.reverseRoutes();
  }

  /** A read-only picture for show commands. */
  view(now: Instant): GatewayView {
    return { now, ike: this.#ike.view(), ipsec: this.#dataPlane.view(now) };
  }

  /** At a whole millisecond: every instant with a fraction that is kept takes 16 octets, and an idle tunnel keeps many. */
  #during(now: Instant, work: (whole: Instant) => void): readonly GatewayEffect[] {
    if (this.#isHandling) throw new MisuseError("a gateway takes one input after the other");
    this.#isHandling = true;
    const whole = instant(Math.floor(now));
    try {
      work(whole);
      this.#drainDataPlane(whole);
      if (this.#unusedSpis.length > 0)
        for (const spi of this.#unusedSpis.splice(0)) this.#ike.releaseSpi(spi);
    } finally {
      this.#isHandling = false;
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #dispatch(now: Instant, input: GatewayInput): void {
    switch (input.kind) {
      case "datagram":
        this.#datagram(now, input);
        break;
      case "job-done":
      case "clock-set":
        this.#toIke(now, input);
        break;
      case "esp":
        this.#dataPlane.inboundEsp(now, input.interfaceName, input.bytes);
        break;
      case "ah":
        this.#dataPlane.inboundAh(now, input.interfaceName, input.bytes);
        break;
      case "outbound-packet":
        this.#dataPlane.outbound(now, input.interfaceName, input.bytes, input.segmentLength);
        break;
      case "icmp":
        this.#dataPlane.icmp(now, input.bytes);
        break;
      case "inbound-packet":
        this.#dataPlane.inboundClear(now, input.interfaceName, input.bytes);
        break;
      case "wake":
        this.#dataPlane.wake(now);
        this.#toIke(now, input);
        break;
      case "request":
        this.#obey(now, input.request);
        break;
    }
  }

  /** On port 4500 IKE has a marker, ESP has none, and one octet is a keepalive (RFC 3948 §2). */
  #datagram(now: Instant, datagram: Extract<GatewayInput, { kind: "datagram" }>): void {
    const { kind, local, remote, bytes, segmentLength = bytes.length, typeOfService = 0 } = datagram;
    const interfaceName = this.#interfaceNames.get(local.address) ?? "";
    const arrival = {
      source: remote.address,
      destination: local.address,
      protocol: PROTOCOL.ESP,
      typeOfService,
      sourcePort: remote.port,
    };
    for (let start = 0; start < bytes.length; start += segmentLength) {
      const end = Math.min(start + segmentLength, bytes.length);
      const content = local.port === NAT_PORT ? contentOf(bytes, start, end) : "plain";
      if (content === "esp")
        this.#dataPlane.inboundEncapsulated(now, interfaceName, arrival, bytes, start, end);
      else if (content !== "nothing") {
        const message = content === "ike" ? withoutMarker(bytes, start, end) : bytes.slice(start, end);
        this.#toIke(now, { kind, local, remote, bytes: message });
      }
    }
  }

  #obey(now: Instant, request: GatewayRequest): void {
    switch (request.kind) {
      case "clear-ipsec-sas": {
        const { kind: _, ...filter } = request;
        this.#tellRemoved(now, this.#dataPlane.removeAll(now, filter, "cleared"));
        break;
      }
      case "clear-sessions": {
        const { kind: _, ...ends } = request;
        this.#tellRemoved(now, this.#dataPlane.removeAll(now, ends, "cleared"));
        this.#toIke(now, { kind: "clear-isakmp-sas", ...ends });
        break;
      }
      case "clear-counters":
        this.#dataPlane.clearCounters();
        break;
      case "clear-isakmp-sas":
      case "clear-admission-statistics":
        this.#toIke(now, request);
        break;
      case "shut-down":
        this.#tellRemoved(now, this.#dataPlane.removeAll(now, {}, "cleared"));
        this.#toIke(now, { kind: "clear-isakmp-sas" });
        break;
    }
  }

  #tellRemoved(now: Instant, pairs: readonly RemovedPair[]): void {
    for (const pair of pairs) this.#tellPeer(now, pair);
  }

  #tellPeer(now: Instant, { peer, localAddress, inbound }: RemovedPair): void {
    this.#toIke(now, { kind: "ipsec-sa-removed", peer, localAddress, inbound });
  }

  // ── IKE ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #toIke(now: Instant, input: IkeInput): void {
    for (const output of this.#ike.handle(now, input)) this.#ofIke(now, output);
  }

  #ofIke(now: Instant, output: IkeOutput): void {
    switch (output.kind) {
      case "send": {
        const bytes = output.local.port === NAT_PORT ? withMarker(output.bytes) : output.bytes;
        this.#effects.push({ ...output, kind: "send-datagram", bytes });
        break;
      }
      case "send-keepalive":
        this.#effects.push({ ...output, kind: "send-datagram", bytes: KEEPALIVE });
        break;
      case "start-job":
      case "cancel-job":
        this.#effects.push(output);
        break;
      case "event":
        this.#tell(now, output.event);
        break;
      case "install-sa":
        this.#install(now, output.sa);
        break;
      case "abandon-sa":
        this.#untoldInbound.delete(output.inboundSpi);
        this.#dataPlane.remove(now, output.peer, output.inboundSpi, "inbound", "deleted");
        break;
      case "peer-moved":
        this.#dataPlane.movePeer(output);
        break;
      case "remove-ipsec-sa":
        this.#dataPlane.remove(now, output.peer, output.spi, output.direction, output.reason, output);
        break;
      case "ask-traffic": {
        const { connId, localAddress, peer, inboundSpis } = output;
        const traffic = this.#dataPlane.trafficWith(localAddress, peer, inboundSpis);
        this.#toIke(now, { kind: "traffic", connId, peer, traffic });
        break;
      }
      case "peer-dead":
        this.#dataPlane.peerDied(output.localAddress, output.peer);
        break;
      case "negotiation-failed":
        this.#dataPlane.negotiationFailed(now, output.connectionId, output.selector, output.peer);
        break;
      case "isakmp-keys":
        this.#effects.push({ kind: "keys", keys: isakmpKeys(output) });
        break;
    }
  }

  #install(now: Instant, sa: KeyedSa): void {
    this.#dataPlane.install(now, saParameters(sa, now));
    const keys = this.#exportKeys ? espKeys(sa) : undefined;
    if (keys !== undefined) this.#effects.push({ kind: "keys", keys });
    for (const output of this.#dataPlane.drain()) {
      if (output.kind !== "event") this.#deferred.push(output);
      else if (output.event.kind === "sa-installed") this.#tellInstalled(now, output.event, sa);
      else this.#ofDataPlane(now, output);
    }
  }

  /** A responder's inbound SA serves before QM2 leaves, but the pair is only sure with QM3: both are told then, as on IOS. */
  #tellInstalled(now: Instant, event: SaInstalled, sa: KeyedSa): void {
    if (event.direction === "inbound" && !sa.isInitiator) {
      const untold = this.#untoldInbound.get(sa.spi) ?? [];
      this.#untoldInbound.set(sa.spi, [...untold, event]);
      return;
    }
    const inbound = event.direction === "outbound" ? this.#untoldInbound.get(sa.pairSpi) : undefined;
    this.#untoldInbound.delete(sa.pairSpi);
    for (const each of [...(inbound ?? []), event]) this.#tell(now, each);
  }

  // ── IPsec ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What IPsec wants done, until it wants nothing more: a negotiation that fails at once gives it new work. */
  #drainDataPlane(now: Instant): void {
    for (let outputs = this.#takeOutputs(); outputs.length > 0; outputs = this.#takeOutputs())
      for (const output of outputs) this.#ofDataPlane(now, output);
  }

  #takeOutputs(): readonly DataPlaneOutput[] {
    if (this.#deferred.length === 0) return this.#dataPlane.drain();
    const outputs = [...this.#deferred, ...this.#dataPlane.drain()];
    this.#deferred = [];
    return outputs;
  }

  #ofDataPlane(now: Instant, output: DataPlaneOutput): void {
    switch (output.kind) {
      case "transmit":
      case "receive":
        this.#effects.push(output);
        break;
      case "negotiate": {
        const { connectionId, peer, selector, replaces } = output;
        const spis = this.#requestedSpis;
        this.#requestedSpis = undefined;
        this.#toIke(now, { kind: "negotiate", connectionId, peer, selector, spis, replaces });
        break;
      }
      case "pair-expired":
        this.#tellPeer(now, output);
        // One that was never taken into service is not told of again.
        this.#unusedSpis.push(...output.inbound.map(({ spi }) => spi));
        break;
      case "peer-moved":
        this.#toIke(now, output);
        break;
      case "event":
        if (output.event.kind === "sa-requested") {
          // IOS draws the SPIs with the request and tells them there; the request itself follows at once.
          this.#requestedSpis = this.#ike.reserveSpis(output.event.suites.length > 1);
          this.#tell(now, { ...output.event, spis: outsideIn(this.#requestedSpis) });
          break;
        }
        this.#tell(now, output.event);
        if (output.event.kind === "packet-dropped" && output.event.reason === "unknown spi")
          this.#toldInvalidSpi(now, output.event);
        // However it went.
        if (output.event.kind === "sa-removed" && output.event.direction === "inbound")
          this.#unusedSpis.push(output.event.spi);
        break;
    }
  }

  /** Drops are told now and then only, and no more often is anything done about them. */
  #toldInvalidSpi(
    now: Instant,
    { destination, source, protocol: number, spi }: Extract<IpsecEvent, { kind: "packet-dropped" }>,
  ): void {
    const protocol = number === PROTOCOL.AH ? "ah" : "esp";
    if (spi !== undefined)
      this.#toIke(now, { kind: "invalid-spi", localAddress: destination, peer: source, protocol, spi });
  }

  #tell(now: Instant, event: IkeEvent | IpsecEvent): void {
    this.#effects.push({ kind: "event", event: { at: now, ...event } });
  }
}

function interfaceNamesOf(policy: IpsecPolicy): ReadonlyMap<IpAddress, string> {
  return new Map(policy.interfaces.map(({ localAddress, name }) => [localAddress, name]));
}

/** The input as it is, unless its octets come in a Buffer: this runs for every packet. */
function withPlainOctets(input: GatewayInput): GatewayInput {
  if (!("bytes" in input)) return input;
  const bytes = plain(input.bytes);
  return bytes === input.bytes ? input : { ...input, bytes };
}
