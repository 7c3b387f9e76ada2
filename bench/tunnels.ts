/**
 * Ways for packets from one host to another through two gateways: ours, strongSwan's in user space, OpenVPN, none at all.
 * Each has its own machines, so that all can be ready at once and be measured in turn.
 */
import type { ChildProcess } from "node:child_process";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Charon } from "../test/interop/charon.ts";
import { Network } from "./network.ts";

export const BOB = "10.2.0.10";

export type Cipher = "cbc" | "gcm";

/** A tunnel that stands. Without gateways, the processes are missing. */
export class Tunnel {
  readonly network = new Network("alice", "a", "b", "bob");
  readonly folder = mkdtempSync(`${tmpdir()}/skeyid-bench-`);
  /** Of the gateway near alice, and of that near bob. */
  processes: readonly [number, number] | undefined;
  readonly #charons: Charon[] = [];

  constructor() {
    const { network } = this;
    network.wire(
      { machine: "alice", device: "lan0", address: "10.1.0.10/24" },
      { machine: "a", device: "lan0", address: "10.1.0.1/24" },
    );
    network.wire(
      { machine: "a", device: "wan0", address: "192.0.2.1/24" },
      { machine: "b", device: "wan0", address: "192.0.2.2/24" },
    );
    network.wire(
      { machine: "bob", device: "lan0", address: `${BOB}/24` },
      { machine: "b", device: "lan0", address: "10.2.0.1/24" },
    );
    network.ip("alice", "route", "add", "default", "via", "10.1.0.1");
    network.ip("bob", "route", "add", "default", "via", "10.2.0.1");
  }

  async startCharon(machine: "a" | "b", cipher: Cipher): Promise<Charon> {
    const charon = await Charon.startWith(
      this.network.namespace(machine),
      charonConfiguration(machine, cipher),
      {
        isQuiet: true,
      },
    );
    this.#charons.push(charon);
    return charon;
  }

  start(machine: string, ...command: readonly string[]): number {
    return pidOf(this.network.start(machine, command));
  }

  /** Until a ping from alice reaches bob. */
  async untilItCarries(): Promise<void> {
    for (let attempt = 0; attempt < 60; attempt++) {
      const ping = ["ping", "-c", "1", "-W", "1", BOB];
      if (await this.network.succeeds("alice", ping)) return;
      await wait(100);
    }
    throw new RangeError("no ping comes through the tunnel");
  }

