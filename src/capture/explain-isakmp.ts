/** Explains ISAKMP messages one after the other; what is learnt from one serves the next. */
import { Reader, type ReadField } from "../base/reader.ts";
import { FLAG_ENCRYPTION, HEADER_LENGTH } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import type { PayloadChain } from "../isakmp/payload-chain.ts";
import { decrypt } from "./decryption.ts";
import { partsOf } from "./dissection.ts";
import type { IsakmpEntry, MessageProtection, Problem } from "./explanation.ts";
import { FragmentAssembly } from "./fragment-assembly.ts";
import { checkHash, describeHashCheck, type HashCheck } from "./hash-check.ts";
import type { CaptureKeys } from "./key-file.ts";
import {
  learn,
  type MessageInNegotiation,
  remember,
  rememberLastBlock,
  roleOf,
  senderCookieOf,
  senderOf,
} from "./learning.ts";
import { TOLD_OCTETS_MAX } from "./limits.ts";
import { labelOf } from "./message-label.ts";
import { natDiscoveryNotes } from "./nat-discovery-notes.ts";
import { Negotiations } from "./negotiation.ts";
import { meaningOf } from "./payload-meaning.ts";
import { chainIn, headerIn, objectionsTo } from "./tolerant-decoding.ts";
import { endpointText, type PacketAddresses } from "./traffic.ts";

export interface IsakmpMessageInCapture {
  readonly bytes: Uint8Array;
  readonly addresses: PacketAddresses;
  readonly hasMarker: boolean;
  readonly missing: number;
  readonly frame: number;
  readonly timeMicroseconds: number;
}

export class IsakmpExplainer {
  readonly #keys: CaptureKeys;
  readonly #negotiations = new Negotiations();
  readonly #fragments = new FragmentAssembly();
  #toldOctets = 0;
  #untoldFrom: number | undefined;

  constructor(keys: CaptureKeys) {
    this.#keys = keys;
  }

  /** The frame from which on messages are told without their payloads, because there are too many. */
  get untoldFrom(): number | undefined {
    return this.#untoldFrom;
  }

  /** One entry, and another if the message is the fragment that completes one. */
  explain(message: IsakmpMessageInCapture): readonly IsakmpEntry[] {
    const { entry, chain } = this.#explainOne(message);
    const [fragment] = chain?.payloads ?? [];
    if (fragment?.kind !== "FRAGMENT" || entry.problems.length > 0) return [entry];
    const whole = this.#fragments.add(message.bytes.slice(0, COOKIES_LENGTH), fragment, message.frame);
    if (whole === undefined) return [entry];
    const assembled = this.#explainOne({ ...message, bytes: whole.bytes }).entry;
    return [entry, { ...assembled, assembledFrom: whole.frames }];
  }

