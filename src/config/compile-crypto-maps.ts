/** Crypto maps on their interfaces: for each entry what IKE negotiates (a connection) and what IPsec protects (rules). */
import type { Connection } from "../ike/policy.ts";
import type { ProtectedInterface } from "../ipsec/policy.ts";
import { compileManualEntry } from "./compile-manual-entry.ts";
import { type CompiledEntry, compileEntry } from "./compile-map-entry.ts";
import { isTunnel, tellTunnelMap } from "./compile-tunnel.ts";
import type {
  Configuration,
  CryptoMapSettings,
  DynamicEntrySettings,
  InterfaceSettings,
} from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { InterfaceConfiguration } from "./router-policy.ts";

export interface CompiledMaps {
  readonly connections: readonly Connection[];
  readonly protectedInterfaces: readonly ProtectedInterface[];
}

export function compileCryptoMaps(
  configuration: Configuration,
  interfaces: readonly InterfaceConfiguration[],
  incompleteEntries: "refused" | "disabled",
  problems: Problems,
): CompiledMaps {
  const severity = incompleteEntries === "refused" ? "error" : "warning";
  const connections: Connection[] = [];
  const protectedInterfaces: ProtectedInterface[] = [];
  const compiledMaps = new Map<string, readonly CompiledEntry[]>();
  const known = new Set<string>();
  for (const own of configuration.interfaces) {
    if (own.cryptoMap === undefined) continue;
    if (isTunnel(own)) {
      tellTunnelMap(configuration, own, problems);
      continue;
    }
    const map = configuration.cryptoMaps.find(({ name }) => name === own.cryptoMap?.value);
    const entries = map === undefined ? undefined : (compiledMaps.get(map.name) ?? compileMap(map));
    if (map === undefined || entries === undefined) {
      problems.add(severity, unknownMap(own));
      continue;
    }
    compiledMaps.set(map.name, entries);
    const local = localInterface(map, own);
    if (local === undefined) continue;
    const { mtu } = interfaces.find(({ name }) => name === own.name) ?? local;
    const place = { mapName: map.name, localAddress: local.address };
    protectedInterfaces.push({
      ...place,
      name: own.name,
      mtu,
      dfBit: (own.dfBit ?? configuration.dfBit).value,
      fragmentation: (own.fragmentation ?? configuration.fragmentation).value,
      entries: entries.map((compiled) => {
        // With an interface to start from the map is one, whichever interfaces it is on: SAs stay when one of them goes.
        const id = idOf(map.name, local.name, compiled);
        const { entry, connection } = compiled.at({ ...place, id, interfaceName: own.name });
        if (connection !== undefined && !known.has(id)) connections.push(connection);
        known.add(id);
        return entry;
      }),
    });
  }
  return { connections, protectedInterfaces };

  function compileMap(map: CryptoMapSettings): readonly CompiledEntry[] {
    const { name: mapName, entries, dynamicEntries } = map;
    if (entries.length + dynamicEntries.length === 0) problems.add(severity, emptyMap(map));
    const compiled = entries.map((entry) =>
      (entry.type === "ipsec-manual" ? compileManualEntry : compileEntry)(
        configuration,
        { mapName, sequence: entry.sequence, template: undefined },
        entry,
        severity,
        problems,
      ),
    );
    // Whoever has an entry of its own is meant by that, whatever the numbers.
    return [...compiled, ...dynamicEntries.flatMap((entry) => compileDynamicEntry(mapName, entry))].filter(
      (entry) => entry !== undefined,
    );
  }

  function compileDynamicEntry(
    mapName: string,
    { sequence, dynamicMap, discovers, origin }: DynamicEntrySettings,
  ) {
    const found = configuration.dynamicMaps.find(({ name }) => name === dynamicMap);
    if (discovers)
      problems.warning({
        kind: "without-effect",
        origin,
        message: `Peers are not looked for: Tunnel Endpoint Discovery of crypto map ${mapName} ${sequence} is not in effect yet.`,
        advice: "Enter `set peer` in an entry of type ipsec-isakmp at one of the two ends.",
      });
    if (found === undefined)
      problems.add(severity, {
        kind: "wrong",
        origin,
        message: `Dynamic crypto map ${dynamicMap} does not exist.`,
        advice: `Enter \`crypto dynamic-map ${dynamicMap} 10\` with a transform set.`,
      });
    return (found?.entries ?? []).map((entry) => {
      if (entry.matchAddress === undefined)
        problems.note({
          kind: "weak",
          origin: entry.origin,
          message: `Dynamic crypto map ${dynamicMap} ${entry.sequence} has no access list: its peers say themselves what is sent to them.`,
          advice: "Enter `match address` with a list that permits no more than their networks.",
        });
      const template = { mapName: dynamicMap, sequence: entry.sequence };
      return compileEntry(configuration, { mapName, sequence, template }, entry, severity, problems);
    });
  }

  /** Whose address the tunnels start from; undefined if there is none, which is then told. */
  function localInterface(
    map: CryptoMapSettings,
    own: InterfaceSettings,
  ): InterfaceConfiguration | undefined {
    if (own.shutdown.value) {
      problems.note({
        kind: "without-effect",
        origin: own.cryptoMap?.origin,
        message: `${own.name} is shut down, so its crypto map does nothing.`,
        advice: "Enter `no shutdown` below the interface.",
      });
      return undefined;
    }
    const name = map.localAddress?.value ?? own.name;
    const found = interfaces.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    const known = configuration.interfaces.some((candidate) => candidate.name === name);
    problems.add(severity, {
      kind: "incomplete",
      origin: map.localAddress?.origin ?? own.cryptoMap?.origin,
      message: known
        ? `${name} has no IP address, and tunnels of crypto map ${map.name} start from it.`
        : `Crypto map ${map.name} takes its local address from ${name}, which is not configured.`,
      advice: `Enter \`interface ${name}\` and below it \`ip address A.B.C.D MASK\`.`,
    });
    return undefined;
  }
}

/** Of an entry on an interface: `vpn 10 Ethernet1/0`; of one of a dynamic map with its place there, `dyn/10`. */
function idOf(mapName: string, interfaceName: string, { sequence, template }: CompiledEntry): string {
  // A template's text stays in pieces, which take twice as much.
  const id = [mapName, sequence, interfaceName].join(" ");
  return template === undefined ? id : `${id} ${template.mapName}/${template.sequence}`;
}

function unknownMap({ name, cryptoMap }: InterfaceSettings) {
  return {
    kind: "wrong",
    origin: cryptoMap?.origin,
    message: `${name} has crypto map ${cryptoMap?.value}, which does not exist.`,
    advice: `Enter \`crypto map ${cryptoMap?.value} 10 ipsec-isakmp\` with a peer, a transform set and an access list.`,
  } as const;
}

function emptyMap({ name, localAddress, kept }: CryptoMapSettings) {
  return {
    kind: "incomplete",
    origin: localAddress?.origin ?? kept[0]?.origin,
    message: `Crypto map ${name} has no entry.`,
    advice: `Enter \`crypto map ${name} 10 ipsec-isakmp\` with a peer, a transform set and an access list.`,
  } as const;
}
