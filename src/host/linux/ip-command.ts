/** nftables' `nft`, and iproute2's `ip`, which changes and shows the kernel's interfaces, addresses, routes and rules. Never through a shell. */
import { spawn } from "node:child_process";
import { ipv4ToNumber } from "../../net/ip-address.ts";
import { type AddressBlock, maskOf } from "../../net/selector.ts";
import type { SteeringRule } from "./steering-plan.ts";

export type IpResult =
  | { readonly kind: "done"; readonly output: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Runs `ip` with arguments. */
export function ip(...args: readonly string[]): Promise<IpResult> {
  return run(args, "");
}

/** Runs commands in order and stops at the first that is refused, or goes on to the end. */
export function ipBatch(lines: readonly string[], onRefusal: "stop" | "go on" = "stop"): Promise<IpResult> {
  if (lines.length === 0) return Promise.resolve({ kind: "done", output: "" });
  const force = onRefusal === "stop" ? [] : ["-force"];
  return run([...force, "-batch", "-"], `${lines.join("\n")}\n`);
}

/** Puts a ruleset into the kernel: all of it, or nothing and what is wrong with it. */
export function nft(ruleset: string): Promise<IpResult> {
  return run(["-f", "-"], ruleset, "nft");
}

/** What `ip -json` prints, as it is; undefined where it refuses. */
export async function ipJson(...args: readonly string[]): Promise<unknown> {
  const result = await ip("-json", ...args);
  if (result.kind === "refused") return undefined;
  try {
    return JSON.parse(result.output.trim() === "" ? "[]" : result.output);
  } catch {
    // Another version of the program may print something else: then it has told us nothing.
    return undefined;
  }
}

/** The arguments after `rule add` or `rule del` that say a rule completely. */
export function ruleText({ priority, match, action }: SteeringRule): string {
  const { mark, device, from, to, protocol, sourcePort } = match;
  return [
    `priority ${priority}`,
    // From where no rule says it, `ip` takes what it finds in its environment.
    `from ${from === undefined ? "all" : prefixText(from)}`,
    ...(to === undefined ? [] : [`to ${prefixText(to)}`]),
    ...(device === undefined ? [] : [`iif ${device}`]),
    ...(mark === undefined ? [] : [`fwmark 0x${mark.toString(16)}`]),
    ...(protocol === undefined ? [] : [`ipproto ${protocol}`]),
    ...(sourcePort === undefined ? [] : [`sport ${sourcePort}`]),
    `protocol ${OWN_PROTOCOL}`,
    actionText(action),
  ].join(" ");
}

/** `10.1.1.0/24`; for blocks that are prefixes. */
export function prefixText(block: AddressBlock): string {
  const mask = ipv4ToNumber(maskOf(block) ?? block.wildcard);
  return `${block.address}/${mask === 0 ? 0 : 32 - Math.log2(2 ** 32 - mask)}`;
}

/** What iproute2 calls the protocol of a rule or route: who made it. Free for use by programs like ours. */
export const OWN_PROTOCOL = 115;

function actionText(action: SteeringRule["action"]): string {
  switch (action.kind) {
    case "table":
      return `lookup ${action.table}`;
    case "goto":
      return `goto ${action.priority}`;
    case "nothing":
      return "nop";
  }
}

function run(args: readonly string[], input: string, program: "ip" | "nft" = "ip"): Promise<IpResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (complaints.length < COMPLAINTS_MAX) complaints += text;
    });
    // It may end before it has read all; what it says then is what counts.
    child.stdin.on("error", () => {});
    child.on("error", ({ message }) =>
      resolve({ kind: "refused", reason: `${PACKAGES[program]}: ${message}` }),
    );
    child.on("close", (code) =>
      resolve(
        code === 0
          ? { kind: "done", output }
          : { kind: "refused", reason: complaints.trim().split("\n")[0] ?? `exit code ${code}` },
      ),
    );
    child.stdin.end(input);
  });
}

const COMPLAINTS_MAX = 4096;
const PACKAGES = { ip: "ip (iproute2)", nft: "nft (nftables)" } as const;
