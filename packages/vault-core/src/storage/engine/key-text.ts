/**
 * The parts of a key as one text. No two keys give the same; keys that begin with the same parts share a prefix, and
 * numbers keep their order.
 */
export function keyText(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts.map((part) => (typeof part === 'number' ? String(part).padStart(16, '0') : part)))
}

/** What all keys begin with that have these parts first, and more behind. */
export function keyPrefix(...parts: readonly (string | number)[]): string {
  return `${keyText(...parts).slice(0, -1)},`
}

/** The parts of a key that is known to be one. */
export function keyParts(key: string): readonly string[] {
  return JSON.parse(key) as string[]
}