  async remove(): Promise<void> {
    for (const charon of this.#charons) await charon.stop();
    this.network.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The kernel forwards in clear: what this machine can at most. */
export async function plainTunnel(): Promise<Tunnel> {
  const tunnel = new Tunnel();
  tunnel.network.ip("a", "route", "add", "10.2.0.0/24", "via", "192.0.2.2");
  tunnel.network.ip("b", "route", "add", "10.1.0.0/24", "via", "192.0.2.1");
  await tunnel.untilItCarries();
  return tunnel;
}

export async function skeyidTunnel(cipher: Cipher, encapsulation: "udp" | "raw"): Promise<Tunnel> {
  const tunnel = new Tunnel();
  const { network, folder } = tunnel;
  network.ip("a", "route", "add", "10.2.0.0/24", "via", "192.0.2.2");
  network.ip("b", "route", "add", "10.1.0.0/24", "via", "192.0.2.1");
  // Before the gateways are ready, the kernel would forward in clear.
  network.run("a", "nft", NOTHING_IN_CLEAR);
  if (encapsulation === "udp") network.run("a", "nft", NAT_FOR_IKE);
  const start = (machine: "a" | "b"): number => {
    const file = `${folder}/${machine}.cfg`;
    writeFileSync(file, skeyidConfiguration(machine, cipher));
    const skeyid = [process.execPath, fileURLToPath(new URL("../bin/skeyid.js", import.meta.url))];
    return tunnel.start(
      machine,
      ...skeyid,
      "run",
      file,
      "--dataplane",
      "tun",
      "--state-dir",
      `${folder}/${machine}`,
    );
  };
  tunnel.processes = [start("a"), start("b")];
  await tunnel.untilItCarries();
  // It was only for them to find a NAT: packets of the tunnel go without.
  if (encapsulation === "udp") network.run("a", "nft", "delete table ip bench");
  return tunnel;
}

/** Always encapsulated in UDP: its ESP in user space does nothing else. */
export async function charonTunnel(cipher: Cipher): Promise<Tunnel> {
  const tunnel = new Tunnel();
  const [a, b] = [await tunnel.startCharon("a", cipher), await tunnel.startCharon("b", cipher)];
  a.initiate();
  tunnel.processes = [a.pid ?? 0, b.pid ?? 0];
  await tunnel.untilItCarries();
  return tunnel;
}

export async function openvpnTunnel(cipher: Cipher): Promise<Tunnel> {
  const tunnel = new Tunnel();
  const { network, folder } = tunnel;
  const fingerprints = { a: certificate(folder, "a"), b: certificate(folder, "b") };
  const start = (machine: "a" | "b", other: "a" | "b"): number =>
    tunnel.start(
      machine,
      "openvpn",
      ...["--dev", "tun0", "--proto", "udp", "--port", "1194", "--verb", "0", "--disable-dco"],
      ...["--local", wanOf(machine), "--remote", wanOf(other)],
      ...["--ifconfig", `10.99.0.${machine === "a" ? 1 : 2}`, `10.99.0.${machine === "a" ? 2 : 1}`],
      ...(machine === "a" ? ["--tls-server", "--dh", "none"] : ["--tls-client"]),
      ...["--cert", `${folder}/${machine}.crt`, "--key", `${folder}/${machine}.key`],
      ...["--peer-fingerprint", fingerprints[other], "--auth", "SHA1"],
      ...["--data-ciphers", cipher === "cbc" ? "AES-128-CBC" : "AES-128-GCM"],
    );
  tunnel.processes = [start("a", "b"), start("b", "a")];
  for (const [machine, prefix] of [
    ["a", "10.2.0.0/24"],
    ["b", "10.1.0.0/24"],
  ] as const)
    await until(() => network.succeeds(machine, ["ip", "route", "add", prefix, "dev", "tun0"]));
  await tunnel.untilItCarries();
  return tunnel;
}

function wanOf(machine: "a" | "b"): string {
  return machine === "a" ? "192.0.2.1" : "192.0.2.2";
}

function skeyidConfiguration(machine: "a" | "b", cipher: Cipher): string {
  const [own, other] = machine === "a" ? (["a", "b"] as const) : (["b", "a"] as const);
  return `hostname ${own}
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
crypto isakmp key a-shared-secret address 0.0.0.0 0.0.0.0
crypto ipsec transform-set t ${cipher === "cbc" ? "esp-aes esp-sha-hmac" : "esp-gcm"}
crypto map vpn 10 ipsec-isakmp
 set peer ${wanOf(other)}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${wanOf(own)} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.${own === "a" ? 1 : 2}.0.0 0.0.0.255 10.${own === "a" ? 2 : 1}.0.0 0.0.0.255
`;
}

function charonConfiguration(machine: "a" | "b", cipher: Cipher): string {
  const other = machine === "a" ? "b" : "a";
  return `connections {
  gw {
    version = 1
    local_addrs = ${wanOf(machine)}
    remote_addrs = ${wanOf(other)}
    proposals = aes128-sha1-modp1024
    local {
      auth = psk
    }
    remote {
      auth = psk
    }
    children {
      net {
        local_ts = 10.${machine === "a" ? 1 : 2}.0.0/24
        remote_ts = 10.${machine === "a" ? 2 : 1}.0.0/24
        esp_proposals = ${cipher === "cbc" ? "aes128-sha1" : "aes128gcm16"}
      }
    }
  }
}
secrets {
  ike-1 {
    secret = a-shared-secret
  }
}
`;
}

/** A self-signed one; its fingerprint. */
function certificate(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const files = ["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.crt`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  openssl("req", "-x509", ...curve, "-nodes", ...files, "-days", "2", "-subj", `/CN=${name}`);
  const printed = openssl("x509", "-in", `${folder}/${name}.crt`, "-noout", "-fingerprint", "-sha256");
  return printed.trim().replace(/^.*=/, "");
}

function openssl(...args: readonly string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

async function until(succeeds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await succeeds()) return;
    await wait(100);
  }
  throw new RangeError("it did not come about in 10 s");
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new RangeError("a process did not start");
  return child.pid;
}

const NOTHING_IN_CLEAR =
  "add table ip clear; add chain ip clear out { type filter hook forward priority 0 ; }; add rule ip clear out oifname wan0 drop";
/** Makes two gateways with no NAT between them believe in one: IKE's first port is changed on its way out. */
const NAT_FOR_IKE =
  "add table ip bench; add chain ip bench out { type nat hook postrouting priority 100 ; }; add rule ip bench out udp sport 500 snat to 192.0.2.1:1500";
