/** `show crypto`: policies, SAs, keys and certificates. */

import type { Configuration } from "../../config/configuration.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { anyOrder, flag, optional, value, word } from "../sentence.ts";
import { ADDRESS, NAME } from "../value-types.ts";
import { showCallAdmission } from "../views/call-admission.ts";
import { showCertificates, showPkiCertificates } from "../views/certificates.ts";
import { showCryptoMap } from "../views/crypto-map.ts";
import { showCryptoSession } from "../views/crypto-session.ts";
import { showDiagnosis } from "../views/diagnosis.ts";
import { showDynamicMaps } from "../views/dynamic-map.ts";
import {
  showDroppedPackets,
  showEngineBrief,
  showEngineConfiguration,
  showEngineConnections,
} from "../views/engine.ts";
import { showIpsecSa } from "../views/ipsec-sa.ts";
import { showIpsecSaByAddress } from "../views/ipsec-sa-addresses.ts";
import { showIpsecSaDetail } from "../views/ipsec-sa-detail.ts";
import { showIsakmpKeys, showIsakmpPeers } from "../views/isakmp-peers.ts";
import { showIsakmpPolicy } from "../views/isakmp-policy.ts";
import { showIsakmpSa } from "../views/isakmp-sa.ts";
import { showIsakmpSaDetail } from "../views/isakmp-sa-detail.ts";
import { showMyPublicKeys, showPeerPublicKeys } from "../views/rsa-keys.ts";
import { showTransformProposals, showTransformSets } from "../views/transform-set.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command, privileged } from "./command.ts";

export const SHOW_CRYPTO_COMMANDS: readonly Command[] = [
  command(phrase("show crypto isakmp policy", "Show ISAKMP protection suite policy"), ({ print, services }) =>
    print(showIsakmpPolicy(services.configuration())),
  ),
  command(
    [
      ...phrase("show crypto isakmp sa", "Show ISAKMP Security Associations"),
      flag("detail", "detail", "Show ISAKMP SA Detail"),
    ],
    ({ print, services }, { detail }) =>
      print((detail === true ? showIsakmpSaDetail : showIsakmpSa)(services.view())),
  ),
  command(
    [
      ...phrase("show crypto isakmp peers", "Show ISAKMP peer structures"),
      optional(value("peer", ADDRESS, "Peer address")),
    ],
    ({ print, services }, { peer }) => print(showIsakmpPeers(services.view(), peer)),
  ),
  privileged(phrase("show crypto isakmp key", "Show ISAKMP preshared keys"), ({ print, services }) =>
    print(showIsakmpKeys(services.configuration())),
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
        [flag("address", "address", "IPSEC SA table in (dest) address order")],
        [flag("identity", "identity", "IPSEC SADB identity tree")],
        [flag("detail", "detail", "Show counter detail")],
      ),
    ],
    ({ print, services }, { peer, mapName, interfaceName, address, identity, detail }) => {
      const filter = {
        ...(peer === undefined ? {} : { peer }),
        ...(mapName === undefined ? {} : { mapName }),
        ...(interfaceName === undefined ? {} : { interfaceName }),
      };
      const view = services.view();
      if (address === true) print(showIpsecSaByAddress(view, filter));
      else if (identity === true) print(showIpsecSa(view, filter, { withoutSas: true }));
      else print(detail === true ? showIpsecSaDetail(view, filter) : showIpsecSa(view, filter));
    },
  ),
  command(
    [
      ...phrase("show crypto ipsec transform-set", "Crypto transform sets"),
      optional(word("tag", "Show transform set of a given tag"), value("tag", NAME, "Tag name")),
    ],
    ({ print, services }, { tag }) => print(showTransformSets(services.configuration(), tag)),
  ),
  command(
    phrase("show crypto ipsec transform-proposal", "Crypto transform sets, by their name in IOS 11.3"),
    ({ print, services }) => print(showTransformProposals(services.configuration())),
  ),
  command(
    phrase("show crypto ipsec security-association lifetime", "Show security association lifetime"),
    ({ print, services }) =>
      print([`Security association lifetime: ${lifetimeText(services.configuration())}`]),
  ),
  command(
    phrase("show crypto ipsec session-key", "Security association lifetime, by its name in IOS 11.3"),
    ({ print, services }) => print([`Session key lifetime: ${lifetimeText(services.configuration())}`]),
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
  command(
    phrase("show crypto engine connections active", "Active crypto connections"),
    ({ print, services }) => print(showEngineConnections(services.configuration(), services.view())),
  ),
  command(
    phrase("show crypto engine connections dropped-packet", "Packets that the crypto engine has dropped"),
    ({ print, services }) => print(showDroppedPackets(services.view())),
  ),
  command(phrase("show crypto engine configuration", "Crypto engine configuration"), ({ print, services }) =>
    print(showEngineConfiguration(services.machine().softwareVersion, services.view())),
  ),
  command(phrase("show crypto engine brief", "Show all crypto engines"), ({ print, services }) =>
    print(showEngineBrief(services.machine().softwareVersion)),
  ),
  command(
    [
      ...phrase("show crypto session", "Show crypto sessions (tunnels)"),
      anyOrder(
        0,
        [
          word("remote", "Show crypto sessions of a remote endpoint"),
          value("remote", ADDRESS, "Remote crypto endpoint address"),
        ],
        [flag("detail", "detail", "Show crypto sessions in detail")],
      ),
    ],
    ({ print, services }, { remote, detail }) =>
      print(
        showCryptoSession(services.view(), {
          ...(remote === undefined ? {} : { remote }),
          detail: detail === true,
        }),
      ),
  ),
  command(
    [
      ...phrase("show crypto dynamic-map", "Crypto map templates"),
      optional(word("tag", "Crypto map templates with a given tag"), value("tag", NAME, "Template tag")),
    ],
    ({ print, services }, { tag }) => print(showDynamicMaps(services.configuration(), tag)),
  ),
  command(phrase("show crypto ca certificates", "Show certificates"), ({ print, services }) =>
    print(showCertificates(services.configuration())),
  ),
  command(phrase("show crypto pki certificates", "Show certificates"), ({ print, services }) =>
    print(showPkiCertificates(services.configuration())),
  ),
  command(phrase("show crypto key mypubkey rsa", "Show RSA public keys"), ({ print, services }) =>
    print(showMyPublicKeys(services.rsaKeys())),
  ),
  command(phrase("show crypto key pubkey-chain rsa", "Show peer RSA public keys"), ({ print, services }) =>
    print(showPeerPublicKeys(services.configuration())),
  ),
];

function lifetimeText({ lifetimeKilobytes, lifetimeSeconds }: Configuration): string {
  return `${lifetimeKilobytes.value} kilobytes/${lifetimeSeconds.value} seconds`;
}
