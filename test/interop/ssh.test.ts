/** SSH into `skeyid run`, without any rights: OpenSSH's client, paramiko, and netmiko as it drives IOS. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import ssh2 from "ssh2";
import { RunningRouter } from "./router-machines.ts";

const PROGRAM = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
/** Debian's Python, as its packages bring paramiko and netmiko. */
const PYTHON = "/usr/bin/python3";
const PACKAGES = "/usr/lib/python3/dist-packages";
const withoutNetmiko = needs(`${PACKAGES}/netmiko`, "python3-netmiko");
const withoutParamiko = needs(`${PACKAGES}/paramiko`, "python3-paramiko");
const withoutSsh = needs("/usr/bin/ssh", "openssh-client");

const [userKey, hostKey] = [rsaKey(), rsaKey()];
const publicKey = ssh2.utils.parseKey(userKey.pkcs1);
assert.ok(!(publicKey instanceof Error), "the user's key is read");

const CONFIGURATION = `hostname R1
ip domain-name example.com
enable secret top
banner login ^CSay who you are^C
username admin secret letmein
username top privilege 15 password 0 toplevel
interface Loopback0
 ip address 10.9.9.1 255.255.255.255
ip ssh authentication-retries 1
ip ssh pubkey-chain
 username admin
  key-string
   ${publicKey.getPublicSSH().toString("base64")}
  exit
line vty 0 2
 login local
 transport input ssh
line vty 3
 login local
 transport input telnet
`;

