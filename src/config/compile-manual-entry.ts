/** One crypto map entry of type ipsec-manual: its session keys, cut to what its transform set wants of them, as IOS does. */
import {
  type EspSuite,
  espKeyLength,
  HASHES,
  type HashName,
  isAead,
  isCounterCipher,
} from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { ManualKeying, ManualKeys, OriginatedRule } from "../ipsec/policy.ts";
import type { CompiledEntry } from "./compile-map-entry.ts";
import type { Configuration, CryptoMapEntrySettings, SessionKeySettings } from "./configuration.ts";
import {
  type EntryContext,
  type EntryPlace,
  missing,
  peersOf,
  rulesOfEntry,
  titleOf,
  transformSetsOf,
} from "./entry-parts.ts";
import type { Problem, Problems } from "./problem.ts";

/** Undefined where something is missing; problems of `severity` then say what. */
export function compileManualEntry(
  configuration: Configuration,
  place: EntryPlace,
  entry: CryptoMapEntrySettings,
  severity: Problem["severity"],
  problems: Problems,
): CompiledEntry | undefined {
  const context: EntryContext = { configuration, place, entry, severity, problems };
  const peers = peersOf(context);
  const transformSets = transformSetsOf(context);
  const all = rulesOfEntry(context);
  const [set] = transformSets ?? [];
  const manual = set === undefined ? undefined : keyingOf(context, set);
  if (peers === undefined || set === undefined || all === undefined || manual === undefined) return undefined;
  const rules = upToFirstPermit(context, all);
  const selectors = rules.filter(({ action }) => action === "permit");
  const { sequence } = place;
  return {
    sequence,
    selectors,
    template: undefined,
    at: ({ id }) => ({
      entry: {
        id,
        sequence,
        accessListName: entry.matchAddress?.value ?? "",
        rules,
        peers,
        transformSets: [set],
        lifetimeSeconds: 0,
        lifetimeKilobytes: 0,
        idleTime: undefined,
        replayWindow: 0,
        manual,
        origin: entry.origin,
      },
      connection: undefined,
    }),
  };
}

/** A pair of SAs is for one flow: IOS takes no notice of what follows the first permit line. */
function upToFirstPermit(
  { entry, problems }: EntryContext,
  rules: readonly OriginatedRule[],
): readonly OriginatedRule[] {
  const first = rules.findIndex(({ action }) => action === "permit");
  if (rules.length > first + 1)
    problems.warning({
      kind: "without-effect",
      origin: rules[first + 1]?.origin,
      message: `An entry of type ipsec-manual protects one flow: lines of access list ${entry.matchAddress?.value} after the first permit line have no effect.`,
      advice: "Enter a crypto map entry for each flow, with an access list of one permit line.",
    });
  return rules.slice(0, first + 1);
}

function keyingOf(context: EntryContext, set: TransformSet): ManualKeying | undefined {
  const { place, severity, problems } = context;
  if (set.esp !== undefined && (isAead(set.esp.encryption) || isCounterCipher(set.esp.encryption))) {
    problems.add(severity, {
      kind: "wrong",
      origin: set.origin,
      message: `Transform set ${set.name} works in counter mode, which is not safe with keys entered by hand (RFC 3686 §3, RFC 4106 §2): ${titleOf(place)} protects nothing.`,
      advice: "Use a transform set with AES-CBC and an HMAC, or an entry of type ipsec-isakmp.",
    });
    return undefined;
  }
  // Both, so that everything that is missing is told at once.
  const inbound = keysOf(context, set, "inbound");
  const outbound = keysOf(context, set, "outbound");
  return inbound === undefined || outbound === undefined ? undefined : { inbound, outbound };
}

function keysOf(
  context: EntryContext,
  { name, esp, ah }: TransformSet,
  direction: SessionKeySettings["direction"],
): ManualKeys | undefined {
  const espKeys = esp === undefined ? undefined : espKeysOf(context, name, esp, direction);
  const ahKey = ah === undefined ? undefined : ahKeyOf(context, name, ah, direction);
  if (ah === undefined || esp === undefined)
    return espKeys ?? (ah && ahKey && { suite: { ah }, encryptionKey: NO_KEY, ah: undefined, ...ahKey });
  if (espKeys === undefined || ahKey === undefined) return undefined;
  return { ...espKeys, ah: { hash: ah, key: ahKey.integrityKey, spi: ahKey.spi } };
}

function ahKeyOf(
  context: EntryContext,
  setName: string,
  hash: HashName,
  direction: SessionKeySettings["direction"],
): Pick<ManualKeys, "spi" | "integrityKey"> | undefined {
  const settings = settingsOf(context, direction, "ah", "KEY");
  if (settings === undefined) return undefined;
  const { spi, authenticator } = settings;
  const integrityKey = cutTo(context, settings, setName, "AH", authenticator, HASHES[hash].length);
  return integrityKey && { spi, integrityKey };
}

function espKeysOf(
  context: EntryContext,
  setName: string,
  suite: EspSuite,
  direction: SessionKeySettings["direction"],
): ManualKeys | undefined {
  const { encryption, integrity } = suite;
  const form = `cipher KEY${integrity === undefined ? "" : " authenticator KEY"}`;
  const settings = settingsOf(context, direction, "esp", form);
  if (settings === undefined) return undefined;
  const { spi, cipher, authenticator } = settings;
  const integrityLength = integrity === undefined ? 0 : HASHES[integrity].length;
  // Both here, too.
  const encryptionKey = cutTo(context, settings, setName, "cipher", cipher, espKeyLength(encryption));
  const integrityKey = cutTo(context, settings, setName, "authenticator", authenticator, integrityLength);
  return encryptionKey && integrityKey && { suite, spi, encryptionKey, integrityKey, ah: undefined };
}

function settingsOf(
  context: EntryContext,
  direction: SessionKeySettings["direction"],
  protocol: SessionKeySettings["protocol"],
  form: string,
): SessionKeySettings | undefined {
  const { entry, severity, problems } = context;
  const settings = entry.sessionKeys.find(
    (each) => each.direction === direction && each.protocol === protocol,
  );
  const command = `set session-key ${direction} ${protocol} SPI ${form}`;
  if (settings === undefined)
    problems.add(severity, missing(context, `${direction} ${protocol.toUpperCase()} session key`, command));
  return settings;
}

/** What is longer IOS cuts; what is shorter is told. */
function cutTo(
  { severity, problems }: EntryContext,
  { direction, origin }: SessionKeySettings,
  setName: string,
  what: string,
  key: Secret | undefined,
  length: number,
): Secret | undefined {
  if ((key?.length ?? 0) >= length)
    return key === undefined ? NO_KEY : new Secret(key.reveal().slice(0, length));
  problems.add(severity, {
    kind: "wrong",
    origin,
    message: `Transform set ${setName} needs an ${direction} ${what} key of ${length} octets; this one has ${key?.length ?? 0}.`,
    advice: `Enter ${2 * length} hexadecimal digits for it.`,
  });
  return undefined;
}

const NO_KEY = new Secret(new Uint8Array(0));
