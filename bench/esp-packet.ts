/** What one packet costs: its ESP or AH, and with it everything that the data plane does. Beside it OpenSSL's own speed for the octets alone. */
import { randomBytes } from "node:crypto";
import { describeEspSuite, type EspSuite, type HashName, isGmac, type SaSuite } from "../src/crypto/names.ts";
import { loadLibc } from "../src/host/linux/libc.ts";
import { loadLibcrypto } from "../src/host/linux/libcrypto.ts";
import { SCRATCH_OCTETS } from "../src/host/linux/native-scratch.ts";
import { nativeTransforms } from "../src/host/linux/native-transforms.ts";
import { PacketArena } from "../src/host/linux/packet-arena.ts";
import { DataPlane } from "../src/ipsec/data-plane.ts";
import { openEsp, sealEsp, sealedLength } from "../src/ipsec/esp.ts";
import { ESP_HEADER_LENGTH } from "../src/ipsec/esp-transforms.ts";
import { IvPool } from "../src/ipsec/iv-pool.ts";
import { DATA_PLANE_LIMITS } from "../src/ipsec/limits.ts";
import { HEAP_SPACE } from "../src/ipsec/packet-space.ts";
import { NODE_TRANSFORMS } from "../src/ipsec/packet-transforms.ts";
import { PlaintextRoom } from "../src/ipsec/plaintext-room.ts";
import { PROTOCOL } from "../src/net/protocols.ts";
import { at, keyedPair, POLICY_A, POLICY_B, udpPacket, WAN } from "../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../test/support/data-plane-outputs.ts";
import { alternating, type Benchmark, median, processorTime, type Row } from "./benchmark.ts";
import { opensslMicroseconds } from "./openssl-speed.ts";

const ROUNDS = 15;
/** Packets between two looks at the outputs: as many as a burst brings. */
const BATCH = 64;
const BATCHES = 40;
/** Milliseconds of work that are for the compiler, whose threads' time counts as ours. */
const WARM_UP = 1000;
/** Octets of the inner packet. */
const SIZES = [64, 512, 1400];

interface Subject {
  readonly suite: EspSuite;
  /** Arguments of `openssl speed` for the ciphers of both directions, and for what authenticates. */
  readonly seal: readonly (readonly string[])[];
  readonly open: readonly (readonly string[])[];
}

const PACKETS_MAX = BATCH * 2000;
const RANDOM = { bytes: (_purpose: string, length: number) => new Uint8Array(randomBytes(length)) };

const libc = await loadLibc();
const libcrypto = await loadLibcrypto();