describe("SSH into a running gateway", () => {
  const folder = mkdtempSync(join(tmpdir(), "skeyid-ssh-"));
  let router: RunningRouter | undefined;
  let port = 0;
  let telnetPort = 0;

  before(async () => {
    writeFileSync(join(folder, "r1.cfg"), CONFIGURATION);
    writeFileSync(join(folder, "r1.keys"), hostKey.pkcs8, { mode: 0o600 });
    writeFileSync(join(folder, "user.pem"), userKey.pkcs1, { mode: 0o600 });
    port = await freeTcpPort();
    telnetPort = await freeTcpPort();
    const [ike, nat] = await freeUdpPorts();
    const options = ["--userspace", "--state-dir", folder, "--ports", `${ike},${nat}`];
    router = new RunningRouter([
      ...[process.execPath, "--import", "tsx", PROGRAM, "run", join(folder, "r1.cfg")],
      ...[...options, "--ssh", `127.0.0.1:${port}`, "--telnet", String(telnetPort)],
    ]);
    await router.says(/%SKEYID-5-STARTED/);
  });

  after(async () => {
    await router?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it("netmiko connects, enables, reads, configures and saves", { skip: withoutNetmiko }, async () => {
    // It waits for fixed times, which its delay factor stretches where a machine is busy.
    let said = "";
    for (let factor = 1; factor <= 8 && !said.includes("last prompt:"); factor *= 2)
      said = await run(PYTHON, script("netmiko-session.py"), String(port), String(factor));
    assert.match(said, /^user prompt: R1>$/m);
    assert.match(said, /^enabled prompt: R1#$/m);
    assert.match(said, /^version: skeyid/m);
    assert.match(said, /^R1\(config-if\)#description set by a tool$/m);
    assert.match(said, /^interface Loopback0\n description set by a tool$/m);
    assert.equal(said.match(/^access-list 101 permit ip host 10\.1\.1\.\d+ any$/gm)?.length, 100);
    assert.match(said, /^saved: [\s\S]*\[OK\]/m);
    assert.match(said, /^last prompt: R1>$/m);
    await router?.says(/%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success \[user: admin\] \[Source: 127\.0\.0\.1\]/);
  });

  it("paramiko logs in by password, asked for it, and by key; nobody else does", {
    skip: withoutParamiko,
  }, async () => {
    const said = await run(PYTHON, script("paramiko-session.py"), String(port), join(folder, "user.pem"));
    assert.deepEqual(said.trim().split("\n"), [
      "password -> True",
      "wrong password -> AuthenticationException",
      "nobody -> AuthenticationException",
      "interactive -> True",
      "nothing -> BadAuthenticationType",
      "key -> True",
      "stranger's key -> AuthenticationException",
      "another's key -> AuthenticationException",
    ]);
    await router?.says(/%SEC_LOGIN-4-LOGIN_FAILED: Login failed \[user: nobody\]/);
  });

  it("OpenSSH's client runs a command with a public key, at the level of the user", {
    skip: withoutSsh,
  }, async () => {
    assert.match(await ssh("show version"), /^skeyid Software/);
    assert.match(await ssh("show privilege"), /Current privilege level is 1\n/);
    assert.match(await ssh("show running-config"), /% Invalid input detected/);
  });

  it("the banner for the login is shown before anybody has logged in", async () => {
    const client = new ssh2.Client();
    client.on("error", () => {});
    const banner = once(client, "banner");
    client.connect({
      ...{ host: "127.0.0.1", port, username: "admin", password: "wrong" },
      readyTimeout: 120_000,
    });
    assert.equal(String((await banner)[0]).trim(), "Say who you are");
    client.end();
  });

  it("several are there at once, each at a line of its own; a fourth finds none", async () => {
    const there = await Promise.all(["top", "top", "top"].map(() => shell("top", "toplevel")));
    const left = await Promise.allSettled([shell("top", "toplevel")]);
    assert.deepEqual(
      left.map(({ status }) => status),
      ["rejected"],
    );
    for (const one of there) assert.match(await one.enter("show privilege"), /level is 15/);
    const [first, ...others] = there;
    first?.close();
    for (const other of others) assert.match(await other.enter("show clock"), /R1#$/);
    for (const other of others) other.close();
  });

  it("by Telnet one comes from this machine, with name and password", async () => {
    const socket = connect(telnetPort, "127.0.0.1");
    let shown = "";
    socket.on("data", (octets) => {
      shown += octets.toString("latin1");
    });
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(shown)) await once(socket, "data");
    };
    for (const [asked, answer] of [
      [/Say who you are\r\n\r\nUser Access Verification\r\n\r\nUsername: $/, "admin\r\n"],
      [/Password: $/, "wrong\r\n"],
      [/% Login invalid[\s\S]*Username: $/, "admin\r\0"],
      [/Password: $/, "letmein\r\0"],
      [/R1>$/, "show users\r\0"],
    ] as const) {
      await shows(asked);
      socket.write(answer);
    }
    await shows(/\* {2}5 vty 3 +admin +idle +[\d:]+ +127\.0\.0\.1\r\n[\s\S]*R1>$/);
    assert.doesNotMatch(shown, /letmein|wrong/);
    socket.destroy();
  });

  it("what is no SSH does no harm, and few strangers wait at a time", async () => {
    for (const noise of ["\r\n\r\n", "SSH-2.0-x\r\n\0\0\0\0\0", "GET / HTTP/1.1\r\n\r\n", "SSH-1.5-old\r\n"])
      await sendTo(port, noise);
    const sockets = Array.from({ length: 12 }, () => connect(port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => {});
    await router?.says(/%SKEYID-5-REFUSED: A connection from 127\.0\.0\.1 is refused: too many/);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket, "close"))));
    // The gateway learns a moment later that they have gone.
    let one = await shell("admin", "letmein").catch(() => undefined);
    for (let i = 0; i < 120 && one === undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      one = await shell("admin", "letmein").catch(() => undefined);
    }
    assert.ok(one !== undefined, "somebody with a password comes in again");
    assert.match(await one.enter("show privilege"), /level is 1\b/);
    one.close();
  });

  function ssh(command: string): Promise<string> {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "BatchMode=yes",
      "LogLevel=ERROR",
    ];
    return run(
      "/usr/bin/ssh",
      ...["-F", "none", ...options.flatMap((option) => ["-o", option])],
      ...["-p", String(port), "-i", join(folder, "user.pem"), "admin@127.0.0.1", command],
    );
  }

  /** A shell with a terminal; `enter` answers with all that is shown up to the next prompt. */
  async function shell(username: string, password: string) {
    const client = new ssh2.Client();
    client.on("error", () => {});
    client.connect({ host: "127.0.0.1", port, username, password, readyTimeout: 120_000 });
    await new Promise<void>((resolve, reject) => {
      client.on("ready", resolve);
      client.on("close", () => reject(GONE));
    });
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.on("close", () => reject(GONE));
      client.shell({ rows: 0, cols: 120 }, (error, opened) =>
        error === undefined ? resolve(opened) : reject(error),
      );
    });
    let shown = "";
    let wake = (): void => {};
    channel.on("data", (octets: Buffer) => {
      shown += octets.toString();
      wake();
    });
    const prompt = async (): Promise<string> => {
      while (!/R1[#>]$/.test(shown))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const all = shown;
      shown = "";
      return all;
    };
    await prompt();
    return {
      enter: (line: string) => {
        channel.write(`${line}\r`);
        return prompt();
      },
      close: () => client.end(),
    };
  }
});

const GONE = new assert.AssertionError({ message: "the connection was ended" });

function needs(path: string, debian: string): false | string {
  return existsSync(path) ? false : `needs ${path}: apt-get install ${debian}`;
}

function script(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

function rsaKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    pkcs1: privateKey.export({ format: "pem", type: "pkcs1" }).toString(),
    pkcs8: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

/** What a program prints, its complaints too. */
function run(program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 600_000 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

/** Until the other end has closed. */
async function sendTo(port: number, text: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  socket.end(text);
  if (!socket.closed) await once(socket, "close");
}

/** One that nobody had a moment ago. */
async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of TCP, where it is an object
  server.close();
  return port;
}

async function freeUdpPorts(): Promise<readonly number[]> {
  const sockets = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
