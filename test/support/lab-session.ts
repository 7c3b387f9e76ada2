/** A lab in virtual time, its routers' consoles, and everything that comes on their screens. */
import assert from "node:assert/strict";
import type { DebugFlag } from "../../src/cli/services.ts";
import { QUICK_JOBS, virtualJobs } from "../../src/lab/job-runner.ts";
import { createLab, type Lab } from "../../src/lab/lab.ts";
import { labConsoles } from "../../src/lab/lab-consoles.ts";
import { readLab } from "../../src/lab/lab-sources.ts";

export interface LabText {
  /** `initiator.cfg`. */
  readonly name: string;
  readonly text: string;
  /** Of its RSA keys. */
  readonly keys?: string | undefined;
}

export class LabSession {
  readonly lab: Lab;
  readonly #screens = new Map<string, string>();

  /** `file` is a `lab.json`. */
  constructor(
    texts: readonly LabText[],
    file?: LabText,
    options: { readonly debug?: readonly DebugFlag[]; readonly softwareVersion?: string } = {},
  ) {
    const read = readLab(texts, file);
    assert.ok(read.kind === "sources", read.kind === "problems" ? read.problems.join("\n") : "");
    const created = createLab(read.sources, {
      seed: 1,
      conditions: {},
      holdPackets: false,
      softwareVersion: options.softwareVersion ?? "1.2.3",
      debug: new Set(options.debug ?? []),
      jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
      watcher: { onLines: (router, lines) => this.#show(router, `${lines.join("\n")}\n`) },
    });
    assert.ok(created.kind === "lab", created.kind === "problems" ? created.problems.join("\n") : "");
    this.lab = created.lab;
  }

  /** Types lines at a console, one after the other; everything on its screen since, prompts and log lines included. */
  type(node: string, ...lines: readonly string[]): string {
    this.#screens.set(node, "");
    const console = labConsoles(this.lab, (name, text) => this.#show(name, text)).find(
      ({ name }) => name === node,
    );
    assert.ok(console !== undefined, `there is no ${node}`);
    for (const line of lines) {
      this.#show(node, `${console.prompt()}${line}\n`);
      let isDone = false;
      console.enter(line, () => {
        isDone = true;
      });
      while (!isDone) assert.ok(this.lab.world.step(), `${line} ends`);
    }
    return this.#screens.get(node) ?? "";
  }

  /** What has come on a console's screen since it was typed at last; it is blank then. */
  shown(node: string): string {
    const screen = this.#screens.get(node) ?? "";
    this.#screens.set(node, "");
    return screen;
  }

  #show(node: string, text: string): void {
    this.#screens.set(node, `${this.#screens.get(node) ?? ""}${text}`);
  }
}
