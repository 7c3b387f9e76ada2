/** Network to Code's TextFSM templates for `cisco_ios`, by which tools read routers: they read our listings field by field. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { LabSession } from "../support/lab-session.ts";

/** Debian's Python and its packages; and the templates where they were unpacked beside an older Debian. */
const PYTHON = "/usr/bin/python3";
const PACKAGES = "/usr/lib/python3/dist-packages";
const UNPACKED = fileURLToPath(new URL(`../../.peers/ntc-templates${PACKAGES}`, import.meta.url));
const packages = [UNPACKED, PACKAGES].filter((path) => existsSync(`${path}/ntc_templates`));
const skip =
  packages.length > 0 && existsSync(`${PACKAGES}/textfsm`)
    ? false
    : "needs the templates: apt-get install python3-textfsm python3-ntc-templates (Debian 13; .ci/run unpacks them elsewhere)";

type TemplateRecord = Readonly<Record<string, string | readonly string[]>>;

describe("Network to Code's templates", { skip }, () => {
  let records = new Map<string, readonly TemplateRecord[]>();

  before(() => {
    const listings = Object.assign(
      {},
      tunnelListings(),
      bundleListings(),
      certificateListings(),
      natListings(),
    );
    const read = execFileSync(PYTHON, [script("ntc-templates.py"), ...packages], {
      input: JSON.stringify(listings),
      encoding: "utf8",
    });
    records = new Map(Object.entries<TemplateRecord[]>(JSON.parse(read)));
  });

  it("read show crypto ipsec sa detail: a record for each SA", () => {
    const [inbound, outbound] = reading("show crypto ipsec sa detail", [
      ...["interface", "crypto_map_tag", "local_addr", "current_peer", "port", "action", "flags"],
      ...["local_ident_addr", "local_ident_mask", "remote_ident_addr", "remote_ident_mask"],
      ...["pkts_encaps", "pkts_decaps", "pkts_no_sa", "pkts_replay_failed", "plaintext_mtu", "path_mtu"],
      ...["sa_orientation", "sa_type", "sa_transform", "sa_in_use_settings", "sa_conn_id", "sa_crypto_map"],
      ...["sa_lifetime_kbytes", "sa_iv_size", "sa_replay_detection_support", "sa_status"],
    ]);
    const both = {
      ...{ interface: "Ethernet1/0", crypto_map_tag: "vpn", local_addr: "172.16.172.10" },
      ...{ current_peer: "172.16.172.20", port: "500", action: "PERMIT", flags: "origin_is_acl," },
      ...{ local_ident_addr: "10.1.1.0", local_ident_mask: "255.255.255.0" },
      ...{ remote_ident_addr: "10.1.2.0", remote_ident_mask: "255.255.255.0" },
      ...{ pkts_encaps: "4", pkts_decaps: "4", pkts_no_sa: "1", pkts_replay_failed: "0" },
      ...{ plaintext_mtu: "1446", path_mtu: "1500", sa_type: "esp", sa_transform: "esp-3des esp-md5-hmac" },
      ...{ sa_in_use_settings: "Tunnel", sa_crypto_map: "vpn", sa_lifetime_kbytes: "4607999" },
      ...{ sa_iv_size: "8", sa_replay_detection_support: "Y", sa_status: "ACTIVE" },
    };
    assert.deepEqual(inbound, { ...both, sa_orientation: "inbound", sa_conn_id: "2000" });
    assert.deepEqual(outbound, { ...both, sa_orientation: "outbound", sa_conn_id: "2001" });
    const spis = reading("show crypto ipsec sa detail", ["current_outbound_spi_hex", "sa_spi_hex"]);
    assert.deepEqual(
      spis.map(({ current_outbound_spi_hex: current, sa_spi_hex: spi }) => current === spi),
      [false, true],
    );
  });

  it("read AH and ESP together", () => {
    assert.deepEqual(reading("sh crypto ipsec sa detail", ["sa_orientation", "sa_type", "sa_transform"]), [
      { sa_orientation: "inbound", sa_type: "esp", sa_transform: "esp-des esp-sha-hmac" },
      { sa_orientation: "inbound", sa_type: "ah", sa_transform: "ah-sha-hmac" },
      { sa_orientation: "outbound", sa_type: "esp", sa_transform: "esp-des esp-sha-hmac" },
      { sa_orientation: "outbound", sa_type: "ah", sa_transform: "ah-sha-hmac" },
    ]);
  });

  it("read show crypto session detail", () => {
    const fields = ["interface", "session_status", "uptime", "peer", "port", "phase1_id", "ikev1_status"];
    const flow = ["conn_id", "lifetime", "permit", "src_host", "src_mask", "dst_host", "active_sa", "origin"];
    assert.deepEqual(reading("show crypto session detail", [...fields, ...flow]), [
      {
        ...{ interface: "Ethernet1/0", session_status: "UP-ACTIVE", uptime: "00:00:01", port: "500" },
        ...{ peer: "172.16.172.20", phase1_id: "172.16.172.20", ikev1_status: "Active", conn_id: "1" },
        ...{ lifetime: "23:59:58", permit: "ip", src_host: "10.1.1.0", src_mask: "255.255.255.0" },
        ...{ dst_host: "10.1.2.0", active_sa: "2", origin: "crypto map" },
      },
    ]);
  });

  it("read show crypto pki certificates: the router's two and its authority's", () => {
    const about = ["certificate_type", "status", "serial_number", "certificate_usage", "issuer_cn"];
    const subject = ["subject_name", "subject_serial_number", "subject_hostname", "subject_cn", "subject_o"];
    const all = { status: "Available", issuer_cn: "LAB-CA", subject_o: "Example" };
    const own = {
      ...{ ...all, certificate_type: "Certificate", subject_name: "lab-isdn.example.com", subject_cn: "" },
      ...{ subject_serial_number: "05679919", subject_hostname: "lab-isdn.example.com" },
    };
    const authority = { ...all, certificate_type: "CA Certificate", subject_cn: "LAB-CA" };
    assert.deepEqual(reading("show crypto pki certificates", [...about, ...subject]), [
      { ...own, serial_number: "23", certificate_usage: "Signature" },
      {
        ...{ ...authority, serial_number: "01", certificate_usage: "Signature" },
        ...{ subject_name: "", subject_serial_number: "", subject_hostname: "" },
      },
      { ...own, serial_number: "24", certificate_usage: "Encryption" },
    ]);
    const dates = ["start_date", "end_date", "associated_trustpoints"];
    assert.deepEqual(reading("show crypto pki certificates", dates)[0], {
      start_date: "00:00:00 UTC Jan 1 2000",
      end_date: "00:00:00 UTC Nov 15 2046",
      associated_trustpoints: "lab",
    });
  });

  it("read the software, the clock and the log", () => {
    const version = ["software_image", "version", "hostname", "uptime", "running_image", "config_register"];
    assert.deepEqual(reading("show version", version), [
      {
        ...{ software_image: "SKEYID", version: "1.2.3", hostname: "Initiator", uptime: "0 minutes" },
        ...{ running_image: "skeyid", config_register: "0x2102" },
      },
    ]);
    const clock = ["timezone", "dayweek", "month", "day", "year"];
    assert.deepEqual(reading("show clock", clock), [
      { timezone: "UTC", dayweek: "Mon", month: "Mar", day: "1", year: "1993" },
    ]);
    assert.deepEqual(reading("show logging", ["day", "facility", "severity", "mnemonic", "message"]), [
      {
        ...{ day: "1", facility: "SYS", severity: "5", mnemonic: "CONFIG_I" },
        message: ["Configured from console by console"],
      },
    ]);
  });

  it("read interfaces, routes and what a ping says", () => {
    const counters = ["interface", "link_status", "ip_address", "input_packets", "output_packets", "crc"];
    assert.deepEqual(reading("show interfaces", counters)[1], {
      ...{ interface: "Ethernet1/0", link_status: "up", ip_address: "172.16.172.10/24" },
      ...{ input_packets: "8", output_packets: "9", crc: "0" },
    });
    assert.deepEqual(reading("show ip interface brief", ["intf", "ipaddr", "status", "proto"])[0], {
      ...{ intf: "Ethernet0/0", ipaddr: "10.1.1.1", status: "up", proto: "up" },
    });
    assert.deepEqual(reading("show interfaces description", ["port", "status", "descrip"])[0], {
      ...{ port: "Ethernet0/0", status: "up", descrip: "the office" },
    });
    assert.deepEqual(reading("show ip interface", ["intf", "mask", "inbound_acl"])[1], {
      ...{ intf: "Ethernet0/0", mask: ["24"], inbound_acl: "firewall" },
    });
    assert.deepEqual(reading("show ip route", ["protocol", "network", "mask", "nexthop_if"])[0], {
      ...{ protocol: "C", network: "10.1.1.0", mask: "24", nexthop_if: "Ethernet0/0" },
    });
    assert.deepEqual(reading("ping", ["sent_qty", "destination", "success_pct", "success_qty"]), [
      { sent_qty: "5", destination: "10.1.2.1", success_pct: "80", success_qty: "4" },
    ]);
  });

  it("read access lists line by line, and translations", () => {
    const lines = ["acl_type", "acl_name", "line_num", "action", "protocol", "dst_port", "matches"];
    const read = reading("show ip access-lists", lines).filter(({ line_num }) => line_num !== "");
    assert.deepEqual(read[0], {
      ...{ acl_type: "Extended", acl_name: "firewall", line_num: "10", action: "permit", protocol: "udp" },
      ...{ dst_port: "isakmp", matches: "" },
    });
    assert.deepEqual(
      read.map(({ acl_name, line_num }) => `${acl_name} ${line_num}`),
      ["firewall 10", "firewall 20", "firewall 30", "firewall 40", "firewall 50", "1 10", "100 10"],
    );
    assert.deepEqual(reading("show ip nat translations", ["inside_global_ip", "inside_local_ip"]), [
      { inside_global_ip: "192.0.2.10", inside_local_ip: "10.1.1.10" },
    ]);
  });

  function of(command: string): readonly TemplateRecord[] {
    const found = records.get(command);
    assert.ok(found !== undefined, `there is a listing of ${command}`);
    return found;
  }

  /** These fields of all records of a command. */
  function reading(command: string, fields: readonly string[]): TemplateRecord[] {
    return of(command).map((record) =>
      Object.fromEntries(fields.map((field) => [field, record[field] ?? ""])),
    );
  }
});

