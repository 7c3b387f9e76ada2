/** Does a job: the one place where the slow work happens, whether in a worker, a simulator or a test. */
import { MisuseError } from "../base/errors.ts";
import { exchangeKeys, publicValue, sharedSecret } from "./diffie-hellman.ts";
import type { Job, JobResult } from "./jobs.ts";
import { rsaDecrypt } from "./rsa-encryption.ts";
import { generateRsaKey } from "./rsa-generation.ts";
import { rsaSign } from "./rsa-signature.ts";

/** The same job gives the same result. Never throws: what cannot be done is a result too. */
export function performJob(job: Job): JobResult {
  try {
    return perform(job);
  } catch (error) {
    if (error instanceof MisuseError) return { kind: "failed", reason: error.message };
    // The platform's own errors carry no more than a code and a sentence; either way this negotiation cannot go on.
    return {
      kind: "failed",
      reason: `${job.kind}${"group" in job ? ` in group ${job.group}` : ""}: ${String(error)}`,
    };
  }
}

function perform(job: Job): JobResult {
  switch (job.kind) {
    case "dh-public":
      return { kind: "dh-public", publicValue: publicValue(job.group, job.privateValue) };
    case "dh-shared":
      return {
        kind: "dh-shared",
        sharedSecret: sharedSecret(job.group, job.privateValue, job.peerPublicValue),
      };
    case "dh-both":
      return { kind: "dh-both", ...exchangeKeys(job.group, job.privateValue, job.peerPublicValue) };
    case "rsa-sign":
      return { kind: "rsa-sign", signature: rsaSign(job.privateKey, job.content) };
    case "rsa-decrypt":
      return {
        kind: "rsa-decrypt",
        contents: rsaDecrypt(job.privateKey, job.ciphertexts, job.substitutes),
      };
    case "rsa-generate":
      return { kind: "rsa-generate", key: generateRsaKey(job.modulusBits, job.seed) };
  }
}
