/** `show crypto ipsec transform-set`: what each set does and in which mode it is negotiated. */
import type { Configuration, TransformSetSettings } from "../../config/configuration.ts";
import { describeEspSuite } from "../../crypto/names.ts";

/** All sets, or that of a name. AH and ESP of one set stand apart, as they are proposals of their own. */
export function showTransformSets({ transformSets }: Configuration, name?: string): string[] {
  return transformSets
    .filter((set) => name === undefined || set.name === name)
    .flatMap((set) => {
      const mode = `   will negotiate = { ${set.mode.value === "tunnel" ? "Tunnel" : "Transport"},  },`;
      const [first = "", ...others] = protocolsOf(set);
      return [
        `Transform set ${set.name}: { ${first}  }`,
        mode,
        ...others.flatMap((transforms) => [`   { ${transforms}  }`, mode]),
      ];
    });
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

/** `show crypto ipsec transform-proposal`, as IOS 11.3 called it: what each set could do, does by default, and does. */
export function showTransformProposals({ transformSets }: Configuration): string[] {
  return transformSets.flatMap((set) => {
    const mode = set.mode.value === "tunnel" ? "Tunnel" : "Transport";
    const settings = [
      "   supported settings = { Tunnel, Transport,  },",
      "   default settings = { Tunnel,  },",
      `   will negotiate = { ${mode},  },`,
    ];
    return protocolsOf(set).flatMap((transforms, i) => [
      i === 0 ? `Transform proposal ${set.name}: { ${transforms}  }` : `   { ${transforms}  }`,
      ...settings,
    ]);
  });
}
