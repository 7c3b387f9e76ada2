/** What the two ends of a tunnel say about its SAs: our `show crypto ipsec sa`, and `swanctl --list-sas`. */

export interface ShownFlow {
  /** `10.1.0.0/255.255.255.0/0/0`: address, mask, protocol, port. */
  readonly local: string;
  readonly remote: string;
  readonly encapsulated: number;
  readonly decapsulated: number;
  readonly receiveErrors: number;
  /** Of the inbound SAs, oldest first: `esp-aes esp-sha-hmac`. */
  readonly transforms: readonly string[];
  /** Eight hexadecimal digits in lower case, as the other end shows them. */
  readonly inboundSpis: readonly string[];
  readonly outboundSpi: string;
  /** Of the newest inbound SA. */
  readonly secondsLeft: number;
}

/** In the order of the crypto map. */
export function shownFlows(shown: string): readonly ShownFlow[] {
  return shown
    .split(/^ *local {2}ident /m)
    .slice(1)
    .map((text) => {
      const inbound = /inbound esp sas:([\s\S]*?)inbound ah sas:/.exec(text)?.[1] ?? "";
      const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
      return {
        local: /\((\d[^)]*)\)/.exec(text)?.[1] ?? "",
        remote: /remote ident[^\n]*\((\d[^)]*)\)/.exec(text)?.[1] ?? "",
        encapsulated: number(/#pkts encaps: (\d+)/),
        decapsulated: number(/#pkts decaps: (\d+)/),
        receiveErrors: number(/#recv errors (\d+)/),
        transforms: all(inbound, /transform: ([^,]*?) ,/g),
        inboundSpis: all(inbound, /spi: 0x([0-9A-F]+)/g).map(spi),
        outboundSpi: spi(/current outbound spi: ([0-9A-F]+)/.exec(text)?.[1] ?? ""),
        secondsLeft: number(/remaining key lifetime \(k\/sec\): \(\d+\/(\d+)\)/),
      };
    });
}

export interface CharonChild {
  readonly name: string;
  /** `AES_CBC-128/HMAC_SHA1_96/MODP_1536`. */
  readonly esp: string;
  readonly local: string;
  readonly remote: string;
  readonly inboundSpi: string;
  readonly outboundSpi: string;
  readonly packetsIn: number;
  readonly packetsOut: number;
}

/** In their order of birth. */
export function charonChildren(listed: string): readonly CharonChild[] {
  return listed
    .split(/^ {2}(?=\w+: #\d+, reqid)/m)
    .slice(1)
    .map((text) => {
      const first = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
      return {
        name: first(/^(\w+):/),
        esp: first(/ESP:(\S+)/),
        local: first(/^ +local +(.*)$/m),
        remote: first(/^ +remote +(.*)$/m),
        inboundSpi: first(/^ +in +([0-9a-f]{8})/m),
        outboundSpi: first(/^ +out +([0-9a-f]{8})/m),
        packetsIn: Number(first(/^ +in [^\n]*?(\d+) packets/m)),
        packetsOut: Number(first(/^ +out [^\n]*?(\d+) packets/m)),
      };
    });
}

function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

function spi(digits: string): string {
  return digits.toLowerCase().padStart(8, "0");
}
