/** A lab from configurations written in a test, and what its routers and hosts are asked. */
import assert from "node:assert/strict";
import { milliseconds } from "../../src/base/time.ts";
import type { GatewayEvent } from "../../src/gateway/contract.ts";
import { QUICK_JOBS, virtualJobs } from "../../src/lab/job-runner.ts";
import { createLab, type Lab } from "../../src/lab/lab.ts";
import { labConsoles } from "../../src/lab/lab-consoles.ts";
import { readLab } from "../../src/lab/lab-sources.ts";
import type { TappedPacket } from "../../src/lab/link.ts";
import { ipv4 } from "../../src/net/ip-address.ts";

export class TextLab {
  readonly lab: Lab;
  /** `A: 00:00:00: …`. */
  readonly said: string[] = [];
  readonly events: { readonly router: string; readonly event: GatewayEvent }[] = [];
  /** Links between routers. */
  readonly crossed: TappedPacket[] = [];

  /** A configuration each. */
  constructor(configurations: readonly string[], file?: object) {
    const read = readLab(
      configurations.map((text, i) => ({ name: `router${i + 1}.cfg`, text })),
      file === undefined ? undefined : { name: "lab.json", text: JSON.stringify(file) },
    );
    assert.ok(read.kind === "sources", read.kind === "problems" ? read.problems.join("\n") : "");
    const created = createLab(read.sources, {
      seed: 1,
      conditions: {},
      holdPackets: false,
      debug: new Set(),
      jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
      watcher: {
        onLines: (router, lines) => this.said.push(...lines.map((line) => `${router}: ${line}`)),
        onEvent: (router, event) => this.events.push({ router, event }),
        onPacket: (packet) => this.crossed.push(packet),
      },
    });
    assert.ok(created.kind === "lab", created.kind === "problems" ? created.problems.join("\n") : "");
    this.lab = created.lab;
  }

  /** Types lines at a console; the lines that are printed. */
  typed(name: string, ...lines: readonly string[]): string[] {
    let text = "";
    const console = labConsoles(this.lab, (_, more) => {
      text += more;
    }).find((each) => each.name === name);
    assert.ok(console !== undefined, `there is no ${name}`);
    for (const line of lines) {
      let isDone = false;
      console.enter(line, () => {
        isDone = true;
      });
      while (!isDone) assert.ok(this.lab.world.step(), `${line} goes on for ever`);
    }
    return text.trimEnd().split("\n");
  }

  /** Configuration lines. */
  configured(name: string, ...lines: readonly string[]): void {
    this.typed(name, "configure terminal", ...lines, "end");
  }

  /** The marks of a ping from a console. */
  pinged(name: string, destination: string, options = ""): string {
    const lines = this.typed(name, `ping ${ipv4(destination)}${options === "" ? "" : ` ${options}`}`);
    return lines.find((line) => /^[!.U?M&]+$/.test(line)) ?? lines.join("\n");
  }

  run(seconds: number): void {
    this.lab.world.runFor(milliseconds(seconds * 1000));
  }

  /** IP protocols that have crossed since last asked. */
  protocols(): number[] {
    return [...new Set(this.crossed.splice(0).map(({ bytes }) => bytes[9] ?? 0))].sort((a, b) => a - b);
  }
}
