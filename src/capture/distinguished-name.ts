/** Names of X.509 as text. Whatever does not read as one is left to the caller to show otherwise. */
import { MalformedError, tolerant } from "../base/errors.ts";
import { nameText, readDistinguishedName } from "../pki/distinguished-name.ts";

/** `C=US, O=Example, CN=router`, in the order of the encoding, or undefined. */
export function distinguishedName(der: Uint8Array): string | undefined {
  const name = tolerant(() => readDistinguishedName(der));
  return name instanceof MalformedError ? undefined : nameText(name);
}
