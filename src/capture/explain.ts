/** Walks a capture and explains everything in it that belongs to IPsec. */
import { MalformedError } from "../base/errors.ts";
import { plain } from "../base/octets.ts";
import { captureFormat, readFrames } from "./capture-file.ts";
import type { CapturedFrame } from "./captured-frame.ts";
import { AhExplainer } from "./explain-ah.ts";
import { EspExplainer } from "./explain-esp.ts";
import { IsakmpExplainer } from "./explain-isakmp.ts";
import type { Entry, Explanation, Problem } from "./explanation.ts";
import { type CaptureKeys, NO_KEYS } from "./key-file.ts";
import { isKnownLinkType } from "./link-layer.ts";
import { endpointText, type Traffic, TrafficFinder } from "./traffic.ts";

/** Never throws for what `file` holds: a file that is no capture, or breaks off, is explained as such. */
export function explainCapture(file: Uint8Array, keys: CaptureKeys = NO_KEYS): Explanation {
  const bytes = plain(file);
  const walk = new Walk(keys);
  let problem: Problem | undefined;
  try {
    for (const frame of readFrames(bytes)) walk.take(frame);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    problem = { reason: error.reason, path: error.path, offset: error.offset };
  }
  const { frameCount, entries, notes } = walk;
  return { format: captureFormat(bytes), frameCount, entries, notes, problem };
}

class Walk {
  readonly entries: Entry[] = [];
  frameCount = 0;
  readonly #finder = new TrafficFinder();
  readonly #isakmp: IsakmpExplainer;
  readonly #esp: EspExplainer;
  readonly #ah: AhExplainer;
  readonly #unknownLinkTypes = new Set<number>();
  #start: number | undefined;

  constructor(keys: CaptureKeys) {
    this.#isakmp = new IsakmpExplainer(keys);
    this.#esp = new EspExplainer(keys);
    this.#ah = new AhExplainer(this.#esp);
  }

  take(frame: CapturedFrame): void {
    this.frameCount += 1;
    this.#start ??= frame.timestampMicroseconds;
    if (!isKnownLinkType(frame.linkType)) this.#unknownLinkTypes.add(frame.linkType);
    const traffic = this.#finder.find(frame);
    if (traffic !== undefined) this.entries.push(...this.#explain(traffic, frame, this.#start));
  }

  get notes(): readonly string[] {
    const notes = [...this.#unknownLinkTypes].map(
      (linkType) => `frames of link type ${linkType} are not understood and were passed over`,
    );
    const incomplete = this.#finder.incompleteDatagrams;
    if (incomplete > 0) notes.push(`${incomplete} fragmented datagrams are not whole in this capture`);
    const { untoldFrom } = this.#isakmp;
    if (untoldFrom !== undefined)
      notes.push(`from #${untoldFrom} on, messages are told without their payloads: there are too many`);
    return notes;
  }

  #explain(
    traffic: Traffic,
    { number, timestampMicroseconds }: CapturedFrame,
    start: number,
  ): readonly Entry[] {
    const place = { frame: number, timeMicroseconds: timestampMicroseconds - start };
    switch (traffic.kind) {
      case "isakmp":
        return this.#isakmp.explain({ ...traffic, ...place });
      case "esp":
        return [this.#esp.explain({ ...traffic, ...place })];
      case "ah":
        return this.#ah.explain({ ...traffic, ...place });
      case "keepalive":
        return [{ kind: "keepalive", ...place, ...endpointText(traffic.addresses) }];
      case "malformed": {
        const { addresses, reason, path, offset } = traffic;
        const ends = addresses === undefined ? { source: "?", destination: "?" } : endpointText(addresses);
        return [{ kind: "malformed", ...place, ...ends, problem: { reason, path, offset } }];
      }
    }
  }
}
