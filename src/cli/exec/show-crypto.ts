/** `show crypto`: policies, SAs, keys and certificates. */
import { INTERFACE_NAME } from "../interface-names.ts";
import { anyOrder, optional, value, word } from "../sentence.ts";
import { ADDRESS, NAME } from "../value-types.ts";
import { showCallAdmission } from "../views/call-admission.ts";
import { showCertificates } from "../views/certificates.ts";
import { showCryptoMap } from "../views/crypto-map.ts";
import { showDiagnosis } from "../views/diagnosis.ts";
import { showIpsecSa } from "../views/ipsec-sa.ts";
import { showIsakmpPolicy } from "../views/isakmp-policy.ts";
import { showIsakmpSa } from "../views/isakmp-sa.ts";
import { showMyPublicKeys, showPeerPublicKeys } from "../views/rsa-keys.ts";
import { showTransformSets } from "../views/transform-set.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";

export const SHOW_CRYPTO_COMMANDS: readonly Command[] = [
  command(phrase("show crypto isakmp policy", "Show ISAKMP protection suite policy"), ({ print, services }) =>
    print(showIsakmpPolicy(services.configuration())),
  ),
  command(phrase("show crypto isakmp sa", "Show ISAKMP Security Associations"), ({ print, services }) =>
    print(showIsakmpSa(services.view())),
  ),
  command(
    [
      ...phrase("show crypto isakmp diagnose", "Show why ISAKMP negotiations have failed"),
      optional(word("peer", "Show failures with a peer"), value("peer", ADDRESS, "Peer address")),
    ],
    ({ print, services }, { peer }) => print(showDiagnosis(services.view(), peer)),
  ),
  command(
    phrase("show crypto call admission statistics", "Show Crypto Call Admission Control Statistics"),
    ({ print, services }) => print(showCallAdmission(services.configuration(), services.view())),
  ),
  command(
    [
      ...phrase("show crypto ipsec sa", "IPSEC SA table"),
      anyOrder(
        0,
        [word("peer", "Show SAs of a peer"), value("peer", ADDRESS, "Peer address")],
        [word("map", "Show SAs of a crypto map"), value("mapName", NAME, "Crypto map tag")],
        [word("interface", "Show SAs of an interface"), value("interfaceName", INTERFACE_NAME, "Interface")],
      ),
    ],
    ({ print, services }, { peer, mapName, interfaceName }) =>
      print(
        showIpsecSa(services.view(), {
          ...(peer === undefined ? {} : { peer }),
          ...(mapName === undefined ? {} : { mapName }),
          ...(interfaceName === undefined ? {} : { interfaceName }),
        }),
      ),
  ),
  command(
    [
      ...phrase("show crypto ipsec transform-set", "Crypto transform sets"),
      optional(word("tag", "Show transform set of a given tag"), value("tag", NAME, "Tag name")),
    ],
    ({ print, services }, { tag }) => print(showTransformSets(services.configuration(), tag)),
  ),
  command(
    phrase("show crypto ipsec security-association lifetime", "Show security association lifetime"),
    ({ print, services }) => {
      const { lifetimeKilobytes, lifetimeSeconds } = services.configuration();
      print([
        `Security association lifetime: ${lifetimeKilobytes.value} kilobytes/${lifetimeSeconds.value} seconds`,
      ]);
    },
  ),
  command(
    [
      ...phrase("show crypto map", "Crypto maps"),
      anyOrder(
        0,
        [
          word("interface", "Crypto maps for an interface"),
          value("interfaceName", INTERFACE_NAME, "Interface"),
        ],
        [word("tag", "Crypto maps with a given tag"), value("tag", NAME, "Crypto map tag")],
      ),
    ],
    ({ print, services }, filter) => print(showCryptoMap(services.configuration(), services.view(), filter)),
  ),
  command(phrase("show crypto ca certificates", "Show certificates"), ({ print, services }) =>
    print(showCertificates(services.configuration())),
  ),
  command(phrase("show crypto key mypubkey rsa", "Show RSA public keys"), ({ print, services }) =>
    print(showMyPublicKeys(services.rsaKeys())),
  ),
  command(phrase("show crypto key pubkey-chain rsa", "Show peer RSA public keys"), ({ print, services }) =>
    print(showPeerPublicKeys(services.configuration())),
  ),
];
