/** Where a running gateway keeps its console's socket and what must be undone, and where a console finds it. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkNamespace } from "../host/linux/process-identity.ts";

/** `given` is what the operator says. Network namespaces are machines of their own: each has its own. */
export function stateDirectoryOf(given: string | undefined): string {
  if (given !== undefined) return given;
  const user = process.geteuid?.() ?? 0;
  if (user !== 0) {
    const { XDG_RUNTIME_DIR: own } = process.env;
    return own === undefined ? join(tmpdir(), `skeyid-${user}`) : join(own, "skeyid");
  }
  const namespace = networkNamespace("self");
  const isFirst = namespace === undefined || namespace === networkNamespace("1");
  return isFirst ? SYSTEM_DIRECTORY : join(SYSTEM_DIRECTORY, `net-${namespace}`);
}

const SYSTEM_DIRECTORY = "/run/skeyid";
