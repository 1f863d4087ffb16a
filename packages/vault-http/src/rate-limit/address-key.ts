/**
 * What a client's address is counted by: an IPv4 address itself, and of an IPv6 address the first 64 bits, as whoever has one address there has all
 * of them. Undefined for what is no address.
 */
export function addressKey(address: string | undefined): string | undefined {
  const plain = address?.replace(/%.*$/, '').toLowerCase() ?? ''
  if (isIpv4(plain)) return plain
  // What is more than an address, such as a bracket or a port, could still be part of a URL.
  if (!/^[\da-f:.]+$/.test(plain) || !URL.canParse(`http://[${plain}]`)) return undefined
  const groups = expand(new URL(`http://[${plain}]`).hostname.slice(1, -1))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return mappedIpv4(groups)
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

/** The eight groups of an address in its normal form. */
function expand(normal: string): readonly number[] {
  const [head = '', tail] = normal.split('::')
  const read = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  if (tail === undefined) return read(head)
  const [front, back] = [read(head), read(tail)]
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back]
}

function mappedIpv4(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}
