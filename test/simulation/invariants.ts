/** What must hold in every run, however bad the network; each function gives sentences about what did not. */
import { hex } from "../../src/base/octets.ts";
import { parseIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { blockContains } from "../../src/net/selector.ts";
import { SELECTOR } from "../support/ike-pair.ts";
import type { CaseStudy } from "./case-study.ts";

/** No packet that policy protects crosses the transit link in clear, and no sequence number is used twice under one key. */
export function wireViolations({ onTransit }: CaseStudy): string[] {
  const found: string[] = [];
  const used = new Set<string>();
  for (const { bytes, from, at } of onTransit) {
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) continue;
    const inside = (address: typeof packet.source): boolean =>
      blockContains(SELECTOR.local, address) || blockContains(SELECTOR.remote, address);
    if (inside(packet.source) && inside(packet.destination))
      found.push(`${at}: ${from} sent ${packet.source} → ${packet.destination} in clear`);
    if (packet.protocol !== PROTOCOL.ESP || packet.fragmentOffset > 0) continue;
    const spiAndSequence = hex(packet.payload.subarray(0, 8));
    if (used.has(spiAndSequence))
      found.push(`${at}: ${from} used SPI and sequence number ${spiAndSequence} again`);
    used.add(spiAndSequence);
  }
  return found;
}

/** Both ends of every SA hold the same keys. */
export function keyViolations({ keys }: CaseStudy): string[] {
  const seen = new Map<string, string>();
  const found: string[] = [];
  for (const { router, keys: exported } of keys) {
    const id =
      exported.kind === "isakmp"
        ? `isakmp ${exported.initiatorCookie}`
        : `esp ${exported.spi} to ${exported.destination}`;
    const value =
      exported.kind === "isakmp"
        ? `${hex(exported.encryptionKey)} ${hex(exported.skeyidA)}`
        : `${hex(exported.encryptionKey)} ${hex(exported.integrityKey)}`;
    const other = seen.get(id);
    if (other !== undefined && other !== value)
      found.push(`${router} holds other keys for ${id} than its peer`);
    seen.set(id, value);
  }
  return found;
}

/** No mistake of our own, and state that stays small whatever the network did. */
export function stateViolations(run: CaseStudy): string[] {
  const found = run.events.flatMap(({ router, event }) =>
    event.kind === "bug" ? [`${router}: ${event.detail}`] : [],
  );
  for (const router of [run.routers.A, run.routers.B]) {
    const { ike, ipsec } = router.view();
    if (ike.isakmpSas.length > 8) found.push(`${router.name} holds ${ike.isakmpSas.length} ISAKMP SAs`);
    if (ike.jobsRunning > 4) found.push(`${router.name} has ${ike.jobsRunning} jobs under way`);
    for (const sa of ike.isakmpSas)
      if (sa.exchanges > 8) found.push(`${router.name} has ${sa.exchanges} exchanges under one SA`);
    for (const flow of ipsec.flows)
      if (flow.inbound.length > 8 || flow.outbound.length > 8)
        found.push(
          `${router.name} holds ${flow.inbound.length} + ${flow.outbound.length} IPsec SAs for one flow`,
        );
  }
  return found;
}

/** Nothing was delivered twice or changed. */
export function deliveryViolations(run: CaseStudy, stream: number): string[] {
  return [run.hosts.A, run.hosts.B].flatMap((host) => {
    const { duplicated, damaged } = host.bulkReport(stream);
    return duplicated + damaged === 0
      ? []
      : [`${host.name} got ${duplicated} datagrams twice and ${damaged} damaged`];
  });
}

/** What one end sends on, the other end receives on. */
export function agreementViolations(run: CaseStudy): string[] {
  const found: string[] = [];
  const pairs = [
    [run.routers.A, run.routers.B],
    [run.routers.B, run.routers.A],
  ] as const;
  for (const [sender, receiver] of pairs) {
    const used = sender
      .view()
      .ipsec.flows.flatMap((flow) => flow.outbound)
      .at(-1);
    const known = receiver.view().ipsec.flows.flatMap((flow) => flow.inbound.map((sa) => sa.spi));
    if (used === undefined) found.push(`${sender.name} has no outbound SA`);
    else if (!known.includes(used.spi))
      found.push(`${sender.name} sends on SPI ${used.spi}, which ${receiver.name} does not have`);
  }
  return found;
}