/** Of the case study, once its tunnel is up. */
function tunnelListings(): Record<string, string> {
  const lab = labOf(
    "test/configurations/example-13-01-initiator",
    "test/configurations/example-13-02-responder",
  );
  const entered = ["service timestamps log datetime msec", "interface Ethernet0/0", "description the office"];
  lab.type("Initiator", "configure terminal", ...entered, "end");
  return listings(lab, "Initiator", {
    ping: "ping 10.1.2.1 source 10.1.1.1",
    "show crypto ipsec sa detail": undefined,
    "show crypto session detail": undefined,
    "show version": undefined,
    "show clock": undefined,
    "show logging": undefined,
    "show interfaces": undefined,
    "show interfaces description": undefined,
    "show ip interface brief": undefined,
    "show ip route": undefined,
  });
}

function bundleListings(): Record<string, string> {
  const folder = "docs/transcripts/technical-report";
  const lab = labOf(`${folder}/wan2511`, `${folder}/wan2516`);
  lab.type("wan2516", "ping 50.50.50.50 source 60.60.60.60");
  return listings(lab, "wan2511", { "sh crypto ipsec sa detail": undefined });
}

function certificateListings(): Record<string, string> {
  const lab = labOf("examples/rsa-signatures/lab-isdn", "examples/rsa-signatures/lab-isdn1");
  return listings(lab, "lab-isdn", { "show crypto pki certificates": undefined });
}

function natListings(): Record<string, string> {
  const lab = labOf("examples/nat-beside-ipsec/headquarters", "examples/nat-beside-ipsec/branch");
  return listings(lab, "Branch", {
    "show ip nat translations": undefined,
    "show ip access-lists": undefined,
    "show ip interface": undefined,
  });
}

/** By the command that a template is found by: what another or the same has printed. */
function listings(
  lab: LabSession,
  node: string,
  commands: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(commands).map(([command, typed]) => {
      const [, ...lines] = lab.type(node, typed ?? command).split("\n");
      return [command, lines.join("\n")];
    }),
  );
}

function labOf(...paths: readonly string[]): LabSession {
  return new LabSession(
    paths.map((path) => ({
      name: `${path.split("/").at(-1)}.cfg`,
      text: textOf(`${path}.cfg`) ?? "",
      keys: textOf(`${path}.keys`),
    })),
  );
}

function textOf(path: string): string | undefined {
  const url = new URL(`../../${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, "utf8") : undefined;
}

function script(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}
