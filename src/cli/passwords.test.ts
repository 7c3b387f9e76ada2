import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { compile } from "../config/compile.ts";
import { isPassword, passwordText } from "../config/password.ts";
import { loadConfiguration } from "./load.ts";

function configured(...lines: readonly string[]): FakeConsole {
  const console = new FakeConsole("hostname R1\n");
  console.type("configure terminal", ...lines);
  return console;
}

function shown(console: FakeConsole, pattern: RegExp): string[] {
  return console.output("do show running-config").filter((line) => pattern.test(line));
}

test("a secret is hashed at once, and a password stays in clear", () => {
  const console = configured("enable secret open sesame", "enable password level 5 cisco");
  const [secret, password] = shown(console, /^enable/);
  assert.match(secret ?? "", /^enable secret 9 \$9\$.{14}\$.{43}$/);
  assert.equal(password, "enable password level 5 cisco");
  const [known] = console.router.configuration().enableSecrets;
  assert.ok(known !== undefined && isPassword(known.password, "open sesame"), "the hash is of the secret");
  assert.ok(!isPassword(known.password, "open"), "and of nothing else");
});

test("algorithm-type says what a secret is hashed as, and is printed no longer than that takes", () => {
  for (const [algorithm, hash] of [
    ["md5", /^5 \$1\$.{4}\$.{22}$/],
    ["sha256", /^8 \$8\$.{14}\$.{43}$/],
    ["scrypt", /^9 \$9\$.{14}\$.{43}$/],
  ] as const) {
    const console = configured(
      `enable algorithm-type ${algorithm} secret level 7 open sesame`,
      `username admin privilege 15 algorithm-type ${algorithm} secret open sesame`,
    );
    const [secret = "", user = ""] = shown(console, /^enable|^username/);
    assert.match(secret.replace("enable secret level 7 ", ""), hash);
    assert.match(user.replace("username admin privilege 15 secret ", ""), hash);
    const { enableSecrets, users } = console.router.configuration();
    const credential = users[0]?.credential;
    assert.ok(isPassword(enableSecrets[0]?.password ?? assert.fail("a secret"), "open sesame"), algorithm);
    assert.ok(
      credential?.kind === "secret" && isPassword(credential.secret, "open sesame"),
      `the user's ${algorithm}`,
    );
  }
});

test("service password-encryption hides passwords, those that are there and those to come", () => {
  const console = configured(
    "enable password cisco",
    "service password-encryption",
    "enable password level 3 ww",
  );
  for (const line of shown(console, /^enable/))
    assert.match(line, /^enable password (level 3 )?7 \d\d[\dA-F]+$/);
  const [first] = console.router.configuration().enablePasswords;
  assert.ok(first !== undefined && isPassword(first.password, "ww"), "level 3 comes first");
  console.type("no service password-encryption");
  assert.match(shown(console, /^enable/)[0] ?? "", / 7 /);
});

test("hashes and hidden passwords are taken as they are", () => {
  for (const [line, typed] of [
    ["enable secret 5 $1$mERr$A419.HL58lq743wXS4kSM1", "dolphinsforever"],
    ["enable secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk", "hashcat"],
    ["enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat"],
    ["enable password 7 05080F1C2243", "cisco"],
    ["enable password 0 0", "0"],
  ] as const) {
    const console = configured(line);
    assert.deepEqual(shown(console, /^enable/), [line]);
    const { enableSecrets, enablePasswords } = console.router.configuration();
    const known = enableSecrets[0]?.password ?? enablePasswords[0]?.password;
    assert.ok(known !== undefined && isPassword(known, typed), line);
    assert.ok(!isPassword(known, `${typed} `), line);
  }
});

test("what is not of its type is kept, told, and nobody's password", () => {
  const { configuration } = loadConfiguration(
    "enable secret 5 <removed>\nenable password 7 aaaaa\n",
    "r.cfg",
  );
  const { problems } = compile(configuration);
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      "What leads to level 15 is no password of type 5: nobody gets there by it.",
      "What leads to level 15 is no password of type 7: nobody gets there by it.",
    ],
  );
  const [secret] = configuration.enableSecrets;
  assert.ok(secret !== undefined && !isPassword(secret.password, "<removed>"), "it is no password");
});

const ENCRYPTED = "crypto isakmp key 6 NdUI^_YP[VEPG[MT_bfTEFNZYFCYe\\R\\M address 10.0.0.2";

test("pre-shared keys are encrypted once there is a key for that, and IKE goes on with them in clear", () => {
  const console = configured("crypto isakmp key topsecret address 10.0.0.1", "password encryption aes");
  assert.deepEqual(shown(console, /isakmp key/), ["crypto isakmp key topsecret address 10.0.0.1"]);
  console.type("key config-key password-encrypt", "cisco123", "cisco123", ENCRYPTED);
  const lines = shown(console, /isakmp key/);
  assert.match(lines[0] ?? "", /^crypto isakmp key 6 [A-i]+ address 10.0.0.1$/);
  assert.equal(lines[1], ENCRYPTED);
  const { policy } = compile(console.router.configuration(), { configKey: "cisco123" });
  assert.deepEqual(
    policy?.ike.preSharedKeys.map(({ key }) => new TextDecoder().decode(key.reveal())),
    ["topsecret", "password"],
  );
});

test("with another key everything is encrypted anew; without one it is lost, and IKE is told", () => {
  const console = configured("key config-key password-encrypt cisco123", ENCRYPTED);
  assert.equal(console.type("key config-key password-encrypt", "wrong").at(-2), ".");
  console.type("key config-key password-encrypt", "cisco123", "another one", "another one");
  const [key] = console.router.configuration().isakmp.keys;
  assert.ok(key !== undefined && !ENCRYPTED.includes(passwordText(key.key)), "it is encrypted anew");
  const { problems } = compile(console.router.configuration(), { configKey: "another one" });
  assert.ok(!problems.some(({ kind }) => kind === "wrong"), "it can be read");
  assert.match(console.type("no key config-key password-encrypt", "yes"), /will become unusable/);
  assert.equal(console.router.configKey(), undefined);
  assert.match(
    compile(console.router.configuration()).problems[0]?.message ?? "",
    /is not here: it is not used/,
  );
});

test("a key that is asked for is not seen, asked twice, and long enough", () => {
  const console = configured();
  assert.ok(!console.session.hidesInput(), "a command is seen");
  console.type("key config-key password-encrypt");
  assert.deepEqual([console.session.prompt(), console.session.hidesInput()], ["New key: ", true]);
  assert.match(console.type("cisco123", "cisco124"), /not the same/);
  assert.match(console.type("key config-key password-encrypt short"), /8 to 127 characters/);
  assert.equal(console.router.configKey(), undefined);
});
