/**
 * Brings up tunnels at a hub and says what memory each of them keeps once it is idle: policy entry, ISAKMP SA, pair of
 * IPsec SAs. Run with --expose-gc: idle-tunnel-program.ts TUNNELS
 */
import { HubWithSites, hubConfigurations, hubPolicy } from "./hub.ts";

/** Octets for each tunnel. */
export interface IdleTunnelReport {
  /** Of the process, as the kernel counts it. */
  readonly resident: number;
  /** Live objects and array buffers. */
  readonly heap: number;
  /** Of the live objects: the policy entry's, there before any SA. */
  readonly policyHeap: number;
  /** What the operator wrote, from which that was compiled: not counted above. */
  readonly configurationHeap: number;
}

/** By then what is kept for repeats of a handshake's last messages is gone. */
const IDLE_SECONDS = 120;
const WARM_UP = 500;

const tunnels = Number(process.argv[2]);
// The code is compiled, and the heap has had its growth, before anything is measured.
bringUpAll(new HubWithSites(hubPolicy(hubConfigurations(WARM_UP))), WARM_UP);
const empty = memory();
const configurations = hubConfigurations(tunnels);
const start = memory();
const sites = new HubWithSites(hubPolicy(configurations));
const configured = memory();
bringUpAll(sites, tunnels);
const end = memory();
if (sites.hub.view(sites.now).ike.isakmpSas.length !== tunnels || configurations.length === 0)
  throw new RangeError("tunnels are gone");
const report: IdleTunnelReport = {
  resident: (end.resident - start.resident) / tunnels,
  heap: (end.heap - start.heap) / tunnels,
  policyHeap: (configured.heap - start.heap) / tunnels,
  configurationHeap: (start.heap - empty.heap) / tunnels,
};
console.log(JSON.stringify(report));

function bringUpAll(hub: HubWithSites, count: number): void {
  for (let i = 0; i < count; i++) hub.bringUp(i);
  hub.pass(IDLE_SECONDS);
}

function memory(): { readonly resident: number; readonly heap: number } {
  for (let i = 0; i < 5; i++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
