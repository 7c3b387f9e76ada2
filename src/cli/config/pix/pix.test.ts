import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadConfiguration } from "../../load.ts";
import { runningConfig } from "../../running-config.ts";

const TEXT = readFileSync(
  new URL("../../../../test/configurations/example-13-21-pixfirewall.cfg", import.meta.url),
  "utf8",
);

function load(...lines: readonly string[]) {
  const text = ["PIX Version 5.2", "nameif ethernet0 outside security0", ...lines].join("\n");
  return loadConfiguration(text, "pix.cfg");
}

test("every line that the PIX of the case study wrote is written back", () => {
  const printed = new Set(runningConfig(loadConfiguration(TEXT, "pix.cfg").configuration));
  const lost = TEXT.split("\n").filter((line) => line !== "" && !printed.has(line));
  // The book breaks the line of a key in two; its first half is a line of its own accord.
  assert.deepEqual(lost, [
    "pixfirewall#write terminal",
    "isakmp key myotherkey address 192.168.10.2 netmask 255.255.255.255 no-xauth no-",
    "config-mode",
  ]);
});

test("what a PIX says is the configuration that IOS would have", () => {
  const { configuration } = loadConfiguration(TEXT, "pix.cfg");
  const [outside] = configuration.interfaces;
  assert.equal(outside?.name, "Ethernet0");
  assert.equal(outside.address?.value.address, "192.168.10.1");
  assert.equal(outside.cryptoMap?.value, "newmap");
  assert.equal(outside.shutdown.value, false);
  const [policy] = configuration.isakmp.policies;
  assert.deepEqual(
    [policy?.priority, policy?.hash.value, policy?.authentication.value],
    [10, "md5", "pre-share"],
  );
  assert.equal(configuration.isakmp.enabled.value, true);
  const list = configuration.accessLists.find(({ name }) => name === "bypassingnat");
  const [rule] = list?.entries ?? [];
  assert.ok(rule?.kind === "rule", "its lines are rules");
  assert.deepEqual(rule.source, { address: "172.16.0.0", wildcard: "0.0.255.255" });
});

test("IKE is off until an interface has it, and off again when none has", () => {
  assert.equal(load().configuration.isakmp.enabled.value, false);
  assert.equal(load("isakmp enable outside").configuration.isakmp.enabled.value, true);
  const off = load("isakmp enable outside", "no isakmp enable outside").configuration;
  assert.equal(off.isakmp.enabled.value, false);
});

test("an interface is spoken of by the name that nameif gives it", () => {
  const { problems } = load("mtu inside 1400", "ip address inside 10.1.1.1 255.255.255.0");
  assert.deepEqual(
    problems.map(({ message }) => message.split("\n")[1]),
    ["interface inside not found", "interface inside not found"],
  );
});

test("0 stands for 0.0.0.0", () => {
  const printed = runningConfig(load("route outside 0 0 10.1.1.2").configuration);
  assert.ok(printed.includes("route outside 0.0.0.0 0.0.0.0 10.1.1.2 1"), printed.join("\n"));
});

test("lines behind a colon are remarks, and IOS has none", () => {
  assert.deepEqual(load(": Saved", ":", ": end").problems, []);
  assert.equal(loadConfiguration("hostname R\n: Saved", "r.cfg").problems.length, 1);
});

test("`no` with a line of an access list removes that line, with its name the list", () => {
  const lines = ["access-list a permit ip any any", "access-list a deny tcp any any eq telnet"];
  const named = (...more: readonly string[]) =>
    runningConfig(load(...lines, ...more).configuration).filter((line) => line.startsWith("access-list"));
  assert.deepEqual(named(), lines);
  assert.deepEqual(named("no access-list a permit ip any any"), lines.slice(1));
  assert.deepEqual(named("no access-list a"), []);
});
