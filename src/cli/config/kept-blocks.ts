/** Modes whose lines are kept without being understood: the words that their lines begin with. */
import type { BlockKind } from "../mode.ts";

export const TEXT_BLOCK: BlockKind = { kind: "text" };

export const LINE_BLOCK = block(
  "config-line",
  "absolute-timeout access-class activation-character authorization autobaud autocommand autohangup autoselect buffer-length callback databits data-character-bits default-value disconnect-character escape-character exec exec-character-bits exec-timeout flowcontrol full-help hardware history hold-character insecure international ip ipv6 length location lockable logging login logout-warning modem monitor motd-banner notify padding parity password prc privilege refuse-message rotary rxspeed script session-limit session-timeout special-character-bits speed start-character stop-character stopbits telnet terminal-type timeout transport txspeed vacant-message width",
);

export const ROUTER_BLOCK = block(
  "config-router",
  "address-family aggregate-address area auto-cost auto-summary bgp default default-information default-metric description distance distribute-list eigrp exit-address-family export flash-update-threshold import input-queue maximum-paths maximum-prefix metric neighbor network nsf offset-list ospf output-delay passive-interface rd redistribute route-target router-id summary-address synchronization table-map timers traffic-share validate-update-source variance version",
);

export const DHCP_BLOCK = block(
  "dhcp-config",
  "bootfile class client-identifier client-name default-router dns-server domain-name hardware-address host import lease netbios-name-server netbios-node-type network next-server option origin relay renew update utilization",
);

export const VPDN_BLOCK = block(
  "config-vpdn",
  "accept accept-dialin accept-dialout authen default description domain dnis force-local-chap initiate-to ip l2f l2tp lcp local loadsharing multilink pptp protocol request request-dialin request-dialout session-limit source-ip source terminate-from virtual-template vpn",
);

export const CONTROLLER_BLOCK = block(
  "config-controller",
  "cablelength channel-group clock description ds0-group fdl framing linecode loopback pri-group shutdown",
);

export const HUB_BLOCK = block("config-hub", "auto-polarity link-test shutdown source-address");

/** Modes far from anything done here: their lines are known by their indentation. */
export const OTHER_BLOCK = block("config", "address-family description exit-address-family mode name");

export const CLASS_BLOCK = block("config-cmap", "description match rename");

export const POLICY_BLOCK = block(
  "config-pmap",
  "bandwidth class compress description fair-queue police priority queue-limit random-detect service-policy set shape",
);

export const KEY_CHAIN_BLOCK = block("config-keychain", "accept-lifetime key key-string send-lifetime");

export const AAA_GROUP_BLOCK = block(
  "config-sg",
  "accounting attribute authorization deadtime ip load-balance server server-private",
);

export const CLIENT_GROUP_BLOCK = block(
  "config-isakmp-group",
  "access-restrict acl auto-update backup-gateway banner configuration crypto-policy dhcp dns domain firewall group-lock include-local-lan key max-logins max-users netmask pfs pool save-password split-dns wins",
);

export const PROFILE_BLOCK = block(
  "conf-isa-prof",
  "accounting authentication aaa ca client default description dpd encryption group identity initiate integrity isakmp keepalive keyring lifetime local-address match peer pki pre-shared-key prf proposal qos responder-only self-identity set virtual-template vrf",
);

export const AAA_SERVER_BLOCK = block(
  "config-server",
  "address automate-tester backoff dscp exit key non-standard pac port retransmit send-nat-address single-connection timeout",
);

export const EASY_VPN_BLOCK = block(
  "config-crypto-ezvpn",
  "acl backup connect default flow group idletime local-address mode nat peer reactivate ssid username virtual-interface xauth",
);

export const CERTIFICATE_MAP_BLOCK = block(
  "ca-certificate-map",
  "alt-subject-name default expires-on issuer-name name serial-number subject-name unstructured-subject-name valid-start",
);

export const CERTIFICATE_SERVER_BLOCK = block(
  "cs-server",
  "auto-rollover cdp-url crl database default eku grant hash issuer-name lifetime mode redundancy rollover serial-number show shutdown",
);

export const APPLET_BLOCK = block(
  "config-applet",
  "action attribute correlate default description event set trigger",
);

export const TIME_RANGE_BLOCK = block("config-time-range", "absolute default periodic");

function block(prompt: string, words: string): BlockKind {
  return { kind: "mode", prompt, words: words.split(" ") };
}
