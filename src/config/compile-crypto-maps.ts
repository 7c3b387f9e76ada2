/** Crypto maps on their interfaces: for each entry what IKE negotiates (a connection) and what IPsec protects (rules). */
import type { Connection } from "../ike/policy.ts";
import type { ProtectedInterface } from "../ipsec/policy.ts";
import { type CompiledEntry, compileEntry } from "./compile-map-entry.ts";
import type { Configuration, CryptoMapSettings, InterfaceSettings } from "./configuration.ts";
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
  for (const own of configuration.interfaces) {
    if (own.cryptoMap === undefined) continue;
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
      entries: entries.map((entry) => {
        const id = `${map.name} ${entry.sequence} ${own.name}`;
        if (entry.selectors.length > 0)
          connections.push(entry.connectionAt({ ...place, id, interfaceName: own.name }));
        return entry.rulesAt(id);
      }),
    });
  }
  return { connections, protectedInterfaces };

  function compileMap(map: CryptoMapSettings): readonly CompiledEntry[] {
    if (map.entries.length === 0) problems.add(severity, emptyMap(map));
    return map.entries
      .map((entry) => compileEntry(configuration, map, entry, severity, problems))
      .filter((entry) => entry !== undefined);
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
    message:
      kept.length === 0
        ? `Crypto map ${name} has no entry.`
        : `Crypto map ${name} has no entry of type ipsec-isakmp with a peer of its own, the only type in effect yet.`,
    advice: `Enter \`crypto map ${name} 10 ipsec-isakmp\` with a peer, a transform set and an access list.`,
  } as const;
}