const SUBJECTS: readonly Subject[] = [
  {
    suite: { encryption: "aes-128", integrity: "sha1" },
    seal: [
      ["-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
    ],
  },
  {
    suite: { encryption: "gcm-128", integrity: undefined },
    seal: [["-aead", "-evp", "aes-128-gcm"]],
    open: [["-aead", "-decrypt", "-evp", "aes-128-gcm"]],
  },
  {
    suite: { encryption: "gmac-128", integrity: undefined },
    seal: [["ghash"]],
    open: [["ghash"]],
  },
  {
    suite: { encryption: "ctr-128", integrity: "sha1" },
    seal: [
      ["-evp", "aes-128-ctr"],
      ["-hmac", "sha1"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-128-ctr"],
      ["-hmac", "sha1"],
    ],
  },
  {
    suite: { encryption: "aes-256", integrity: "sha256" },
    seal: [
      ["-evp", "aes-256-cbc"],
      ["-hmac", "sha256"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-256-cbc"],
      ["-hmac", "sha256"],
    ],
  },
  {
    suite: { encryption: "3des", integrity: "md5" },
    seal: [
      ["-evp", "des-ede3-cbc"],
      ["-hmac", "md5"],
    ],
    open: [
      ["-decrypt", "-evp", "des-ede3-cbc"],
      ["-hmac", "md5"],
    ],
  },
];

/** AH alone and around ESP: what the whole data plane takes for it. */
interface Authenticated {
  readonly name: string;
  readonly suite: SaSuite;
  readonly ah?: HashName;
  /** Arguments of `openssl speed`. */
  readonly seal: readonly (readonly string[])[];
  readonly open: readonly (readonly string[])[];
}

const AUTHENTICATED: readonly Authenticated[] = [
  {
    name: "ah-sha-hmac",
    suite: { ah: "sha1" },
    seal: [["-hmac", "sha1"]],
    open: [["-hmac", "sha1"]],
  },
  {
    name: "ah-sha256-hmac",
    suite: { ah: "sha256" },
    seal: [["-hmac", "sha256"]],
    open: [["-hmac", "sha256"]],
  },
  {
    name: "ah-sha-hmac esp-aes esp-sha-hmac",
    suite: { encryption: "aes-128", integrity: "sha1" },
    ah: "sha1",
    seal: [
      ["-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
      ["-hmac", "sha1"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
      ["-hmac", "sha1"],
    ],
  },
];

export const espPacket: Benchmark = {
  name: "esp-packet",
  title: "One ESP packet",
  whyNot: () => undefined,
  async run(runs) {
    const rows: Row[] = [];
    for (const subject of SUBJECTS)
      for (const size of SIZES) rows.push(...(await rowsOf(subject, size, runs)));
    for (const each of AUTHENTICATED)
      for (const size of SIZES) rows.push(...(await rowsOfAuthenticated(each, size, runs)));
    return rows;
  },
};

async function rowsOf({ suite, seal, open }: Subject, size: number, runs: number): Promise<readonly Row[]> {
  const seen = { esp: { open: Number.NaN }, plane: { open: Number.NaN } };
  // Opening is measured together with the sealing, as its packets are what is opened.
  const both = (layer: "esp" | "plane", measure: () => Cost) => () => {
    const cost = measure();
    seen[layer].open = cost.open;
    return cost.seal;
  };
  const figures = await alternating(runs, {
    espSeal: both("esp", () => measureEsp(suite, size)),
    espOpen: () => seen.esp.open,
    planeSeal: both("plane", () => measurePlane({ suite }, size)),
    planeOpen: () => seen.plane.open,
    limitSeal: () => limitOf(seal, size),
    limitOpen: () => limitOf(open, size),
  });
  const row = (direction: "Seal" | "Open", layer: "esp" | "plane"): Row => ({
    subject: `${describeEspSuite(suite)}, ${size} octets, ${direction.toLowerCase()}${layer === "esp" ? "" : ", whole data plane"}`,
    unit: "us",
    ours: figures[`${layer}${direction}`],
    other: otherOf(figures[`limit${direction}`]),
    // OpenSSL's GHASH is less than a packet's GMAC: it begins and ends nothing.
    aim:
      layer === "esp" && size === 1400 && !isGmac(suite.encryption)
        ? { of: "ratio", bound: "at most", value: 1.5 }
        : undefined,
  });
  return [row("Seal", "esp"), row("Open", "esp"), row("Seal", "plane"), row("Open", "plane")];
}

async function rowsOfAuthenticated(form: Authenticated, size: number, runs: number): Promise<readonly Row[]> {
  let seen = Number.NaN;
  const figures = await alternating(runs, {
    seal: () => {
      const cost = measurePlane(form, size);
      seen = cost.open;
      return cost.seal;
    },
    open: () => seen,
    limitSeal: () => limitOf(form.seal, size),
    limitOpen: () => limitOf(form.open, size),
  });
  const row = (direction: "seal" | "open", limit: number): Row => ({
    subject: `${form.name}, ${size} octets, ${direction}, whole data plane`,
    unit: "us",
    ours: figures[direction],
    other: otherOf(limit),
    aim: undefined,
  });
  return [row("seal", figures.limitSeal), row("open", figures.limitOpen)];
}

/** Microseconds a packet. */
interface Cost {
  readonly seal: number;
  readonly open: number;
}

function otherOf(figure: number): Row["other"] {
  return Number.isNaN(figure) ? undefined : { name: "openssl speed", figure };
}

function limitOf(algorithms: readonly (readonly string[])[], size: number): number {
  const each = algorithms.map((algorithm) => opensslMicroseconds(size, ...algorithm) ?? Number.NaN);
  return each.reduce((sum, figure) => sum + figure, 0);
}

/** ESP alone: header, padding, cipher, ICV, and their opposites, of packets that lie behind one another as those of a train do. */
function measureEsp(suite: EspSuite, size: number): Cost {
  const { arena, place, options } = surroundings();
  const { encryptionKey, integrityKey } = keyedPair({ suite }).outboundA;
  const make = () => (options.transforms ?? NODE_TRANSFORMS).esp(suite, encryptionKey, integrityKey);
  const [sealing, opening] = [make(), make()];
  const length = sealedLength(sealing, size);
  const octets = place.subarray(0, BATCH * length);
  const room = new PlaintextRoom(options.space ?? HEAP_SPACE);
  const ivs = new IvPool(RANDOM, DATA_PLANE_LIMITS.ivPoolOctets);
  let sequenceNumber = 0;
  const cost = inRounds(() => {
    const seal = processorTime(() => {
      for (let start = 0; start < octets.length; start += length) {
        sequenceNumber++;
        ivs.put(sealing, sequenceNumber, octets, start + ESP_HEADER_LENGTH);
        sealEsp(sealing, { spi: 0x1000, sequenceNumber }, octets, start, size, PROTOCOL.IPV4);
      }
    });
    let opened = 0;
    const open = processorTime(() => {
      for (let start = 0; start < octets.length; start += length)
        if (openEsp(opening, octets, room, start, start + length).kind === "opened") opened++;
    });
    if (opened !== BATCH) throw new RangeError("packets do not open");
    room.leave();
    arena?.reset();
    return { seal, open };
  });
  for (const each of [sealing, opening]) each.release();
  return cost;
}

/** Policy, SA, ESP and outer header on the way out; SA, window, ESP and selectors on the way in. */
function measurePlane({ suite, ah }: Pick<Authenticated, "suite" | "ah">, size: number): Cost {
  const { arena, place, options } = surroundings();
  const a = new DataPlane({ ...options, random: RANDOM, holdPackets: false, policy: POLICY_A });
  const b = new DataPlane({ ...options, random: RANDOM, holdPackets: false, policy: POLICY_B });
  const pair = keyedPair({ suite, ah, lifetimeKilobytes: 0 });
  a.install(at(0), pair.outboundA);
  b.install(at(0), pair.inboundB);
  a.drain();
  b.drain();
  const packet = place.subarray(0, size);
  packet.set(udpPacket(size - 28));
  return inRounds(() => {
    const seal = processorTime(() => {
      for (let i = 0; i < BATCH; i++) a.outbound(at(0), WAN, packet);
    });
    const sealed = outputsOf(a.drain(), "transmit");
    const open = processorTime(() => {
      for (const { bytes } of sealed)
        if (bytes[9] === PROTOCOL.AH) b.inboundAh(at(0), WAN, bytes);
        else b.inboundEsp(at(0), WAN, bytes);
    });
    if (outputsOf(b.drain(), "receive").length !== BATCH) throw new RangeError("packets were lost");
    arena?.reset();
    return { seal, open };
  });
}

/** Medians over rounds; what is measured takes milliseconds for a batch. */
function inRounds(measure: () => Cost): Cost {
  const each = 1000 / (BATCH * BATCHES);
  const round = (): Cost => {
    let [seal, open] = [0, 0];
    for (let batch = 0; batch < BATCHES; batch++) {
      const cost = measure();
      seal += cost.seal;
      open += cost.open;
    }
    return { seal: seal * each, open: open * each };
  };
  for (let spent = 0; spent < WARM_UP; ) {
    const { seal, open } = round();
    spent += (seal + open) / each;
  }
  const costs = Array.from({ length: ROUNDS }, round);
  return { seal: median(costs.map(({ seal }) => seal)), open: median(costs.map(({ open }) => open)) };
}

/** Where libcrypto can be had, all is as in `skeyid run`: its transforms, in whose memory packets lie. */
function surroundings() {
  if ("kind" in libc || "kind" in libcrypto)
    return { arena: undefined, place: new Uint8Array(PACKETS_MAX), options: {} };
  const arena = new PacketArena(libc, PACKETS_MAX + SCRATCH_OCTETS);
  const place = arena.memory.reserve(PACKETS_MAX).bytes;
  return { arena, place, options: { space: arena, transforms: nativeTransforms(libcrypto, arena.memory) } };
}
