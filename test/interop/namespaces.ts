/** Two network namespaces joined by a wire, made for one test and taken away after it. Needs root and iproute2. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

export const GATEWAY_ADDRESS = "192.0.2.1";
export const PEER_ADDRESS = "192.0.2.2";
/** Behind the peer, in its namespace. */
export const PEER_INSIDE = "10.2.0.1";

export interface Namespaces {
  /** Where skeyid runs. */
  readonly ours: string;
  /** Where the peer runs. */
  readonly peers: string;
  remove(): void;
}

/** Why tests with real peers cannot run here, with what would enable them; undefined if they can. */
export function whyNoPeers(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return "needs root: network namespaces are made";
  for (const program of ["/usr/sbin/ip", "/sbin/ip"].some(existsSync) ? programs : ["/sbin/ip"])
    if (!existsSync(program)) return `needs ${program}: see .ci/run for the Debian packages`;
  if (!existsSync("/dev/net/tun")) return "needs /dev/net/tun: the peer carries its traffic over it";
  return undefined;
}

export function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

export function makeNamespaces(): Namespaces {
  const tag = `sk${process.pid.toString(36)}${(counter++).toString(36)}`;
  const [ours, peers] = [`${tag}a`, `${tag}b`];
  const remove = (): void => {
    for (const name of [ours, peers]) if (ip("netns", "list").includes(name)) ip("netns", "del", name);
  };
  try {
    for (const name of [ours, peers]) {
      ip("netns", "add", name);
      ip("-n", name, "link", "set", "lo", "up");
    }
    ip("link", "add", "wan0", "netns", ours, "type", "veth", "peer", "name", "wan0", "netns", peers);
    ip("-n", ours, "addr", "add", `${GATEWAY_ADDRESS}/24`, "dev", "wan0");
    ip("-n", peers, "addr", "add", `${PEER_ADDRESS}/24`, "dev", "wan0");
    ip("-n", peers, "addr", "add", `${PEER_INSIDE}/24`, "dev", "lo");
    for (const name of [ours, peers]) ip("-n", name, "link", "set", "wan0", "up");
  } catch (error) {
    remove();
    throw error;
  }
  return { ours, peers, remove };
}

let counter = 0;
