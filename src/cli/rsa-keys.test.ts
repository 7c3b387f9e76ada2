/** RSA keys at a console: made, shown, removed; peers' keys and certificates entered and shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ciscoCertificate } from "../../test/support/cisco-certificates.ts";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { hex } from "../base/octets.ts";
import { runningConfig } from "./running-config.ts";

const NAMED = "hostname R1\nip domain-name example.com\n";

function configuring(text = NAMED): FakeConsole {
  const console = new FakeConsole(text);
  console.session.line("configure terminal");
  return console;
}

test("making general keys asks for the modulus, as on IOS", () => {
  const console = configuring();
  assert.equal(
    console.type("crypto key generate rsa", "360", ""),
    [
      "R1(config)#crypto key generate rsa",
      "The name for the keys will be: R1.example.com",
      "Choose the size of the key modulus in the range of 512 to 4096 for your",
      "  General Purpose Keys. Choosing a key modulus greater than 512 may take",
      "  a few minutes.",
      "",
      "How many bits in the modulus [512]: 360",
      "% A decimal number between 512 and 4096.",
      "How many bits in the modulus [512]: ",
      "% Generating 512 bit RSA keys ...",
      "",
    ].join("\n"),
  );
  assert.ok(console.session.busy(), "the console waits for them");
  console.router.finishKeys();
  assert.ok(!console.session.busy(), "and goes on");
  assert.deepEqual(
    console.router.rsaKeys().map(({ name, usage }) => [name, usage]),
    [["R1.example.com", "general"]],
  );
  const [title, name, usage, data, first = ""] = console.output("do show crypto key mypubkey rsa");
  assert.deepEqual(
    [title, name, usage, data],
    [
      "% Key pair was generated at: 00:00:00 UTC Mar 1 1993",
      "Key name: R1.example.com",
      " Usage: General Purpose Key",
      " Key Data:",
    ],
  );
  assert.match(
    first,
    /^ {2}305C300D 06092A86 4886F70D 01010105 00034B00 30480241 00[0-9A-F]{6} [0-9A-F]{8}$/,
  );
});

test("usage keys are two, each with its modulus; on one line nothing is asked", () => {
  const console = configuring();
  console.type("crypto key generate rsa usage-keys", "512", "600");
  console.router.finishKeys();
  const shown = console.router.rsaKeys().map(({ usage, publicKey }) => [usage, publicKey.modulus.length]);
  assert.deepEqual(shown, [
    ["signature", 64],
    ["encryption", 75],
  ]);
  const other = configuring();
  assert.deepEqual(other.output("crypto key generate rsa general-keys modulus 512"), [
    "The name for the keys will be: R1.example.com",
    "% Generating 512 bit RSA keys ...",
  ]);
});

test("a wrong word is pointed at wherever it stands", () => {
  const column = "R1(config)#".length;
  for (const [line, wrong] of [
    ["crypto key generate rsa general-keys modulus 300", "300"],
    ["crypto key generate dsa", "dsa"],
    ["crypto key zeroize rsa now", "now"],
    ["crypto key pubkey-chain dsa", "dsa"],
  ] as const)
    assert.deepEqual(configuring().output(line), [
      `${" ".repeat(column + line.indexOf(wrong))}^`,
      "% Invalid input detected at '^' marker.",
      "",
    ]);
  assert.deepEqual(configuring().output("crypto key generate"), ["% Incomplete command.", ""]);
});

test("keys that are there are replaced or removed only if the operator says so", () => {
  const console = configuring();
  console.type("crypto key generate rsa modulus 512");
  console.router.finishKeys();
  const [before] = console.router.rsaKeys();
  const said = console.type("crypto key generate rsa modulus 520", "maybe", "no");
  assert.match(said, /% You already have RSA keys defined named R1\.example\.com\./);
  assert.match(said, /replace them\? \[yes\/no\]: maybe\n% Please answer 'yes' or 'no'\.\n/);
  assert.equal(console.router.rsaKeys()[0], before);
  console.type("crypto key generate rsa modulus 520", "yes");
  console.router.finishKeys();
  assert.notEqual(console.router.rsaKeys()[0], before);
  assert.match(
    console.type("crypto key zeroize rsa", "n"),
    /% Keys to be removed are named 'R1\.example\.com'\./,
  );
  assert.equal(console.router.rsaKeys().length, 1);
  console.type("crypto key zeroize rsa", "y");
  assert.deepEqual(console.router.rsaKeys(), []);
  assert.deepEqual(console.output("crypto key zeroize rsa"), ["% No RSA keys are there to be removed."]);
});

test("a router without a name makes no keys", () => {
  assert.deepEqual(configuring("").output("crypto key generate rsa"), [
    "% Please define a hostname other than Router.",
  ]);
  assert.deepEqual(configuring("hostname R1\n").output("crypto key generate rsa"), [
    "% Please define a domain-name first.",
  ]);
});

test("the making of keys can be called off, and a question left", () => {
  const console = configuring();
  console.type("crypto key generate rsa modulus 512");
  console.session.interrupt();
  assert.ok(!console.session.busy(), "called off");
  console.router.finishKeys();
  assert.deepEqual(console.router.rsaKeys(), []);
  console.type("crypto key generate rsa");
  console.session.interrupt();
  assert.equal(console.session.prompt(), "R1(config)#");
});

test("help knows the commands beside the settings", () => {
  const console = configuring();
  assert.match(console.help("crypto key ").join("\n"), /generate .*\n.*pubkey-chain .*\n.*zeroize/);
  assert.match(
    console.help("crypto key generate rsa ").join("\n"),
    /general-keys[\s\S]*modulus[\s\S]*usage-keys/,
  );
});

const KEY_2511 = [
  " 305C300D 06092A86 4886F70D 01010105 00034B00 30480241 00E9007B E5CD7DC8",
  " 6E1C0423 92044254 92C972AD 0CCE9796 86797EAA B6C4EFF0 0F0A5378 6AFAE43B",
  " 3A2BD92F 98039DAC 08741E82 5D9053C4 D9CFABC1 AB54E0E2 BB020301 0001",
];

test("a peer's key is entered as the chapter shows it", () => {
  const console = configuring("hostname wan2516\n");
  const screen = console.type(
    "crypto key pubkey-chain rsa",
    "named-key wan2511.cisco.com",
    "address 20.20.20.21",
    "key-string",
    ...KEY_2511,
    "quit",
    "exit",
    "exit",
  );
  assert.deepEqual(screen.split("\n").slice(0, -1), [
    "wan2516(config)#crypto key pubkey-chain rsa",
    "wan2516(config-pubkey-chain)#named-key wan2511.cisco.com",
    "wan2516(config-pubkey-key)#address 20.20.20.21",
    "wan2516(config-pubkey-key)#key-string",
    "Enter a public key as a hexadecimal number ....",
    "",
    ...KEY_2511.map((line) => `wan2516(config-pubkey)#${line}`),
    "wan2516(config-pubkey)#quit",
    "wan2516(config-pubkey-key)#exit",
    "wan2516(config-pubkey-chain)#exit",
  ]);
  assert.deepEqual(console.output("do show crypto key pubkey-chain rsa"), [
    "Key name: wan2511.cisco.com",
    " Key address: 20.20.20.21",
    " Key usage: general purpose",
    " Key source: manually entered",
    " Key data:",
    ...KEY_2511.map((line) => ` ${line}`),
  ]);
  const lines = runningConfig(console.router.configuration());
  assert.deepEqual(lines.slice(lines.indexOf("crypto key pubkey-chain rsa"), -2), [
    "crypto key pubkey-chain rsa",
    " named-key wan2511.cisco.com",
    "  address 20.20.20.21",
    "  key-string",
    ...KEY_2511.map((line) => `  ${line}`),
    "   quit",
  ]);
});

test("octets that are none are refused, and leave what was there", () => {
  const console = configuring();
  console.type("crypto key pubkey-chain rsa", "named-key peer", "key-string", "3003", "020");
  assert.deepEqual(console.output("quit"), ["% An odd number of hexadecimal digits makes no octets", ""]);
  assert.equal(console.router.configuration().publicKeys[0]?.octets, undefined);
  console.type("key-string", "30030201", "hostname R2");
  assert.equal(console.router.configuration().hostname.value, "R2", "another line ends them");
});

test("certificates are entered, and shown for what they say", () => {
  const file = "technical-report-certificates-lab-isdn1";
  const { der, serialNumber } = ciscoCertificate(file, "503968D890F7D409475B7280162754D2");
  const console = configuring("hostname lab-isdn1\n");
  console.type("crypto ca identity bubba", "crl optional", "crypto ca certificate chain bubba");
  const said = console.type(`certificate ${serialNumber}`, hex(der), "quit");
  assert.match(said, /^lab-isdn1\(config-cert-chain\)#certificate .*\nEnter the certificate in hexadecimal/);
  assert.match(
    said,
    /% Warning: The private key of the certificate .* is not here|lab-isdn1\(config-pubkey\)#quit/,
  );
  assert.deepEqual(console.output("do show crypto ca certificates").slice(0, -1), [
    "Certificate",
    "  Subject Name",
    "    Name: stannous-isdn1.cisco.com",
    "    Serial Number: 5679987",
    "  Status: Available",
    "  Certificate Serial Number: 503968D890F7D409475B7280162754D2",
    "  Key Usage: Signature",
  ]);
});
