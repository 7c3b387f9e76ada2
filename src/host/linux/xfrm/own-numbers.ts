/** How SAs and policies of ours are known in the kernel, also after a crash: by request ids and priorities of one range. */
import type { Libc } from "../libc.ts";
import { isOsError, type OsError } from "../os-error.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { decodeReport } from "./xfrm-reports.ts";
import { deletePolicy, deleteSa, getAllPolicies, getAllSas } from "./xfrm-requests.ts";

/** `sk`, in ASCII, in the upper half; the lower is ours to use. */
export const OWN_NUMBERS = 0x736b_0000;

export function isOwnNumber(number: number): boolean {
  return number >>> 16 === OWN_NUMBERS >>> 16;
}

/** Removes what is ours; gives how much that was, or why it cannot be known. */
export function removeOwn(libc: Libc): number | OsError {
  const kernel = NetlinkSocket.open(libc);
  if (isOsError(kernel)) return kernel;
  try {
    const policies = kernel.dump(getAllPolicies(), "the kernel's IPsec policies");
    const sas = kernel.dump(getAllSas(), "the kernel's SAs");
    if (isOsError(policies)) return policies;
    if (isOsError(sas)) return sas;
    let removed = 0;
    // SAs first: without its policy, a packet would pass in clear.
    for (const message of [...sas, ...policies]) {
      const report = decodeReport(message);
      if (report?.kind === "sa" && isOwnNumber(report.sa.requestId))
        kernel.do(deleteSa(report.sa.destination, report.sa.protocol, report.sa.spi), "an SA of the kernel");
      else if (report?.kind === "policy" && isOwnNumber(report.priority))
        kernel.do(deletePolicy(report.direction, report.selector), "a policy of the kernel");
      else continue;
      removed++;
    }
    return removed;
  } finally {
    kernel.close();
  }
}
