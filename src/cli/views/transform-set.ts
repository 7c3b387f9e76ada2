/** `show crypto ipsec transform-set`: what each set does and in which mode it is negotiated. */
import { compileTransformSet } from "../../config/compile-transform-set.ts";
import type { Configuration, TransformSetSettings } from "../../config/configuration.ts";
import { Problems } from "../../config/problem.ts";
import { describeEspSuite } from "../../crypto/names.ts";
import type { EncapsulationMode } from "../../crypto/transform-set.ts";

/** All sets, or that of a name. AH and ESP of one set stand apart, as they are proposals of their own. */
export function showTransformSets({ transformSets }: Configuration, name?: string): string[] {
  return transformSets
    .filter((set) => name === undefined || set.name === name)
    .flatMap((set) => {
      const mode = `   will negotiate = { ${negotiatedMode(set) === "tunnel" ? "Tunnel" : "Transport"},  },`;
      const [first = "", ...others] = protocolsOf(set);
      return [
        `Transform set ${set.name}: { ${first}  }`,
        mode,
        ...others.flatMap((transforms) => [`   { ${transforms}  }`, mode]),
      ];
    });
}

/** What the compiler makes of the set, which need not be what it asks for. */
function negotiatedMode(set: TransformSetSettings): EncapsulationMode {
  return compileTransformSet(set, "note", new Problems())?.mode ?? set.mode.value;
}

function protocolsOf({ ah, encryption, integrity }: TransformSetSettings): string[] {
  const hasEsp = encryption !== undefined || integrity !== undefined;
  // Without a cipher of its own the set says nothing of one, though ESP then has the null cipher.
  const esp =
    encryption === undefined
      ? describeEspSuite({ encryption: "null", integrity }).replace("esp-null ", "")
      : describeEspSuite({ encryption, integrity });
  return [...(ah === undefined ? [] : [ah]), ...(hasEsp ? [esp] : [])];
}
