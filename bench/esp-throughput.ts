/**
 * TCP and small UDP packets through two gateways on one machine, by iperf3. All share its processors, so what compares is
 * what a gateway's process carries for each second of processor time.
 */
import { setTimeout as wait } from "node:timers/promises";
import { CHARON } from "../test/interop/charon.ts";
import { alternating, type Benchmark, median, type Row } from "./benchmark.ts";
import { processorMilliseconds, whyNoPeers } from "./network.ts";
import {
  BOB,
  type Cipher,
  charonTunnel,
  openvpnTunnel,
  plainTunnel,
  skeyidTunnel,
  type Tunnel,
} from "./tunnels.ts";

const TCP_SECONDS = 4;
const UDP_SECONDS = 2;
/** Fits into every tunnel without fragments. */
const SEGMENT = 1300;

const PROGRAMS = [
  CHARON,
  "/usr/sbin/swanctl",
  "/usr/sbin/openvpn",
  "/usr/bin/iperf3",
  "/usr/sbin/nft",
  "/usr/bin/openssl",
];

export const espThroughput: Benchmark = {
  name: "esp-throughput",
  title: "Throughput of a tunnel between two gateways",
  whyNot: () => whyNoPeers(...PROGRAMS),
  async run(runs) {
    const tunnels = new Map<string, Tunnel>();
    try {
      for (const [name, start] of CONTENDERS) tunnels.set(name, await start());
      return rowsOf(await measureAll(tunnels, runs));
    } finally {
      for (const tunnel of tunnels.values()) await tunnel.remove();
    }
  },
};

const NAMES: { readonly [C in Cipher]: string } = { cbc: "AES-128-CBC, SHA-1", gcm: "AES-128-GCM" };
const CIPHERS: readonly Cipher[] = ["cbc", "gcm"];

const CONTENDERS: readonly (readonly [string, () => Promise<Tunnel>])[] = [
  ["plain", plainTunnel],
  ...CIPHERS.flatMap((cipher) => [
    [`udp ${cipher}`, () => skeyidTunnel(cipher, "udp")] as const,
    [`raw ${cipher}`, () => skeyidTunnel(cipher, "raw")] as const,
    [`charon ${cipher}`, () => charonTunnel(cipher)] as const,
    [`openvpn ${cipher}`, () => openvpnTunnel(cipher)] as const,
  ]),
];

/** Medians. Of processor time there is none where the kernel forwards alone. */
interface Figures {
  readonly megabitsPerSecond: number;
  readonly sending: number;
  readonly receiving: number;
  readonly packetsPerSecond: number;
  readonly microsecondsPerPacket: number;
}

async function measureAll(
  tunnels: ReadonlyMap<string, Tunnel>,
  runs: number,
): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures[]>();
  const measures = [...tunnels].map(
    ([name, tunnel]) =>
      [
        name,
        async () => {
          const each = { ...(await tcp(tunnel)), ...(await udp(tunnel)) };
          figures.set(name, [...(figures.get(name) ?? []), each]);
          return each.megabitsPerSecond;
        },
      ] as const,
  );
  // The first round is for the compiler, as with handshakes.
  await alternating(1, Object.fromEntries(measures));
  figures.clear();
  await alternating(runs, Object.fromEntries(measures));
  const medianOf = (all: readonly Figures[], figure: keyof Figures): number =>
    median(all.map((each) => each[figure]));
  return new Map(
    [...figures].map(([name, all]) => [
      name,
      {
        megabitsPerSecond: medianOf(all, "megabitsPerSecond"),
        sending: medianOf(all, "sending"),
        receiving: medianOf(all, "receiving"),
        packetsPerSecond: medianOf(all, "packetsPerSecond"),
        microsecondsPerPacket: medianOf(all, "microsecondsPerPacket"),
      },
    ]),
  );
}

async function tcp(tunnel: Tunnel) {
  const { report, processor } = await iperf(tunnel, TCP_SECONDS, "-M", `${SEGMENT}`);
  const megabits = (report.end.sum_received?.bytes ?? Number.NaN) * 8e-6;
  const seconds = report.end.sum_received?.seconds ?? Number.NaN;
  return {
    megabitsPerSecond: megabits / seconds,
    sending: (megabits / processor[0]) * 1000,
    receiving: (megabits / processor[1]) * 1000,
  };
}

