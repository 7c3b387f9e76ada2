/**
 * The case study as a user sees it, held against the transcript beside this file. After a change that is meant to show:
 * `UPDATE_TRANSCRIPTS=1 node scripts/test.mjs test/lab`, and read the difference.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

const { UPDATE_TRANSCRIPTS } = process.env;
const TRANSCRIPT = new URL("router-to-router-psk.txt", import.meta.url);

test("the case study runs as its transcript says", async () => {
  const { code, out, err } = await skeyidLab("router-to-router-psk", "--seed", "13");
  assert.equal(code, 0);
  assert.deepEqual(err, []);
  const text = `${out.join("\n")}\n`;
  if (UPDATE_TRANSCRIPTS !== undefined) writeFileSync(TRANSCRIPT, text);
  assert.deepEqual(out, readFileSync(TRANSCRIPT, "utf8").split("\n").slice(0, -1));
});

test("the first ping is lost and brings the tunnel up, unless packets are held", async () => {
  const lost = await skeyidLab("router-to-router-psk", "--debug", "none");
  assertLine(lost.out, ".!!!!");
  assertLine(lost.out, /^Success rate is 80 percent \(4\/5\), round-trip min\/avg\/max = 2\/2\/2 ms$/);
  const held = await skeyidLab("router-to-router-psk", "--debug", "none", "--hold");
  assertLine(held.out, "!!!!!");
  assertLine(held.out, /^Success rate is 100 percent \(5\/5\)/);
});

test("what is debugged is what was asked for", async () => {
  const logged = async (what: string) =>
    (await skeyidLab("router-to-router-psk", "--debug", what)).out
      .filter((line) => /^(Initiator|Responder) \|/.test(line))
      .join("\n");
  assert.equal(await logged("none"), "");
  const isakmp = await logged("isakmp");
  assert.match(isakmp, /ISAKMP \(0:1\): SKEYID state generated/);
  assert.doesNotMatch(isakmp, /IPSEC\(|CryptoEngine0/);
  assert.match(await logged("ipsec"), /IPSEC\(create_sa\): sa created/);
  assert.match(await logged("engine"), /CryptoEngine0: /);
});

test("both ends name the same security parameter indexes, crosswise", async () => {
  const { out } = await skeyidLab("router-to-router-psk", "--debug", "none");
  const spis = out.flatMap((line) => /spi: 0x([0-9A-F]+)\(\d+\)/.exec(line)?.[1] ?? []);
  assert.equal(spis.length, 4);
  assert.deepEqual(spis.slice(0, 2), spis.slice(2).reverse());
});

test("the same seed repeats a run, and another does not", async () => {
  const run = async (seed: string) => (await skeyidLab("--seed", seed, "--loss", "20")).out.join("\n");
  assert.equal(await run("1"), await run("1"));
  assert.notEqual(await run("1"), await run("2"));
});

test("with --json every line is an object, and the events are those of both routers", async () => {
  const { code, out } = await skeyidLab("--json", "--seed", "1");
  assert.equal(code, 0);
  const values: readonly { kind?: string; router?: string; console?: string; line?: string }[] = out.map(
    (line) => JSON.parse(line),
  );
  const established = values.filter(({ kind }) => kind === "isakmp-sa-established");
  assert.deepEqual(established.map(({ router }) => router).sort(), ["Initiator", "Responder"]);
  assert.ok(values.some(({ console, line }) => console === "Initiator" && line === ".!!!!"));
});

function assertLine(lines: readonly string[], wanted: string | RegExp): void {
  const found = lines.some((line) => (typeof wanted === "string" ? line === wanted : wanted.test(line)));
  assert.ok(found, `no line ${wanted} in:\n${lines.join("\n")}`);
}
