/**
 * A router's RSA keys as the text of a file: PEM, and before each key what is known of it. A file that openssl has written
 * is one too.
 *
 *     name: R1.example.com
 *     usage: signature
 *     generated: 959817600000
 *     -----BEGIN PRIVATE KEY-----
 */
import { rsaKeyProblem } from "../crypto/rsa.ts";
import { rsaKeyFromPem, rsaKeyToPem } from "../crypto/rsa-pem.ts";
import { Secret } from "../crypto/secret.ts";
import type { RsaKeyPair } from "./rsa-key-pair.ts";

/** The keys of a text, or what is wrong with it, as the end of a sentence. Never says anything of the keys themselves. */
export function readRsaKeys(text: string, defaultName: string): readonly RsaKeyPair[] | string {
  const blocks = `\n${text}`.split(/^(?=-----BEGIN )/m);
  const keys: RsaKeyPair[] = [];
  let head = blocks[0] ?? "";
  for (const [i, block] of blocks.slice(1).entries()) {
    const [pem = "", next = ""] = splitAfterEnd(block);
    const key = rsaKeyFromPem(pem);
    if (key === undefined) return `its key ${i + 1} is no private RSA key in PEM without a password`;
    const problem = rsaKeyProblem(key.publicKey);
    if (problem !== undefined) return `its key ${i + 1} has ${problem}`;
    const usage = settingIn(head, "usage") ?? "general";
    if (usage !== "general" && usage !== "signature" && usage !== "encryption")
      return `the usage of its key ${i + 1} is none of general, signature, encryption`;
    const generatedAt = Number(settingIn(head, "generated") ?? Number.NaN);
    keys.push({
      name: settingIn(head, "name") ?? defaultName,
      usage,
      publicKey: key.publicKey,
      privateKey: new Secret(key.privateKey),
      generatedAt: Number.isFinite(generatedAt) ? generatedAt : undefined,
    });
    head = next;
  }
  return keys;
}

export function writeRsaKeys(keys: readonly RsaKeyPair[]): string {
  return keys
    .map(({ name, usage, privateKey, generatedAt }) =>
      [
        `name: ${name}`,
        `usage: ${usage}`,
        ...(generatedAt === undefined ? [] : [`generated: ${generatedAt}`]),
        rsaKeyToPem(privateKey.reveal()),
      ].join("\n"),
    )
    .join("\n");
}

function splitAfterEnd(block: string): readonly string[] {
  const end = /^-----END [^\n]*-----[^\n]*\n?/m.exec(block);
  if (end === null) return [block];
  const at = end.index + end[0].length;
  return [block.slice(0, at), block.slice(at)];
}

function settingIn(head: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(\\S+)[ \\t]*$`, "m").exec(head)?.[1];
}
