/** Processes, as /proc shows them: which one owns a file of ours, and who has a port that we want. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import type { Endpoint } from "../../net/ip-address.ts";

/** A number alone is given again to another process; with the time of its start it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine's start. */
  readonly startedAt: string;
}

export function processIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startTimeOf(process.pid) ?? "" };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startedAt;
}

/** `charon (process 812)`; undefined where /proc does not tell, for want of rights or of a holder. */
export function holderOfUdp(local: Endpoint): string | undefined {
  const inodes = udpInodes(local);
  if (inodes.size === 0) return undefined;
  for (const pid of numbersIn("/proc"))
    for (const fd of numbersIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? "")?.[1];
      if (inode !== undefined && inodes.has(inode)) return `${programOf(pid)} (process ${pid})`;
    }
  return undefined;
}

/** By its file. What a process calls itself is the name of a thread: newer Node.js says `MainThread`. */
function programOf(pid: string): string {
  const file = linkOf(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, "");
  return file === undefined ? (textOf(`/proc/${pid}/comm`) ?? "").trim() : basename(file);
}

/** Names the network namespace; undefined where /proc does not tell. */
export function networkNamespace(process: "self" | "1"): string | undefined {
  return /\[(\d+)\]/.exec(linkOf(`/proc/${process}/ns/net`) ?? "")?.[1];
}

/** Sockets bound to the port, at the address or at all. */
function udpInodes({ address, port }: Endpoint): ReadonlySet<string> {
  const wanted = address.split(".").reverse().map(hexByte).join("");
  const inodes = new Set<string>();
  for (const [path, any] of [
    ["/proc/net/udp", "00000000"],
    ["/proc/net/udp6", "0".repeat(32)],
  ] as const)
    for (const line of (textOf(path) ?? "").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [host = "", hexPort = ""] = (fields[1] ?? "").split(":");
      const isThere = host === any || host === wanted;
      if (isThere && Number.parseInt(hexPort, 16) === port) inodes.add(fields[9] ?? "");
    }
  return inodes;
}

/** The 22nd field of its `stat`; the second, a name in parentheses, may hold anything. */
function startTimeOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function numbersIn(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => /^\d+$/.test(name));
  } catch {
    // A process may be another user's, or has just ended.
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function hexByte(octet: string): string {
  return Number(octet).toString(16).padStart(2, "0").toUpperCase();
}
