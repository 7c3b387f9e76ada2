import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../base/octets.ts";
import { loadConfiguration } from "../cli/load.ts";
import { runningConfig } from "../cli/running-config.ts";
import { compile } from "./compile.ts";

const CIPHER = "00112233445566778899aabbccddeeff";
const AUTHENTICATOR = "0102030405060708090a0b0c0d0e0f1011121314";
const INBOUND = ` set session-key inbound esp 300 cipher ${CIPHER} authenticator ${AUTHENTICATOR}`;
const OUTBOUND = ` set session-key outbound esp 400 cipher ${CIPHER} authenticator ${AUTHENTICATOR}`;

function load(change: (text: string) => string = (text) => text) {
  const text = change(`no crypto isakmp enable
crypto ipsec transform-set aes esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-manual
 set peer 172.16.172.20
${INBOUND}
${OUTBOUND}
 set transform-set aes
 match address 101
interface Ethernet1/0
 ip address 172.16.172.10 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255
`);
  return loadConfiguration(text, "test.cfg");
}

function compiled(change?: (text: string) => string) {
  const { configuration, problems } = load(change);
  assert.deepEqual(problems, []);
  const { policy, problems: found } = compile(configuration);
  return { entry: policy?.ipsec.interfaces[0]?.entries[0], ike: policy?.ike, found };
}

test("session keys are of IPsec alone, and without IKE nothing is said of it", () => {
  const { entry, ike, found } = compiled();
  assert.deepEqual(found, []);
  assert.deepEqual(ike?.connections, []);
  assert.equal(entry?.manual?.inbound.spi, 300);
  assert.equal(entry.manual.outbound.spi, 400);
  assert.equal(hex(entry.manual.inbound.encryptionKey.reveal()), CIPHER);
  assert.equal(hex(entry.manual.inbound.integrityKey.reveal()), AUTHENTICATOR);
});

test("a set with AH wants a key for it, around ESP and alone", () => {
  const ahKeys = [
    ` set session-key inbound ah 500 ${AUTHENTICATOR}`,
    ` set session-key outbound ah 600 ${AUTHENTICATOR}`,
  ].join("\n");
  const withAh = (transforms: string) => (text: string) =>
    text.replace("esp-aes esp-sha-hmac", transforms).replace(" match", `${ahKeys}\n match`);
  const bundle = compiled(withAh("ah-sha-hmac esp-aes")).entry?.manual;
  assert.deepEqual([bundle?.inbound.spi, bundle?.inbound.ah?.spi, bundle?.outbound.ah?.spi], [300, 500, 600]);
  assert.equal(hex(bundle?.outbound.ah?.key.reveal() ?? new Uint8Array(0)), AUTHENTICATOR);
  const alone = compiled(withAh("ah-sha-hmac")).entry?.manual;
  assert.deepEqual(
    [alone?.inbound.spi, alone?.inbound.suite, alone?.inbound.ah],
    [500, { ah: "sha1" }, undefined],
  );
  const { found } = compiled((text) => text.replace("esp-aes esp-sha-hmac", "ah-sha-hmac esp-aes"));
  assert.ok(
    found.some(({ message }) => message === "Crypto map vpn 10 has no outbound AH session key."),
    "told",
  );
});

test("keys longer than the transforms want are cut, as IOS does", () => {
  const { entry } = compiled((text) =>
    text.replaceAll(CIPHER, `${CIPHER}99`).replaceAll(AUTHENTICATOR, `${AUTHENTICATOR}99`),
  );
  assert.equal(hex(entry?.manual?.outbound.encryptionKey.reveal() ?? new Uint8Array(0)), CIPHER);
  assert.equal(hex(entry?.manual?.outbound.integrityKey.reveal() ?? new Uint8Array(0)), AUTHENTICATOR);
});

test("keys that are missing or too short, and counter mode, are told, and no key is", () => {
  const messages = (change: (text: string) => string) => {
    const { entry, found } = compiled(change);
    assert.equal(entry, undefined);
    assert.ok(!JSON.stringify(found).includes(AUTHENTICATOR.slice(0, 20)), "no key is told");
    return found.filter(({ severity }) => severity === "error").map(({ message }) => message);
  };
  assert.deepEqual(
    messages((text) => text.replace(`${INBOUND}\n`, "")),
    ["Crypto map vpn 10 has no inbound ESP session key."],
  );
  assert.deepEqual(
    messages((text) =>
      text.replace(OUTBOUND, ` set session-key outbound esp 400 cipher ${CIPHER.slice(0, 30)}`),
    ),
    [
      "Transform set aes needs an outbound cipher key of 16 octets; this one has 15.",
      "Transform set aes needs an outbound authenticator key of 20 octets; this one has 0.",
    ],
  );
  for (const transforms of ["esp-gcm", "esp-gmac", "esp-aes ctr esp-sha-hmac"])
    assert.match(
      messages((text) => text.replace("esp-aes esp-sha-hmac", transforms))[0] ?? "",
      /counter mode, which is not safe with keys entered by hand/,
    );
});

test("the first permit line is the flow, and what follows is told to have no effect", () => {
  const { entry, found } = compiled(
    (text) => `${text}access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.3.0 0.0.0.255\n`,
  );
  assert.equal(entry?.rules.length, 1);
  assert.match(found[0]?.message ?? "", /^An entry of type ipsec-manual protects one flow/);
});

test("an entry of type ipsec-manual has one peer and one transform set, and prints its keys", () => {
  const refused = (line: string) =>
    load((text) => text.replace(" match address 101", `${line}\n match address 101`)).problems.map(
      ({ message }) => message,
    );
  assert.match(refused(" set peer 172.16.172.21")[0] ?? "", /Only one peer may be specified/);
  for (const line of [
    " set transform-set aes other",
    " set pfs group2",
    " set session-key inbound esp 255 cipher 00",
    " set session-key inbound esp 300 cipher 001",
    " set session-key inbound ah 300",
  ])
    assert.equal(refused(line).length, 1, line);
  const [wrong] = refused(" set session-key inbound esp 300 cipher 00zz112233");
  assert.ok(!wrong?.includes("112233"), "no key is told");
  const { configuration } = load((text) =>
    text.replace(
      " match",
      " set session-key inbound ah 500 0011223344556677889900112233445566778899\n match",
    ),
  );
  const printed = runningConfig(configuration);
  for (const line of [
    INBOUND,
    OUTBOUND,
    " set session-key inbound ah 500 0011223344556677889900112233445566778899",
  ])
    assert.ok(printed.includes(line), line);
  const removed = load((text) =>
    text.replace(" match", " no set session-key inbound esp\n match"),
  ).configuration;
  assert.deepEqual(
    removed.cryptoMaps[0]?.entries[0]?.sessionKeys.map(({ direction }) => direction),
    ["outbound"],
  );
});