  #explainOne(message: IsakmpMessageInCapture): Explained {
    const fields: ReadField[] = [];
    const isTold = this.#admit(message);
    const record = (field: ReadField): void => {
      if (isTold || field.offset < HEADER_LENGTH) fields.push(field);
    };
    const header = headerIn(message.bytes, record);
    const problems = objectionsTo(message.bytes);
    if (header === undefined) return { entry: entryOf(message, fields, { problems }) };
    const exchangeName = nameOf(EXCHANGE_TYPE, header.exchangeType);
    if (header.majorVersion !== 1) {
      const body = message.bytes.subarray(HEADER_LENGTH);
      new Reader(body, { name: "HDR", baseOffset: HEADER_LENGTH, record }).rest("body");
      const label = `version ${header.majorVersion}.${header.minorVersion}`;
      return { entry: entryOf(message, fields, { exchange: exchangeName, label, problems }) };
    }
    const negotiation = this.#negotiations.of(header.initiatorCookie);
    const exchange = negotiation.exchange(header.messageId);
    const seen = exchange.earlier(message.bytes);
    if (seen !== undefined) {
      const { label, frame: repeats } = seen;
      const protection = { kind: "repeated" } as const;
      return { entry: entryOf(message, [], { exchange: exchangeName, label, repeats, protection }) };
    }
    const context: Context = { ...message, header, negotiation, exchange, record };
    const found =
      (header.flags & FLAG_ENCRYPTION) === 0 ? this.#readClear(context) : this.#readEncrypted(context);
    remember(context, found.label);
    const notes = new Map(natDiscoveryNotes(fields, header, negotiation, message.addresses));
    if (found.check !== undefined) notes.set("HASH", describeHashCheck(found.check));
    const senderCookie = senderCookieOf(context);
    return {
      entry: entryOf(message, fields, { exchange: exchangeName, ...found, notes, senderCookie }),
      chain: found.chain,
    };
  }

  /** Whether there is room to tell the payloads of this message. */
  #admit({ bytes, frame }: IsakmpMessageInCapture): boolean {
    this.#toldOctets += bytes.length;
    if (this.#toldOctets > TOLD_OCTETS_MAX) this.#untoldFrom ??= frame;
    return this.#untoldFrom === undefined;
  }

  #readClear(context: Context): Found {
    const { bytes, header, negotiation, record } = context;
    const sealedIdentities = negotiation.suite?.hasSealedIdentities ?? false;
    const octets = bytes.subarray(HEADER_LENGTH);
    const { chain, problem } = chainIn(header, octets, { record, sealedIdentities });
    const problems = objectionsTo(bytes, { sealedIdentities });
    // With a wrong length in the header, the payloads have not been judged yet.
    if (problem !== undefined && !problems.some(({ path }) => path === problem.path)) problems.push(problem);
    const label = labelOf({
      ...context,
      sender: senderOf(context.addresses),
      role: roleOf(context),
      payloads: chain?.payloads ?? [],
    });
    if (chain === undefined || problems.length > 0)
      return { label, problems, check: undefined, chain, protection: { kind: "clear" } };
    learn(context, chain);
    const check = checkHash({ ...context, label, chain, octets, keys: this.#keys });
    return { label, problems, check, chain, protection: { kind: "clear" } };
  }

  #readEncrypted(context: Context): Found {
    const { bytes, header, negotiation, record } = context;
    const ciphertext = bytes.subarray(HEADER_LENGTH);
    const problems = objectionsTo(bytes);
    const label = labelOf({
      ...context,
      sender: senderOf(context.addresses),
      role: roleOf(context),
      payloads: undefined,
    });
    const decryption = decrypt(header, ciphertext, negotiation, this.#keys);
    rememberLastBlock(context, ciphertext);
    if (decryption.kind === "closed") {
      new Reader(ciphertext, { name: "HDR", baseOffset: HEADER_LENGTH, record }).rest("ciphertext");
      return { label, problems, check: undefined, chain: undefined, protection: decryption };
    }
    const protection = { kind: "decrypted", cipher: negotiation.suite?.cipherName ?? "" } as const;
    const octets = decryption.plaintext;
    const { chain, problem } = chainIn(header, octets, { record });
    if (problem !== undefined) problems.push(problem);
    if (chain === undefined) return { label, problems, check: undefined, chain, protection };
    negotiation.isKeyProven = true;
    learn(context, chain);
    const check = checkHash({ ...context, label, chain, octets, keys: this.#keys });
    return { label, problems, check, chain, protection };
  }
}

interface Explained {
  readonly entry: IsakmpEntry;
  readonly chain?: PayloadChain | undefined;
}

interface Context extends IsakmpMessageInCapture, MessageInNegotiation {
  readonly record: (field: ReadField) => void;
}

interface Found {
  readonly label: string;
  readonly problems: readonly Problem[];
  readonly check: HashCheck | undefined;
  readonly chain: PayloadChain | undefined;
  readonly protection: MessageProtection;
}

interface EntryParts extends Partial<Found> {
  readonly exchange?: string;
  readonly repeats?: number;
  readonly notes?: ReadonlyMap<string, string>;
  readonly senderCookie?: Uint8Array | undefined;
}

function entryOf(
  message: IsakmpMessageInCapture,
  fields: readonly ReadField[],
  parts: EntryParts,
): IsakmpEntry {
  const { notes = new Map(), senderCookie, check } = parts;
  return {
    kind: "isakmp",
    frame: message.frame,
    timeMicroseconds: message.timeMicroseconds,
    ...endpointText(message.addresses),
    label: parts.label ?? "?",
    exchange: parts.exchange ?? "?",
    length: message.bytes.length,
    hasMarker: message.hasMarker,
    repeats: parts.repeats,
    assembledFrom: [],
    protection: parts.protection ?? { kind: "clear" },
    nodes: meaningOf(partsOf(fields), { senderCookie, notes }),
    checks: check === undefined ? [] : [check],
    problems: parts.problems ?? [],
    missing: message.missing,
  };
}

const COOKIES_LENGTH = 16;
