/**
 * Handshakes as their responder sees them: main mode with a pre-shared key and one quick mode, from many sites, for
 * `skeyid run` and for strongSwan's charon in the same place, under the same load, in turn.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CHARON, Charon } from "../test/interop/charon.ts";
import { RunningRouter } from "../test/interop/router-machines.ts";
import { alternating, type Benchmark, median, type Row } from "./benchmark.ts";
import { Network, processorMilliseconds, whyNoPeers } from "./network.ts";
import type { SitesReport } from "./site-program.ts";
import { charonHub, HUB_INSIDE, hubConfiguration, SITE_ADDRESSES, siteOf } from "./sites.ts";

const GROUPS = [2, 14] as const;
const HANDSHAKES = 300;
/** Before the first that counts: both keep what they have learned, and ours is compiled meanwhile. */
const WARM_UP = 1200;
const PARALLEL = 8;

export const handshakes: Benchmark = {
  name: "handshakes",
  title: "Main mode and quick mode, on the responder's side",
  whyNot: () => whyNoPeers(CHARON, "/usr/sbin/swanctl"),
  async run(runs) {
    const rows: Row[] = [];
    for (const group of GROUPS) rows.push(...(await rowsOf(group, runs)));
    return rows;
  },
};

async function rowsOf(group: number, runs: number): Promise<readonly Row[]> {
  const hubs = await startHubs(group, WARM_UP + runs * HANDSHAKES);
  try {
    const rates = { ours: [] as number[], charon: [] as number[] };
    const load = (name: "ours" | "charon", count: number) => async (): Promise<number> => {
      const { milliseconds, perSecond } = await hubs[name].load(count);
      rates[name].push(perSecond);
      return milliseconds;
    };
    await alternating(1, { ours: load("ours", WARM_UP), charon: load("charon", WARM_UP) });
    for (const each of Object.values(rates)) each.length = 0;
    const cost = await alternating(runs, {
      ours: load("ours", HANDSHAKES),
      charon: load("charon", HANDSHAKES),
    });
    return [
      {
        subject: `group ${group}, processor time of a handshake`,
        unit: "ms",
        ours: cost.ours,
        other: { name: "charon", figure: cost.charon },
        aim: { of: "ratio", bound: "at most", value: 0.5 },
      },
      {
        subject: `group ${group}, handshakes a second, ${PARALLEL} at a time`,
        unit: "1/s",
        ours: median(rates.ours),
        other: { name: "charon", figure: median(rates.charon) },
      },
    ];
  } finally {
    await hubs.stop();
  }
}

interface Load {
  /** Of the hub's process, for a handshake. */
  readonly milliseconds: number;
  readonly perSecond: number;
}

class Hub {
  readonly #network: Network;
  readonly #address: string;
  readonly #group: number;
  readonly #pid: number | undefined;
  #next = 0;

  constructor(network: Network, address: string, group: number, pid: number | undefined) {
    this.#network = network;
    this.#address = address;
    this.#group = group;
    this.#pid = pid;
  }

  /** So many sites that it has not seen before bring up their tunnels. */
  async load(count: number): Promise<Load> {
    const program = fileURLToPath(new URL("./site-program.ts", import.meta.url));
    const args = [this.#address, `${this.#group}`, `${this.#next}`, `${count}`, `${PARALLEL}`];
    this.#next += count;
    const before = processorMilliseconds(this.#pid);
    const command = [process.execPath, ...process.execArgv, program, ...args];
    const report: SitesReport = JSON.parse(await this.#network.output("sites", command));
    // The last of them has sent its last message, which the hub may still be at.
    await wait(200);
    if (report.failed > 0) throw new RangeError(`${report.failed} of ${count} sites got no tunnel`);
    return {
      milliseconds: (processorMilliseconds(this.#pid) - before) / count,
      perSecond: count / report.seconds,
    };
  }
}

interface Hubs {
  readonly ours: Hub;
  readonly charon: Hub;
  stop(): Promise<void>;
}

async function startHubs(group: number, sites: number): Promise<Hubs> {
  const folder = mkdtempSync(`${tmpdir()}/skeyid-bench-`);
  const network = new Network("sites", "ours", "charon");
  let charon: Charon | undefined;
  let router: RunningRouter | undefined;
  const stop = async (): Promise<void> => {
    await router?.kill();
    await charon?.stop();
    network.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const [machine, net] of [
      ["ours", "192.0.2"],
      ["charon", "198.51.100"],
    ] as const) {
      network.wire(
        { machine: "sites", device: machine, address: `${net}.1/24` },
        { machine, device: "wan0", address: `${net}.2/24` },
      );
      network.ip(machine, "address", "add", `${HUB_INSIDE}/16`, "dev", "lo");
      network.ip(machine, "route", "add", "default", "via", `${net}.1`);
    }
    network.ip("sites", "route", "add", "local", SITE_ADDRESSES, "dev", "lo");
    charon = await Charon.startWith(network.namespace("charon"), charonHub("198.51.100.2", group), {
      isQuiet: true,
    });
    const all = Array.from({ length: sites }, (_, i) => siteOf(i));
    writeFileSync(`${folder}/hub.cfg`, hubConfiguration("192.0.2.2", all, group));
    const skeyid = [process.execPath, fileURLToPath(new URL("../bin/skeyid.js", import.meta.url))];
    const run = ["run", `${folder}/hub.cfg`, "--dataplane", "tun", "--state-dir", `${folder}/state`];
    router = new RunningRouter(["ip", "netns", "exec", network.namespace("ours"), ...skeyid, ...run]);
    await router.says(/%SKEYID-5-STARTED/);
    return {
      ours: new Hub(network, "192.0.2.2", group, router.pid),
      charon: new Hub(network, "198.51.100.2", group, charon.pid),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