async function udp(tunnel: Tunnel) {
  const { report, processor } = await iperf(tunnel, UDP_SECONDS, "-u", "-b", "0", "-l", "64");
  const {
    packets = Number.NaN,
    lost_packets: lost = Number.NaN,
    seconds = Number.NaN,
  } = report.end.sum ?? {};
  const delivered = packets - lost;
  return {
    packetsPerSecond: delivered / seconds,
    microsecondsPerPacket: (Math.max(...processor) * 1000) / delivered,
  };
}

/** What is read of what iperf3 reports as JSON. */
interface IperfReport {
  readonly end: {
    readonly sum_received?: { readonly bytes: number; readonly seconds: number };
    readonly sum?: { readonly packets: number; readonly lost_packets: number; readonly seconds: number };
  };
}

/** The milliseconds of processor time are those of the gateway that sends, and of the one that receives. */
async function iperf({ network, processes }: Tunnel, seconds: number, ...options: readonly string[]) {
  const server = network.start("bob", ["iperf3", "-s", "-1"], "ignore");
  await wait(300);
  const processor = () =>
    processes === undefined ? [Number.NaN, Number.NaN] : processes.map(processorMilliseconds);
  const before = processor();
  const output = await network.output("alice", [
    ...["iperf3", "-c", BOB, "-t", `${seconds}`, "-J"],
    ...options,
  ]);
  const after = processor();
  server.kill();
  const report: IperfReport = JSON.parse(output);
  const used = after.map((each, i) => each - (before[i] ?? 0));
  return { report, processor: [used[0] ?? Number.NaN, used[1] ?? Number.NaN] as const };
}

function rowsOf(all: ReadonlyMap<string, Figures>): readonly Row[] {
  const of = (name: string, figure: keyof Figures): number => all.get(name)?.[figure] ?? Number.NaN;
  const rows: Row[] = [];
  for (const cipher of CIPHERS) {
    const other = (name: string, figure: keyof Figures, shown = name) => ({
      name: shown,
      figure: of(name, figure),
    });
    for (const figure of ["sending", "receiving"] as const)
      for (const [name, value] of [
        ["charon", cipher === "cbc" ? 5 : 6],
        ["openvpn", cipher === "cbc" ? 4 : 5],
      ] as const)
        rows.push({
          subject: `TCP, ${NAMES[cipher]}, ESP in UDP, ${figure} gateway`,
          unit: "Mbit/s a core",
          ours: of(`udp ${cipher}`, figure),
          other: other(`${name} ${cipher}`, figure, name),
          aim: { of: "ratio", bound: "at least", value },
        });
    for (const figure of ["sending", "receiving"] as const)
      rows.push({
        subject: `TCP, ${NAMES[cipher]}, raw ESP, ${figure} gateway`,
        unit: "Mbit/s a core",
        ours: of(`raw ${cipher}`, figure),
        other: other(`charon ${cipher}`, figure, "charon, in UDP"),
        aim: { of: "ratio", bound: "at least", value: 2 },
      });
    for (const [kind, label] of [
      ["udp", "ESP in UDP"],
      ["raw", "raw ESP"],
    ] as const) {
      rows.push({
        subject: `TCP, ${NAMES[cipher]}, ${label}, all on this machine`,
        unit: "Mbit/s",
        ours: of(`${kind} ${cipher}`, "megabitsPerSecond"),
        other: other("plain", "megabitsPerSecond", "no gateway"),
      });
      rows.push({
        subject: `UDP of 64 octets, ${NAMES[cipher]}, ${label}`,
        unit: "packets/s",
        ours: of(`${kind} ${cipher}`, "packetsPerSecond"),
        other: other(`charon ${cipher}`, "packetsPerSecond", "charon"),
      });
      rows.push({
        subject: `UDP of 64 octets, ${NAMES[cipher]}, ${label}, busier gateway`,
        unit: "us a packet",
        ours: of(`${kind} ${cipher}`, "microsecondsPerPacket"),
        other: other(`charon ${cipher}`, "microsecondsPerPacket", "charon"),
      });
    }
  }
  return rows;
}
