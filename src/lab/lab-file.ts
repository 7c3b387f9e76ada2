/**
 * The optional `lab.json` beside the configurations: what IOS cannot say. Titles, names of hosts, the behaviour of links,
 * which debugging is on, and what is typed at which router.
 */
import { milliseconds } from "../base/time.ts";
import { type IpAddress, parseIpv4 } from "../net/ip-address.ts";
import { JsonShape, ShapeError } from "./json-shape.ts";
import type { LinkConditions } from "./link.ts";

export interface LabFile {
  readonly title: string | undefined;
  /** Sentences, for `--list` and the head of a run. */
  readonly description: string | undefined;
  /** Configurations are loaded as a router loads its own: what is refused or incomplete is told, and the rest runs. */
  readonly asPrinted: boolean;
  /** By subnet, as in `10.1.1.0/24`. */
  readonly links: ReadonlyMap<string, Partial<LinkConditions>>;
  readonly hosts: readonly HostEntry[];
  /** What `debug crypto …` is on at the start on every router; undefined leaves it to the command line. */
  readonly debug: readonly string[] | undefined;
  /** Undefined: one is made from the access lists. */
  readonly script: readonly ScriptStep[] | undefined;
}

export interface HostEntry {
  readonly name: string;
  readonly address: IpAddress;
}

export type ScriptStep =
  /** Lines typed at a router's console, answers to its questions included; each after the last is done. */
  | { readonly kind: "type"; readonly router: string; readonly lines: readonly string[] }
  | { readonly kind: "ping"; readonly host: string; readonly destination: IpAddress; readonly repeat: number }
  | { readonly kind: "wait"; readonly seconds: number }
  /** A remark for the reader. */
  | { readonly kind: "say"; readonly text: string };

export const NO_LAB_FILE: LabFile = {
  title: undefined,
  description: undefined,
  asPrinted: false,
  links: new Map(),
  hosts: [],
  debug: undefined,
  script: undefined,
};

export type LabFileResult =
  | { readonly kind: "file"; readonly file: LabFile }
  | { readonly kind: "problem"; readonly problem: string };

/** Reads the text of a `lab.json`; `name` is how problems call it. */
export function parseLabFile(name: string, text: string): LabFileResult {
  try {
    const root = new JsonShape(JSON.parse(text), `${name}:`);
    return { kind: "file", file: readFile(root) };
  } catch (error) {
    if (error instanceof ShapeError) return { kind: "problem", problem: error.message };
    if (error instanceof SyntaxError) return { kind: "problem", problem: `${name}: ${error.message}` };
    throw error;
  }
}

function readFile(root: JsonShape): LabFile {
  root.only("title", "description", "asPrinted", "links", "hosts", "debug", "script");
  return {
    title: root.has("title") ? root.at("title").text() : undefined,
    description: root.has("description") ? root.at("description").text() : undefined,
    asPrinted: root.has("asPrinted") && root.at("asPrinted").boolean(),
    links: root.has("links")
      ? new Map(
          root
            .at("links")
            .entries()
            .map(([subnet, link]) => [subnet, readLink(link)]),
        )
      : new Map(),
    hosts: root.has("hosts") ? root.at("hosts").items().map(readHost) : [],
    debug: root.has("debug")
      ? root
          .at("debug")
          .items()
          .map((each) => each.text())
      : undefined,
    script: root.has("script") ? root.at("script").items().map(readStep) : undefined,
  };
}

function readLink(link: JsonShape): Partial<LinkConditions> {
  link.only(
    "delayMs",
    "jitterMs",
    "lossPercent",
    "duplicatePercent",
    "reorderPercent",
    "corruptPercent",
    "mtu",
  );
  const percent = (key: "lossPercent" | "duplicatePercent" | "reorderPercent" | "corruptPercent") =>
    link.has(key) ? { [key]: link.at(key).number(0, 100) } : {};
  return {
    ...(link.has("delayMs") ? { delay: milliseconds(link.at("delayMs").number(0, DELAY_MAX)) } : {}),
    ...(link.has("jitterMs") ? { jitter: milliseconds(link.at("jitterMs").number(0, DELAY_MAX)) } : {}),
    ...percent("lossPercent"),
    ...percent("duplicatePercent"),
    ...percent("reorderPercent"),
    ...percent("corruptPercent"),
    ...(link.has("mtu") ? { mtu: link.at("mtu").number(LINK_MTU_MIN, LINK_MTU_MAX) } : {}),
  };
}

function readHost(host: JsonShape): HostEntry {
  host.only("name", "address");
  return { name: host.at("name").text(), address: readAddress(host.at("address")) };
}

function readStep(step: JsonShape): ScriptStep {
  if (step.has("router")) {
    step.only("router", "lines");
    const lines = step
      .at("lines")
      .items()
      .map((line) => line.text());
    return { kind: "type", router: step.at("router").text(), lines };
  }
  if (step.has("host")) {
    step.only("host", "ping", "repeat");
    const repeat = step.has("repeat") ? step.at("repeat").number(1, 1000) : 5;
    return { kind: "ping", host: step.at("host").text(), destination: readAddress(step.at("ping")), repeat };
  }
  if (step.has("waitSeconds")) {
    step.only("waitSeconds");
    return { kind: "wait", seconds: step.at("waitSeconds").number(0, 1_000_000) };
  }
  step.only("say");
  return { kind: "say", text: step.at("say").text() };
}

function readAddress(shape: JsonShape): IpAddress {
  const address = parseIpv4(shape.text());
  return address ?? shape.fail("must be an IPv4 address");
}

const DELAY_MAX = 60_000;
/** What RFC 791 asks every link to carry. */
export const LINK_MTU_MIN = 68;
export const LINK_MTU_MAX = 65_535;
