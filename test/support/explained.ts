/** What tests of `capture` share: recorded sessions and handshakes with their keys, and views of an explanation. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fromHex } from "../../src/base/octets.ts";
import type { DissectionNode } from "../../src/capture/dissection.ts";
import type { EspEntry, Explanation, IsakmpEntry } from "../../src/capture/explanation.ts";
import {
  type CaptureKeys,
  formatIsakmpKey,
  formatSkeyidComment,
  parseKeyFile,
} from "../../src/capture/key-file.ts";
import type { UdpPayload } from "./udp-capture.ts";

const VECTORS = new URL("../vectors/", import.meta.url);

export function keysOf(...lines: readonly string[]): CaptureKeys {
  const { keys, problems } = parseKeyFile(lines.join("\n"));
  assert.deepEqual(problems, []);
  return keys;
}

export function messagesOf({ entries }: Explanation): readonly IsakmpEntry[] {
  return entries.filter((entry) => entry.kind === "isakmp");
}

export function espOf({ entries }: Explanation): readonly EspEntry[] {
  return entries.filter((entry) => entry.kind === "esp");
}

/** `MM5 ID HASH N`: label and payloads of each message. */
export function outline(explanation: Explanation): readonly string[] {
  return messagesOf(explanation).map(({ label, nodes }) =>
    [label, ...nodes.map(({ name }) => name).filter((name) => name !== "HDR" && name !== "padding")].join(
      " ",
    ),
  );
}

export function leaves(node: DissectionNode): readonly DissectionNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leaves);
}

/** Every octet of the message is in exactly one leaf, and the leaves together are the message. */
export function assertCovered(entry: IsakmpEntry): void {
  let end = 0;
  for (const leaf of entry.nodes.flatMap(leaves)) {
    assert.equal(leaf.offset, end, `${entry.label}: a gap or overlap before ${leaf.name}`);
    end += leaf.length;
    if (leaf.octets !== undefined) assert.equal(leaf.octets.length, leaf.length * 2);
  }
  assert.equal(end, entry.length);
}

export interface Session {
  readonly capture: Uint8Array;
  readonly wireshark: readonly string[];
  readonly skeyid: string;
}

export function session(name: string): Session {
  const folder = new URL(`sessions/${name}/`, VECTORS);
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));
  const text = (file: string): string => readFileSync(new URL(file, folder), "utf8");
  const log = new Map(
    text("keys.txt")
      .split("\n")
      .map((line) => [line.split(" ", 1)[0], line.split(" ").slice(1).join(" ")]),
  );
  const logged = (key: string): string => log.get(key) ?? assert.fail(`no ${key}`);
  return {
    capture: read("session.pcap"),
    wireshark: text("tshark.args")
      .split("\n")
      .flatMap((line) => /^uat:(?:ikev1_decryption_table|esp_sa):(.*)$/.exec(line)?.[1] ?? []),
    skeyid: formatSkeyidComment({
      initiatorCookie: logged("COOKIE_I"),
      hash: name.includes("sha256") ? "sha256" : name.includes("sha1") ? "sha1" : "md5",
      skeyidA: fromHex(logged("SKEYID_a")),
      skeyid: fromHex(logged("SKEYID")),
    }),
  };
}

export const SESSIONS = readdirSync(new URL("sessions/", VECTORS));
export interface Handshake {
  readonly CKY_I: string;
  readonly Ka: string;
  readonly SKEYID: string;
  readonly SKEYID_a: string;
  readonly wire: readonly { readonly from: "I" | "R"; readonly hex: string }[];
  readonly encrypted_messages: readonly {
    readonly plaintext: string;
    readonly payloads: readonly number[];
  }[];
}

export const HANDSHAKES: { readonly [name: string]: Handshake } = JSON.parse(
  readFileSync(new URL("cisco_ikev1_full_kat.json", VECTORS), "utf8"),
);

export function handshakeKeys({ CKY_I, Ka, SKEYID, SKEYID_a }: Handshake): CaptureKeys {
  return keysOf(
    formatIsakmpKey({ initiatorCookie: CKY_I, encryptionKey: fromHex(Ka) }),
    formatSkeyidComment({
      initiatorCookie: CKY_I,
      hash: "sha1",
      skeyidA: fromHex(SKEYID_a),
      skeyid: fromHex(SKEYID),
    }),
  );
}

export function wireOf(handshake: Handshake): UdpPayload[] {
  return handshake.wire.map(({ from, hex }) => ({ from, bytes: fromHex(hex) }));
}

export function handshakeNamed(name: string): Handshake {
  return HANDSHAKES[name] ?? assert.fail(`no ${name}`);
}
