/**
 * Whether an IP address is one of the public internet: none of this host, of a private or shared network, of a link (where metadata services are),
 * or for documents, tests, multicast or tunnels. What is no address, or not written the normal way, is not public.
 *
 * @param address - As resolvers and URL parsers write it: four decimal numbers, or IPv6 without brackets. A zone (`%eth0`) is passed over.
 * @see {@link https://www.iana.org/assignments/iana-ipv4-special-registry IANA's registry of special-purpose addresses (RFC 6890)}
 * @example
 * ```ts
 * isPublicAddress('169.254.169.254') // false
 * ```
 */
export function isPublicAddress(address: string): boolean {
  const ipv4 = ipv4Of(address)
  if (ipv4) return isPublicIpv4(ipv4)
  const ipv6 = ipv6Of(address)
  return ipv6 !== undefined && isPublicIpv6(ipv6)
}

function isPublicIpv4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100) return b < 64 || b > 127
  if (a === 169) return b !== 254
  if (a === 172) return b < 16 || b > 31
  // 192.88.99.0/24 was the way into 6to4.
  if (a === 192) return b !== 168 && !(b === 0 && (c === 0 || c === 2)) && !(b === 88 && c === 99)
  if (a === 198) return b !== 18 && b !== 19 && !(b === 51 && c === 100)
  return !(a === 203 && b === 0 && c === 113)
}

/** Only global unicast addresses (2000::/3) are public, and of them not those that wrap another address or are for documents and tests. */
function isPublicIpv6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups
  // 64:ff9b::/96 (RFC 6052) is how a network without IPv4 reaches it: as public as the IPv4 address inside.
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return isPublicIpv4(lastFourBytes(groups))
  if (first < 0x2000 || first > 0x3fff) return false
  // 2001::/23 are Teredo, benchmarks and other protocols' own; 2002::/16 is 6to4; 2001:db8::/32 and 3fff::/20 are for documents.
  if (first === 0x2001) return second >= 0x200 && second !== 0xdb8
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000)
}

function lastFourBytes(groups: readonly number[]): readonly number[] {
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
}

/** No zero in front: to some parsers that means octal. */
const BYTE = '(?:0|[1-9][0-9]{0,2})'
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`)

function ipv4Of(text: string): readonly number[] | undefined {
  const bytes = IPV4.test(text) ? text.split('.').map(Number) : undefined
  return bytes?.every((byte) => byte <= 255) ? bytes : undefined
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2). */
function ipv6Of(text: string): readonly number[] | undefined {
  const [address = ''] = text.split('%', 1)
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const [front, back] = halves.map((half, index) => groupsOf(half, index === halves.length - 1))
  if (!front || (halves.length === 2 && !back)) return undefined
  const given = front.length + (back?.length ?? 0)
  if (halves.length === 1) return given === 8 ? front : undefined
  return given < 8 ? [...front, ...Array<number>(8 - given).fill(0), ...(back ?? [])] : undefined
}

/** An IPv4 address may stand for the last two groups. */
function groupsOf(half: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  const groups: number[] = []
  const parts = half === '' ? [] : half.split(':')
  for (const [index, part] of parts.entries()) {
    const bytes = mayEndInIpv4 && index === parts.length - 1 ? ipv4Of(part) : undefined
    if (bytes) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes
      groups.push((a << 8) | b, (c << 8) | d)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
