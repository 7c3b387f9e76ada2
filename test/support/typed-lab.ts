/** A lab of configuration files, driven by lines typed at its routers. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { QUICK_JOBS, virtualJobs } from "../../src/lab/job-runner.ts";
import { createLab, type Lab } from "../../src/lab/lab.ts";
import { labConsoles } from "../../src/lab/lab-consoles.ts";
import { readLab } from "../../src/lab/lab-sources.ts";
import type { TappedPacket } from "../../src/lab/link.ts";

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** The configuration files of an example. */
export function exampleFiles(name: string): SourceFile[] {
  const folder = new URL(`../../examples/${name}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".cfg"))
    .map((file) => ({ name: file, text: readFileSync(new URL(file, folder), "utf8") }));
}

export interface TypedLab {
  readonly lab: Lab;
  /** What crossed its links. */
  readonly crossed: readonly TappedPacket[];
  /** Types lines at a router; the lines that are printed. */
  readonly type: (router: string, ...lines: readonly string[]) => string[];
}

export function typedLab(files: readonly SourceFile[]): TypedLab {
  const read = readLab(files, undefined);
  assert.ok(read.kind === "sources", read.kind === "problems" ? read.problems.join("\n") : "");
  const crossed: TappedPacket[] = [];
  const created = createLab(read.sources, {
    seed: 1,
    conditions: {},
    holdPackets: false,
    debug: new Set(),
    jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
    watcher: { onLines: () => {}, onPacket: (packet) => crossed.push(packet) },
  });
  assert.ok(created.kind === "lab", created.kind === "problems" ? created.problems.join("\n") : "");
  const { lab } = created;
  return { lab, crossed, type: (router, ...lines) => typed(lab, router, ...lines) };
}

/** Types lines at a router; the lines that are printed. */
export function typed(lab: Lab, router: string, ...lines: readonly string[]): string[] {
  let text = "";
  const console = labConsoles(lab, (_, more) => {
    text += more;
  }).find(({ name }) => name === router);
  assert.ok(console !== undefined, `no router ${router}`);
  for (const line of lines) {
    let isDone = false;
    console.enter(line, () => {
      isDone = true;
    });
    while (!isDone) assert.ok(lab.world.step(), `nothing ends "${line}"`);
  }
  return text.trimEnd().split("\n");
}
