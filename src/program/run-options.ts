/** The command line of `skeyid run`. */
import type { DebugFlag } from "../cli/services.ts";
import type { PeerPlace, UserspacePorts } from "../host/linux/userspace-gateway.ts";
import { NAT_TRAVERSING_CONVENTIONS, type WireConventions } from "../ike/wire-conventions.ts";
import { type IpAddress, parseIpv4 } from "../net/ip-address.ts";
import { type CommandSyntax, readArguments } from "./arguments.ts";
import { DEBUG_WORDS } from "./debug-words.ts";
import type { ListeningPlace } from "./ways-in/ssh-server.ts";

export interface RunOptions {
  readonly file: string;
  /** IOS names, in lower case, to Linux devices. */
  readonly interfaces: ReadonlyMap<string, string>;
  readonly configureAddresses: boolean;
  /** Addresses, static routes and sysctls, too. */
  readonly configure: boolean;
  readonly check: boolean;
  readonly userspace: boolean;
  readonly hold: boolean;
  readonly conventions: WireConventions;
  readonly dataplane: DataplaneChoice;
  /** The kernel joins and cuts packets for us, and OpenSSL keeps its contexts, where they can. */
  readonly offload: boolean;
  readonly pcap: string | undefined;
  readonly keys: string | undefined;
  readonly debug: ReadonlySet<DebugFlag>;
  /** With `userspace`: in place of 500 and 4500. */
  readonly ports: UserspacePorts;
  /** With `userspace`: where peers really are, by the address that the configuration has. */
  readonly peers: ReadonlyMap<IpAddress, PeerPlace>;
  /** Where SSH is awaited; undefined: on port 22 of all addresses. */
  readonly ssh: ListeningPlace | undefined;
  /** Where Telnet is awaited on loopback; undefined: 23. */
  readonly telnetPort: number | undefined;
  /** Undefined: the usual one. */
  readonly stateDirectory: string | undefined;
}

/** Who carries packets: we, through TUN devices, or the kernel. */
export type DataplaneChoice = (typeof DATAPLANES)[number];

export type RunOptionsRead =
  | { readonly kind: "options"; readonly options: RunOptions }
  | { readonly kind: "help" }
  | { readonly kind: "problem"; readonly problem: string };

export const RUN_SYNTAX: CommandSyntax = {
  name: "run",
  operands: "CONFIG",
  operandsMin: 1,
  operandsMax: 1,
  summary: [
    "Makes this Linux machine the router of an IOS configuration: IKE on UDP 500 and 4500, ESP, and what the crypto",
    "access lists permit steered through the tunnels. Needs root, or CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE.",
    "SIGTERM or Ctrl-C deletes the SAs at the peers and leaves the machine as it was found.",
  ],
  options: {
    interface: {
      value: "NAME=DEVICE",
      help: "which Linux device an IOS interface is; by default the one that has its address",
    },
    "configure-addresses": {
      help: "assign the configuration's addresses where they are missing, while it runs",
    },
    configure: { help: "that, and set static routes, forwarding and reverse path filters, while it runs" },
    check: { help: "try everything, change nothing, say what is in the way" },
    userspace: { help: "without root: IKE and ESP in UDP on ordinary ports, no packets of this machine" },
    ports: { value: "IKE,NAT", help: "with --userspace: its UDP ports, by default 10500,14500" },
    peer: {
      value: "ADDRESS=HOST:IKE,NAT",
      help: "with --userspace: where the peer ADDRESS really is, if not there on ports 500 and 4500",
    },
    dataplane: {
      value: "WHO",
      help: "xfrm: the kernel's IPsec carries packets; tun: skeyid does; by default (auto) the kernel where it can",
    },
    hold: { help: "packets wait for their tunnel; by default the one that asks for it is lost, as on IOS" },
    "rfc-nonces": {
      help: "authentication by encrypted nonces as RFC 2409 has it; by default as IOS does it, with which it does not go together",
    },
    "no-offload": {
      help: "packets one by one, and Node's own cryptography, as where there is nothing better: slow, for finding faults",
    },
    debug: {
      value: "WHAT",
      help: "isakmp, ipsec, engine, key-exchange, pki, session (with commas between) or all: IOS's debug lines",
    },
    pcap: { value: "FILE", help: "write IKE and ESP packets to a capture file" },
    keys: { value: "FILE", help: "write the keys with which Wireshark decrypts them (secrets)" },
    ssh: {
      value: "[ADDRESS:]PORT",
      help: "where SSH is awaited, in place of port 22, once the configuration lets it in (line vty, transport input ssh)",
    },
    telnet: { value: "PORT", help: "where Telnet is awaited on loopback, in place of 23" },
    "state-dir": {
      value: "DIR",
      help: "for the console's socket and what must be undone; by default /run/skeyid",
    },
  },
  examples: [
    "sudo npx skeyid run router.cfg --check",
    "sudo npx skeyid run router.cfg --interface Ethernet0/0=eth1 --configure",
  ],
};

