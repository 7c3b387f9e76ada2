/** A person at a real terminal, played by tmux: what is on the screen after keys, as snapshots. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const MAIN = new URL("main.ts", import.meta.url).href;
const TSX = import.meta.resolve("tsx");
const isThere = spawnSync("tmux", ["-V"]).status === 0;
const skip = isThere ? false : "tmux is missing: apt-get install tmux";

const folder = mkdtempSync(join(tmpdir(), "tmux-"));
const socket = `skeyid-test-${process.pid}`;
after(() => {
  spawnSync("tmux", ["-L", socket, "kill-server"]);
  rmSync(folder, { recursive: true });
});

const CONFIGURATION = `hostname R1
enable secret cisco
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
interface Ethernet0/1
 ip address 10.0.1.1 255.255.255.0
banner motd #Keep out#
end
`;

test("a session at a terminal: passwords, Tab, ?, --More-- and editing keys", {
  skip,
  timeout: 600_000,
}, async () => {
  writeFileSync(join(folder, "r1.cfg"), CONFIGURATION);
  writeFileSync(join(folder, "lab.json"), '{ "script": [] }\n');
  // tmux takes a semicolon at the end for the end of its own command.
  const start = `const { main } = await import(${JSON.stringify(MAIN)}); await main()`;
  const command = [
    process.execPath,
    "--import",
    TSX,
    "--input-type=module",
    "-e",
    start,
    "lab",
    "lab",
    folder,
  ];
  tmux("new-session", "-d", "-x", "80", "-y", "14", "-s", "t", ...command);
  await shown("R1>");
  tmux("clear-history", "-t", "t");

  keys("ena", "Tab", "Enter");
  await shown("Password:");
  keys("cisco", "Enter");
  await shown("R1#");
  keys("show privilege", "Enter");
  assert.deepEqual((await shown("level is 15\nR1#")).slice(-3), [
    "R1#show privilege",
    "Current privilege level is 15",
    "R1#",
  ]);

  keys("show ru?");
  assert.deepEqual((await shown("show ru?\nrunning-config\nR1#show ru")).slice(-3), [
    "R1#show ru?",
    "running-config",
    "R1#show ru",
  ]);

  keys("Tab", "Enter");
  const page = await shown("--More--");
  assert.equal(page.length, 14);
  assert.deepEqual(page.slice(0, 3), ["Building configuration...", "", "Current configuration:"]);
  assert.deepEqual(page.slice(-1), [" --More--"]);
  keys("/banner", "Enter");
  assert.deepEqual((await shown("end\nR1#")).slice(-4), ["banner motd #Keep out#", "!", "end", "R1#"]);
  keys("show running-config | include hostname", "Enter");
  await shown("hostname R1\nR1#");
  keys("show running-config", "Enter");
  await shown("--More--");
  keys("q");
  assert.equal((await shown("R1#")).at(-1), "R1#");

  keys("wrong words", "C-a", "show ", "C-k", "privilege", "C-w", "C-y", "Enter");
  await shown("level is 15\nR1#");
  keys("Up");
  assert.equal((await shown("R1#show privilege")).at(-1), "R1#show privilege");
  keys("C-u", "configure terminal", "Enter", "hostname R2", "Enter");
  await shown("R2(config)#");
  keys("C-z");
  assert.equal((await shown("R2#")).at(-1), "R2#");
  keys("exit", "Enter");
});

function tmux(...args: readonly string[]): string {
  return execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
}

function keys(...pressed: readonly string[]): void {
  tmux("send-keys", "-t", "t", ...pressed);
}

/** The screen, once it ends in this, which a busy machine takes its time for. */
async function shown(end: string): Promise<readonly string[]> {
  let rows: readonly string[] = [];
  for (let i = 0; i < 2000; i++) {
    rows = tmux("capture-pane", "-p", "-t", "t")
      .trimEnd()
      .split("\n")
      .map((row) => row.trimEnd());
    if (rows.join("\n").endsWith(end)) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the screen does not end in ${JSON.stringify(end)}:\n${rows.join("\n")}`);
}
