/** `skeyid run --userspace`: two gateways on ordinary ports of this machine, without any rights, ESP in UDP between them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { RunningRouter } from "./router-machines.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/router-to-router-psk", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
const SKEYID = [process.execPath, "--import", "tsx", PROGRAM];

it("two gateways without root ping each other through ESP in UDP, and consoles reach them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "skeyid-userspace-"));
  const [a, b, c, d] = await freePorts(4);
  const [ours, theirs] = [`${a},${b}`, `${c},${d}`];
  const routers = [
    start("initiator", folder, ours, `172.16.172.20=127.0.0.1:${theirs}`),
    start("responder", folder, theirs, `172.16.172.10=127.0.0.1:${ours}`),
  ];
  try {
    for (const router of routers) await router.says(/%SKEYID-5-STARTED/);
    assert.equal(statSync(join(folder, "initiator", "console.sock")).mode & 0o777, 0o600);
    const extended = ["ping", "", "10.1.2.1", "", "", "", "y", "10.1.1.1", "", "", "", "", "", ""];
    const said = await consoleOf(folder, "initiator", ...extended, "show crypto ipsec sa");
    // The first packet asks for the tunnel and is lost, as on IOS; the others are not, once it is there.
    const [, back = ""] = /^\.+(!+)$/m.exec(said) ?? [];
    assert.ok(back.length > 0, said);
    assert.ok(said.includes(`Success rate is ${back.length * 20} percent (${back.length}/5)`), said);
    assert.match(said, new RegExp(`#pkts encaps: ${back.length},[\\s\\S]*#pkts decaps: ${back.length},`));
    assert.match(await consoleOf(folder, "responder", "show crypto isakmp sa"), /QM_IDLE/);
    const traced = await consoleOf(folder, "initiator", "traceroute 10.1.2.1 source 10.1.1.1");
    assert.match(traced, /\n {2}1 10\.1\.2\.1 \d+ msec \d+ msec \d+ msec \n/, traced);
    assert.equal(await routers[0]?.end("SIGTERM"), 0);
    assert.doesNotMatch(await consoleOf(folder, "responder", "show crypto isakmp sa"), /QM_IDLE/);
    const change = ["configure terminal", "no crypto isakmp enable", "end", "show running-config"];
    const monitored = await consoleOf(folder, "responder", "terminal monitor", ...change);
    assert.match(monitored, /%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF/);
    assert.match(monitored, /^no crypto isakmp enable$/m);
    assert.match(await consoleOf(folder, "initiator", "show version"), /no skeyid runs here/);
  } finally {
    for (const router of routers) await router.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});

function start(name: string, folder: string, ports: string, peer: string): RunningRouter {
  const options = ["--userspace", "--state-dir", join(folder, name), "--ports", ports, "--peer", peer];
  return new RunningRouter([...SKEYID, "run", `${EXAMPLE}/${name}.cfg`, ...options]);
}

/** The lines of a console after each other; an empty one is Enter. */
function consoleOf(folder: string, name: string, ...lines: readonly string[]): Promise<string> {
  const [program = "", ...rest] = [...SKEYID, "console", "--state-dir", join(folder, name)];
  return new Promise((resolve) => {
    const child = execFile(program, rest, { timeout: 300_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(lines.map((line) => `${line}\n`).join(""));
  });
}

/** Ports that nobody had a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
