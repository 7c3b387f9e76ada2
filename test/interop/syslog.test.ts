/** rsyslog at the other end of `logging host`: it takes what we send apart as we have put it together, in both formats. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { RunningRouter } from "./router-machines.ts";
import { until } from "./until.ts";

const RSYSLOGD = "/usr/sbin/rsyslogd";
const skip = existsSync(RSYSLOGD) ? false : `needs ${RSYSLOGD}: apt-get install rsyslog`;
const PROGRAM = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
const SKEYID = [process.execPath, "--import", "tsx", PROGRAM];

describe("rsyslog", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "skeyid-syslog-"));
  const raw = join(folder, "raw");
  const fields = join(folder, "fields");
  const running: RunningRouter[] = [];

  before(async () => {
    const [port, ike, nat] = await freePorts(3);
    writeFileSync(
      join(folder, "rsyslog.conf"),
      `module(load="imudp")
input(type="imudp" address="127.0.0.1" port="${port}")
template(name="raw" type="string" string="%rawmsg%\\n")
template(name="fields" type="string" string="%pri-text% %protocol-version% %hostname% %app-name% %msgid% %timereported:::date-rfc3339% |%msg%\\n")
action(type="omfile" file="${raw}" template="raw")
action(type="omfile" file="${fields}" template="fields")
`,
    );
    writeFileSync(
      join(folder, "r1.cfg"),
      `hostname R1
service timestamps log datetime msec
logging trap debugging
logging facility local3
logging host 127.0.0.1 transport udp port ${port}
interface Loopback0
 ip address 10.9.9.1 255.255.255.255
end
`,
    );
    const server = [RSYSLOGD, "-n", "-f", join(folder, "rsyslog.conf"), "-i", join(folder, "rsyslog.pid")];
    running.push(new RunningRouter(server));
    const inHexadecimal = (port ?? 0).toString(16).toUpperCase().padStart(4, "0");
    await until(() => readFileSync("/proc/net/udp", "utf8").includes(`0100007F:${inHexadecimal} `));
    const options = ["--userspace", "--state-dir", folder, "--ports", `${ike},${nat}`];
    const router = new RunningRouter([...SKEYID, "run", join(folder, "r1.cfg"), ...options]);
    running.push(router);
    await router.says(/%SKEYID-5-STARTED/);
  });

  after(async () => {
    for (const each of running) await each.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has IOS's format as it was sent: sequence number, time stamp, message", async () => {
    await console("configure terminal", "no crypto isakmp enable", "end");
    await until(() => [raw, fields].every((file) => linesOf(file).some((line) => line.includes("CONFIG_I"))));
    const [line = ""] = linesOf(raw).filter((each) => each.includes("CONFIG_I"));
    // local3 is 19, a notification is 5.
    assert.match(
      line,
      /^<157>\d+: [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3}: %SYS-5-CONFIG_I: Configured from console/,
    );
    const said = linesOf(fields).filter((each) => /^local3\.\w+ 0 /.test(each));
    assert.ok(
      said.some(
        (each) => each.startsWith("local3.info") && each.includes("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"),
      ),
      said.join("\n"),
    );
    assert.ok(
      said.some((each) => each.startsWith("local3.notice")),
      said.join("\n"),
    );
    const numbers = linesOf(raw).map((each) => Number(/^<\d+>(\d+): /.exec(each)?.[1]));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  });

  it("has every field of RFC 5424, and nothing after logging ends", async () => {
    await console("configure terminal", "logging format rfc5424", "crypto isakmp enable", "end");
    await until(() => linesOf(fields).some((line) => / 1 R1 .*CONFIG_I/.test(line)));
    const said = linesOf(fields).filter((line) => / 1 R1 skeyid /.test(line));
    const [onOff = ""] = said.filter((line) => line.includes("ISAKMP is ON"));
    assert.match(
      onOff,
      /^local3\.info 1 R1 skeyid CRYPTO-6-ISAKMP_ON_OFF \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \|%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON$/,
    );
    const reported = /(\d{4}-\d\d-\d\dT\S+Z)/.exec(onOff)?.[1] ?? "";
    assert.ok(Math.abs(Date.parse(reported) - Date.now()) < 120_000, `${reported} is now`);
    const count = linesOf(raw).length;
    await console(
      "configure terminal",
      "no logging on",
      "no crypto isakmp enable",
      "crypto isakmp enable",
      "end",
    );
    await console("configure terminal", "logging on", "end");
    await until(() => linesOf(raw).length > count);
    assert.ok(
      linesOf(raw)
        .slice(count)
        .every((line) => line.includes("CONFIG_I")),
      linesOf(raw).join("\n"),
    );
  });

  /** Lines of a console after each other. */
  function console(...lines: readonly string[]): Promise<string> {
    const [program = "", ...args] = [...SKEYID, "console", "--state-dir", folder];
    return new Promise((resolve) => {
      const child = execFile(program, args, { timeout: 300_000 }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
      child.stdin?.on("error", () => {});
      child.stdin?.end(lines.map((line) => `${line}\n`).join(""));
    });
  }
});

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

/** UDP ports that nobody had a moment ago. */
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
