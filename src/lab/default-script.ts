/** What a folder without a script shows: a ping that the first router's policy protects, and what came of it at both ends. */
import type { IpAddress } from "../net/ip-address.ts";
import { selectorMatchesOutbound } from "../net/selector.ts";
import type { ScriptStep } from "./lab-file.ts";
import type { SourceRouter } from "./lab-sources.ts";

export function defaultScript(routers: readonly SourceRouter[]): readonly ScriptStep[] {
  const found = protectedPing(routers);
  if (found === undefined) return routers.map(({ shape }) => showing(shape.name));
  const { from, to, source, destination } = found;
  return [
    { kind: "type", router: from, lines: [`ping ${destination} source ${source}`] },
    showing(from),
    showing(to),
  ];
}

interface ProtectedPing {
  readonly from: string;
  readonly to: string;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/** The first pair of routers' own addresses between which a crypto map of the first protects an echo. */
function protectedPing(routers: readonly SourceRouter[]): ProtectedPing | undefined {
  for (const { shape: near, policy } of routers)
    for (const { selectors } of policy.ike.connections)
      for (const { shape: far } of routers)
        for (const { address: source } of near.interfaces)
          for (const { address: destination } of far.interfaces) {
            const echo = { source, destination, protocol: 1, sourcePort: 0, destinationPort: 0 };
            if (near === far || !selectors.some(({ selector }) => selectorMatchesOutbound(selector, echo)))
              continue;
            return { from: near.name, to: far.name, source, destination };
          }
  return undefined;
}

function showing(router: string): ScriptStep {
  return {
    kind: "type",
    router,
    lines: ["show crypto isakmp sa", "show crypto ipsec sa", "show crypto map"],
  };
}
