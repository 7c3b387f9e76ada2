/** Debugging of certificates, keys and sessions, typed as the technical report types it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LabSession, type LabText } from "../support/lab-session.ts";

test("debug crypto pki, key and sess tell of certificates, of keys, and of what is up and down", () => {
  const session = new LabSession(["lab-isdn", "lab-isdn1"].map(labText));
  const said = session.type(
    "lab-isdn",
    "debug crypto pki trans",
    "debug crypto pki val",
    "debug crypto key",
    "debug crypto sess",
    "show debug",
  );
  assert.match(said, /Crypto PKI Trans debugging is on/);
  assert.match(
    said,
    /Cryptographic Subsystem:\n {2}Crypto Key Exchange debugging is on\n {2}Crypto Session debugging is on\n {2}Crypto PKI Trans debugging is on\n {2}Crypto PKI Validation Path debugging is on\n/,
  );
  session.shown("lab-isdn");
  session.type("lab-isdn1", "ping 20.20.20.20 source 40.40.40.40");
  const story = toldBy(session.shown("lab-isdn"));
  assert.deepEqual(story, [
    "CRYPTO-KE: (conn id 1) making public value and shared secret for group 1",
    "CRYPTO-KE: (conn id 1) shared secret of group 1: keys for des and sha1 are made",
    "CRYPTO_PKI: 12.12.12.13 shows the certificate of SUBJECT",
    "CRYPTO_PKI: the clock is not set: validity dates of certificates are not checked",
    "CRYPTO_PKI: certificate of SUBJECT is validated",
    "CRYPTO_SESSION: peer 12.12.12.13: IKE SA 1 is up",
    "CRYPTO-KE: (conn id 1) keys for esp are made from SKEYID_d",
    "CRYPTO_SESSION: peer 12.12.12.13: inbound esp SA 2000 is up",
    "CRYPTO_SESSION: peer 12.12.12.13: outbound esp SA 2001 is up",
  ]);
  const ended = toldBy(session.type("lab-isdn", "clear crypto sa", "clear crypto isakmp"));
  assert.deepEqual(ended, [
    "CRYPTO_SESSION: peer 12.12.12.13: inbound esp SA 2000 is down: cleared",
    "CRYPTO_SESSION: peer 12.12.12.13: outbound esp SA 2001 is down: cleared",
    "CRYPTO_SESSION: peer 12.12.12.13: IKE SA 1 is down: cleared",
  ]);
});

/** Debug lines without their time; names in certificates are not told apart. */
function toldBy(screen: string): string[] {
  return screen
    .split("\n")
    .map((line) => /CRYPTO[-_](?:KE|PKI|SESSION): .*/.exec(line)?.[0] ?? "")
    .filter((line) => line !== "")
    .map((line) => line.replace(/(certificate of ).*?( is validated|$)/, "$1SUBJECT$2"));
}

function labText(name: string): LabText {
  const read = (ending: string) =>
    readFileSync(new URL(`../../examples/rsa-signatures/${name}.${ending}`, import.meta.url), "utf8");
  return { name: `${name}.cfg`, text: read("cfg"), keys: read("keys") };
}
