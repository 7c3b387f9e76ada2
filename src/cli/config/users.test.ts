import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { concat, u32Octets, utf8 } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import { isPassword } from "../../config/password.ts";
import { sealed } from "../../config/sealing.ts";
import { isKeyOf } from "../../config/user-settings.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

const RANDOM: Random = { bytes: (_purpose, length) => new Uint8Array(length).fill(7) };

test("users have a privilege and a password or a secret, which later lines change one by one", () => {
  const configuration = load(
    "username admin privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
    "username op password 0 cisco",
    "username op privilege 7",
    "username gone password x",
    "no username gone",
  );
  assert.deepEqual(
    runningConfig(configuration).filter((line) => line.startsWith("username")),
    [
      "username admin privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
      "username op privilege 7 password 0 cisco",
    ],
  );
});

test("secrets of users are hashed when they are entered, and passwords of users and lines hidden where that is asked for", () => {
  const configuration = sealed(
    load(
      "service password-encryption",
      "username admin secret letmein",
      "username op password cisco",
      "line vty 0 4",
      " password ww",
    ),
    RANDOM,
    undefined,
  );
  const text = runningConfig(configuration).join("\n");
  assert.doesNotMatch(text, /letmein|cisco|ww/);
  assert.match(text, /^username admin secret 9 \$9\$/m);
  assert.match(text, /^username op password 7 \d\d[\dA-F]+$/m);
  assert.match(text, /^line vty 0 4\n password 7 \d\d[\dA-F]+$/m);
  const [admin, op] = configuration.users;
  assert.ok(
    admin?.credential.kind === "secret" && isPassword(admin.credential.secret, "letmein"),
    "admin's secret",
  );
  assert.ok(
    op?.credential.kind === "password" && isPassword(op.credential.password, "cisco"),
    "op's password",
  );
});

test("a public key is entered in base64, in lines as they come, and kept as its hash", () => {
  const key = rsaKey();
  const pasted = `ssh-rsa ${Buffer.from(key).toString("base64")} admin@example`.match(/.{1,60}/g) ?? [];
  const configuration = load(
    "ip ssh pubkey-chain",
    " username admin",
    "  key-string",
    ...pasted.map((line) => `   ${line}`),
    "  exit",
    "ip ssh time-out 60",
  );
  assert.ok(isKeyOf(configuration.ssh, "admin", key), "the key is admin's");
  assert.ok(!isKeyOf(configuration.ssh, "op", key), "the key is nobody else's");
  assert.ok(!isKeyOf(configuration.ssh, "admin", rsaKey()), "another key is not admin's");
  const printed = runningConfig(configuration).join("\n");
  assert.match(printed, /^ip ssh pubkey-chain\n username admin\n {2}key-hash ssh-rsa [\dA-F]{32}$/m);
  assert.ok(isKeyOf(load(printed).ssh, "admin", key), "what prints is read again");
  assert.equal(configuration.ssh.timeOutSeconds.value, 60);
});

test("what is no key of a kind that can be used is refused, and so is version 1", () => {
  const { problems } = loadConfiguration(
    ["ip ssh pubkey-chain", "username a", "key-string", "QUJD", "exit", "ip ssh version 1"].join("\n"),
    "test",
  );
  assert.equal(problems.filter(({ severity }) => severity === "error").length, 2);
});

function load(...lines: string[]) {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "test");
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  return configuration;
}

/** As SSH sends it (RFC 4253 §6.6). */
function rsaKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const parts = [
    utf8("ssh-rsa"),
    Buffer.from(e, "base64url"),
    concat(Uint8Array.of(0), Buffer.from(n, "base64url")),
  ];
  return concat(...parts.flatMap((part) => [u32Octets(part.length), new Uint8Array(part)]));
}
