/** `crypto key generate rsa` and `crypto key zeroize rsa`, in IOS's words. They stand in configuration mode and are no setting. */
import { routerName } from "../../config/compile-ike.ts";
import type { Configuration } from "../../config/configuration.ts";
import { DEFAULT_HOSTNAME } from "../../config/defaults.ts";
import type { RsaKeyPair } from "../../config/rsa-key-pair.ts";
import { RSA_MODULUS_BITS } from "../../crypto/rsa.ts";
import { choice, optional, value, word } from "../sentence.ts";
import type { RsaKeyWish } from "../services.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, privileged } from "./command.ts";
import { type Dialogue, type DialogueStep, yesOrNo } from "./dialogue.ts";

const { minimum, maximum } = RSA_MODULUS_BITS;
const BITS = integer(minimum, maximum);
const DEFAULT_BITS = 512;

/** Entered in configuration mode, and done at once. */
export const RSA_KEY_COMMANDS: readonly Command[] = [
  privileged(
    [
      ...phrase("crypto key generate rsa", "Generate RSA keys"),
      optional(
        choice("keys", {
          "general-keys": ["general", "Generate a general purpose RSA key pair for signing and encryption"],
          "usage-keys": ["usage", "Generate separate RSA key pairs for signing and encryption"],
        }),
      ),
      optional(
        word("modulus", "Provide number of modulus bits on the command line"),
        value("bits", BITS, "size of the key modulus"),
      ),
    ],
    ({ services, follow }, { keys, bits }) =>
      follow(generation(services.configuration(), services.rsaKeys(), keys === "usage", bits)),
  ),
  privileged(phrase("crypto key zeroize rsa", "Remove RSA keys"), ({ services, follow }) =>
    follow(removal(services.rsaKeys())),
  ),
];

function generation(
  configuration: Configuration,
  existing: readonly RsaKeyPair[],
  forUsages: boolean,
  bits: number | undefined,
): DialogueStep {
  if (configuration.hostname.value === DEFAULT_HOSTNAME)
    return { kind: "ends", lines: [`% Please define a hostname other than ${DEFAULT_HOSTNAME}.`] };
  if (configuration.domainName === undefined)
    return { kind: "ends", lines: ["% Please define a domain-name first."] };
  const name = routerName(configuration);
  const usages: readonly RsaKeyPair["usage"][] = forUsages ? ["signature", "encryption"] : ["general"];
  const lines = [`The name for the keys will be: ${name}`];
  const begin = () => askForBits(name, usages, [], bits);
  if (existing.length === 0) return after(lines, begin());
  const replaced = existing[0]?.name ?? name;
  return {
    kind: "asks",
    lines: [...lines, `% You already have RSA keys defined named ${replaced}.`],
    dialogue: yesOrNo("% Do you really want to replace them?", begin, () => ({ kind: "ends", lines: [] })),
  };
}

/** For each usage that is left: how many bits; then the keys are made. */
function askForBits(
  name: string,
  [usage, ...others]: readonly RsaKeyPair["usage"][],
  wishes: readonly RsaKeyWish[],
  bits: number | undefined,
): DialogueStep {
  if (usage === undefined)
    return {
      kind: "makes keys",
      wishes,
      lines: wishes.map((wish) => `% Generating ${wish.modulusBits} bit RSA keys ...`),
    };
  const next = (modulusBits: number) =>
    askForBits(name, others, [...wishes, { name, usage, modulusBits }], bits);
  if (bits !== undefined) return next(bits);
  const lines = [
    `Choose the size of the key modulus in the range of ${minimum} to ${maximum} for your`,
    `  ${USAGE_NAMES[usage]}s. Choosing a key modulus greater than 512 may take`,
    "  a few minutes.",
    "",
  ];
  return { kind: "asks", lines, dialogue: bitsQuestion(next) };
}

function bitsQuestion(next: (bits: number) => DialogueStep): Dialogue {
  return {
    prompt: `How many bits in the modulus [${DEFAULT_BITS}]: `,
    answer: (text) => {
      const answer = text.trim();
      const bits = answer === "" ? DEFAULT_BITS : BITS.parse(answer);
      return bits === undefined
        ? {
            kind: "asks",
            lines: [`% A decimal number between ${minimum} and ${maximum}.`],
            dialogue: bitsQuestion(next),
          }
        : next(bits);
    },
  };
}

function removal(existing: readonly RsaKeyPair[]): DialogueStep {
  const [first] = existing;
  if (first === undefined) return { kind: "ends", lines: ["% No RSA keys are there to be removed."] };
  return {
    kind: "asks",
    lines: [`% Keys to be removed are named '${first.name}'.`],
    dialogue: yesOrNo(
      "Do you really want to remove these keys?",
      () => ({ kind: "removes keys", lines: [] }),
      () => ({ kind: "ends", lines: [] }),
    ),
  };
}

function after(lines: readonly string[], step: DialogueStep): DialogueStep {
  return { ...step, lines: [...lines, ...step.lines] };
}

/** What IOS calls keys by their usage. */
export const USAGE_NAMES: { readonly [U in RsaKeyPair["usage"]]: string } = {
  general: "General Purpose Key",
  signature: "Signature Key",
  encryption: "Encryption Key",
};