export function readRunOptions(args: readonly string[]): RunOptionsRead {
  const read = readArguments(RUN_SYNTAX, args);
  if (read.kind !== "read") return read;
  const { operands, given, values } = read;
  const last = (name: string): string | undefined => values.get(name)?.at(-1);
  const interfaces = new Map<string, string>();
  for (const text of values.get("interface") ?? []) {
    const [, name, device] = /^([^=\s]+)=([^=\s/]{1,15})$/.exec(text) ?? [];
    if (name === undefined || device === undefined)
      return problem(`--interface needs NAME=DEVICE, such as Ethernet0/0=eth1, not ${JSON.stringify(text)}`);
    interfaces.set(name.toLowerCase(), device);
  }
  const ports = readPorts(last("ports") ?? "10500,14500");
  if (ports === undefined) return problem(`--ports needs two numbers, such as 10500,14500`);
  const peers = new Map<IpAddress, PeerPlace>();
  for (const text of values.get("peer") ?? []) {
    const [, peer = "", host = "", numbers = ""] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
    const [address, real, places] = [parseIpv4(peer), parseIpv4(host), readPorts(numbers)];
    if (address === undefined || real === undefined || places === undefined)
      return problem(`--peer needs ADDRESS=HOST:IKE,NAT, such as 192.0.2.2=127.0.0.1:20500,24500`);
    peers.set(address, { address: real, ...places });
  }
  const debug = new Set<DebugFlag>();
  for (const word of (values.get("debug") ?? []).flatMap((text) => text.split(","))) {
    const flags = Object.hasOwn(DEBUG_WORDS, word) ? DEBUG_WORDS[word] : undefined;
    if (flags === undefined)
      return problem(`--debug knows ${Object.keys(DEBUG_WORDS).join(", ")}, not ${JSON.stringify(word)}`);
    for (const flag of flags) debug.add(flag);
  }
  const ssh = readPlace(last("ssh"));
  if (ssh === "wrong") return problem("--ssh needs a port, or ADDRESS:PORT, such as 127.0.0.1:2222");
  const telnet = readPlace(last("telnet"));
  if (telnet === "wrong" || last("telnet")?.includes(":") === true)
    return problem("--telnet needs a port, such as 2323: Telnet is awaited on loopback alone");
  const dataplane = DATAPLANES.find((each) => each === (last("dataplane") ?? "auto"));
  if (dataplane === undefined)
    return problem(`--dataplane needs ${DATAPLANES.join(", ")}, not ${JSON.stringify(last("dataplane"))}`);
  return {
    kind: "options",
    options: {
      file: operands[0] ?? "",
      interfaces,
      configureAddresses: given.has("configure-addresses") || given.has("configure"),
      configure: given.has("configure"),
      check: given.has("check"),
      userspace: given.has("userspace"),
      hold: given.has("hold"),
      conventions: {
        ...NAT_TRAVERSING_CONVENTIONS,
        encryptedNonceSkeyid: given.has("rfc-nonces") ? "rfc2409" : "ios",
      },
      dataplane,
      offload: !given.has("no-offload"),
      ports,
      peers,
      pcap: last("pcap"),
      keys: last("keys"),
      debug,
      ssh,
      telnetPort: telnet?.port,
      stateDirectory: last("state-dir"),
    },
  };
}

const DATAPLANES = ["auto", "tun", "xfrm"] as const;

function readPlace(text: string | undefined): ListeningPlace | undefined | "wrong" {
  if (text === undefined) return undefined;
  const [, address = "0.0.0.0", digits = ""] = /^(?:([^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return parseIpv4(address) !== undefined && port >= 1 && port <= 65_535 ? { address, port } : "wrong";
}

function readPorts(text: string): UserspacePorts | undefined {
  const [ike = 0, nat = 0, ...more] = text
    .split(",")
    .map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : 0));
  const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
  return isPort(ike) && isPort(nat) && more.length === 0 ? { ike, nat } : undefined;
}

function problem(text: string): RunOptionsRead {
  return { kind: "problem", problem: text };
}
