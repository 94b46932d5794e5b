/**
 * Which addresses may be fetched for a page. A page can name any address as a picture, and the
 * extension may fetch what the page itself could not: routers and services on the local network.
 * A public name that resolves to a private address cannot be seen from here (extensions have no
 * DNS); for those the picture is fetched without credentials, and nothing of it but a verdict
 * leaves the extension.
 */

/**
 * @param url of the picture.
 * @param pageUrls of the frame and of its tab, either may be missing.
 * @returns why it must not be fetched, plain, or null where it may.
 */
export function refusalOf(url: string, pageUrls: readonly (string | undefined)[]): string | null {
  const target = parse(url);
  if (!target) return "the address is not a web address";
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    return "the address is not a web address";
  }
  if (target.username !== "" || target.password !== "") return "the address holds a password";
  if (!isPrivateHost(target.hostname)) return null;
  return pageUrls.some(mayReachPrivateHosts) ? null : "the address belongs to a private network";
}

/**
 * The address to ask for: browsers load the `http:` pictures of an `https:` page over `https:`, and
 * fetching them again in the clear would tell the network what the page does not. Hosts given by
 * number are left alone, as browsers leave them. `url` must have passed `refusalOf`.
 */
export function upgraded(url: string, pageUrls: readonly (string | undefined)[]): string {
  const target = new URL(url);
  const isSecurePage = pageUrls.some((page) => page?.startsWith("https:"));
  const isName = !parseV4(target.hostname) && !target.hostname.startsWith("[");
  if (isSecurePage && isName && !isPrivateHost(target.hostname)) target.protocol = "https:";
  return target.href;
}

/** A web page that is itself on a private host, or a page of this extension (nobody else gets in). */
function mayReachPrivateHosts(pageUrl: string | undefined): boolean {
  const page = pageUrl === undefined ? null : parse(pageUrl);
  if (!page) return false;
  if (page.protocol.endsWith("-extension:")) return true;
  // Others, such as `about:srcdoc` or `data:`, have no host and say nothing of where they come from.
  const isWeb = page.protocol === "http:" || page.protocol === "https:";
  return isWeb && isPrivateHost(page.hostname);
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

/** Names that only a local network gives out, and names without a dot, which are such too. */
const privateName = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/;

/** Loopback, link-local, private and otherwise special hosts. `hostname` as `URL` gives it. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host.startsWith("[")) return isPrivateV6(host.slice(1, -1));
  const v4 = parseV4(host);
  if (v4) return isPrivateV4(v4);
  return privateName.test(host) || !host.includes(".");
}

type V4 = readonly [number, number, number, number];

/** `URL` has already turned hexadecimal, octal and short forms into four decimal numbers. */
function parseV4(host: string): V4 | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  return match ? (match.slice(1).map(Number) as unknown as V4) : null;
}

/** RFC 6890 and its kin. */
function isPrivateV4([a, b, c]: V4): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19)) ||
    a >= 224
  );
}

function isPrivateV6(address: string): boolean {
  const groups = expandV6(address);
  if (!groups) return true;
  const [first = 0, second = 0] = groups;
  const upper = groups.slice(0, 6);
  const embedded: V4 = [
    (groups[6] ?? 0) >> 8,
    (groups[6] ?? 0) & 255,
    (groups[7] ?? 0) >> 8,
    (groups[7] ?? 0) & 255,
  ];
  // ::, ::1 and the old IPv4-compatible range
  if (upper.every((group) => group === 0)) return true;
  // ::ffff:a.b.c.d, and 64:ff9b::a.b.c.d through NAT64
  if (upper.slice(0, 5).every((group) => group === 0) && upper[5] === 0xffff) {
    return isPrivateV4(embedded);
  }
  if (first === 0x64 && second === 0xff9b) return isPrivateV4(embedded);
  // 6to4 carries its IPv4 address right after the prefix.
  if (first === 0x2002) {
    return isPrivateV4([second >> 8, second & 255, (groups[2] ?? 0) >> 8, (groups[2] ?? 0) & 255]);
  }
  // Unique local fc00::/7, link-local fe80::/10, site-local fec0::/10, multicast ff00::/8
  return (first & 0xfe00) === 0xfc00 || first >= 0xfe80;
}

/** Eight 16-bit groups of an address as `URL` writes it; null if it is not one. */
function expandV6(address: string): number[] | null {
  const [head = "", tail] = address.split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const left = numbers(head);
  const right = tail === undefined ? [] : numbers(tail);
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<number>(Math.max(0, gap)).fill(0), ...right];
  return groups.length === 8 && groups.every((group) => group >= 0) ? groups : null;
}
