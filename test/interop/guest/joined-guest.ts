/** A guest machine and a namespace on one wire: in the namespace skeyid runs as an operator runs it, in the guest its peer. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { echoesReceived, pingOptions } from "../echoes.ts";
import { GATEWAY_ADDRESS, ip, PEER_ADDRESS, PEER_INSIDE } from "../namespaces.ts";
import { RunningRouter } from "../router-machines.ts";
import { BUILT_SKEYID, buildSkeyid } from "./built-skeyid.ts";
import { Guest } from "./guest.ts";

export const KEY = "a-shared-secret";
/** Behind us, in our namespace. */
export const INSIDE = "10.1.0.1";

export class JoinedGuest {
  readonly guest: Guest;
  readonly namespace: string;
  readonly #folder: string;
  #router: RunningRouter | undefined;

  private constructor(guest: Guest, namespace: string, folder: string) {
    this.guest = guest;
    this.namespace = namespace;
    this.#folder = folder;
  }

  static async start(): Promise<JoinedGuest> {
    buildSkeyid();
    const namespace = `skg${process.pid.toString(36)}${counter++}`;
    const folder = mkdtempSync(`${tmpdir()}/skeyid-joined-`);
    try {
      ip("netns", "add", namespace);
      ip("-n", namespace, "link", "set", "lo", "up");
      ip("-n", namespace, "addr", "add", `${INSIDE}/24`, "dev", "lo");
      ip("netns", "exec", namespace, "ip", "tuntap", "add", "dev", "wan0", "mode", "tap");
      ip("-n", namespace, "addr", "add", `${GATEWAY_ADDRESS}/24`, "dev", "wan0");
      ip("-n", namespace, "link", "set", "wan0", "up");
      const guest = await Guest.boot(namespace, "wan0");
      await guest.do(`ip addr add ${PEER_ADDRESS}/24 dev vec0; ip addr add ${PEER_INSIDE}/24 dev lo`);
      await guest.do(`ip route add 10.1.0.0/24 via ${GATEWAY_ADDRESS} src ${PEER_INSIDE}`);
      return new JoinedGuest(guest, namespace, folder);
    } catch (error) {
      clear(namespace, folder);
      throw error;
    }
  }

  /** Runs skeyid with what follows the lines that all configurations have. */
  async run(...lines: readonly string[]): Promise<RunningRouter> {
    writeFileSync(`${this.#folder}/router.cfg`, `${[...COMMON, ...lines].join("\n")}\n`);
    const options = ["--state-dir", `${this.#folder}/state`, "--keys", this.#folder, "--dataplane", "tun"];
    const command = this.#skeyid("run", `${this.#folder}/router.cfg`, ...options);
    await this.#router?.kill();
    this.#router = new RunningRouter(command);
    await this.#router.says(/%SKEYID-5-STARTED/);
    return this.#router;
  }

  /** Private keys, as openssl writes them, for the next run. */
  useKeys(pem: string): void {
    writeFileSync(`${this.#folder}/router.keys`, pem, { mode: 0o600 });
  }

  /** What the console of our router answers. */
  async console(command: string): Promise<string> {
    const [program = "", ...args] = this.#skeyid(
      ...["console", "--state-dir", `${this.#folder}/state`, command],
    );
    return (await promisify(execFile)(program, args)).stdout;
  }

  /** The keys that skeyid wrote for Wireshark. */
  espKeys(): string {
    return readFileSync(`${this.#folder}/esp_sa`, "utf8");
  }

  /** Echoes from our side that came back; from behind us to behind the peer, unless said otherwise. */
  ping(count: number, source = INSIDE, destination = PEER_INSIDE): number {
    const options = pingOptions(count, undefined, source);
    try {
      return echoesReceived(ip("netns", "exec", this.namespace, "ping", ...options, destination));
    } catch (error) {
      return error instanceof Error && "stdout" in error ? echoesReceived(String(error.stdout)) : 0;
    }
  }

  /** What our side sends to IKE's ports leaves by one of these, as through a NAT; undefined: as it is. */
  translatePorts(ports: string | undefined): void {
    const table = `table ip nat {
      chain out { type nat hook postrouting priority srcnat; udp dport { 500, 4500 } masquerade to :${ports}; }
    }`;
    const ruleset = `flush ruleset\n${ports === undefined ? "" : table}\n`;
    execFileSync("ip", ["netns", "exec", this.namespace, "nft", "-f", "-"], { input: ruleset });
  }

  /** The NAT has forgotten all: its memory is made short, refreshed once, and is over. */
  async forgetPorts(): Promise<void> {
    this.#rememberFor(1);
    this.ping(1);
    await wait(2500);
    this.#rememberFor(120);
  }

  #rememberFor(seconds: number): void {
    const settings = ["udp_timeout", "udp_timeout_stream"].map(
      (name) => `net.netfilter.nf_conntrack_${name}=${seconds}`,
    );
    ip("netns", "exec", this.namespace, "sysctl", "-q", "-w", ...settings);
  }

  /** Until the first echo comes back: there may be SAs to make, and a cipher to load. */
  pingUntilAnswered(source = INSIDE, destination = PEER_INSIDE): void {
    for (let attempt = 0; attempt < 120; attempt++) if (this.ping(1, source, destination) === 1) return;
    throw new Error(`no echo comes back to ${source} from ${destination}`);
  }

  /** Echoes of who initiates come first: the other's could overtake its last message, and begin a second pair of SAs. */
  async untilTunnel(initiator: "we" | "it", source = INSIDE, destination = PEER_INSIDE): Promise<void> {
    if (initiator === "it") await this.guest.pingUntilAnswered(destination, source);
    this.pingUntilAnswered(source, destination);
  }

  async stop(): Promise<void> {
    await this.#router?.kill();
    await this.guest.powerOff();
    clear(this.namespace, this.#folder);
  }

  #skeyid(...args: readonly string[]): readonly string[] {
    return ["ip", "netns", "exec", this.namespace, ...BUILT_SKEYID, ...args];
  }
}

function clear(namespace: string, folder: string): void {
  if (ip("netns", "list").includes(namespace)) ip("netns", "del", namespace);
  rmSync(folder, { recursive: true, force: true });
}

const COMMON = [
  "hostname ours",
  `crypto isakmp key ${KEY} address ${PEER_ADDRESS}`,
  "crypto map vpn 10 ipsec-isakmp",
  ` set peer ${PEER_ADDRESS}`,
  " set transform-set t",
  " match address 101",
  "interface Loopback0",
  ` ip address ${INSIDE} 255.255.255.0`,
  "interface Ethernet0",
  ` ip address ${GATEWAY_ADDRESS} 255.255.255.0`,
  " crypto map vpn",
  "access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255",
];

let counter = 0;
