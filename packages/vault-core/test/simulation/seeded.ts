/** All chance of one run, from one number: the same number, the same run. */
export interface Seeded {
  /** From 0 to 1, 1 excluded. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  bytes(length: number): Uint8Array
  /** Another stream of the same seed: what is drawn from it changes nothing here. */
  fork(): Seeded
}

/** sfc32, seeded by two rounds of splitmix. */
export function seeded(seed: number): Seeded {
  let [a, b, c, d] = [mix(seed), mix(seed + 0x9e3779b9), mix(seed ^ 0x5bf03635), 1]
  const word = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm++) word()
  const self: Seeded = {
    next: () => word() / 2 ** 32,
    between: (min, max) => min + Math.floor(self.next() * (max - min + 1)),
    chance: (probability) => self.next() < probability,
    pick: (from) => from[self.between(0, from.length - 1)] ?? from[0],
    bytes: (length) => Uint8Array.from({ length }, () => word() & 255),
    fork: () => seeded(word()),
  }
  return self
}

function mix(seed: number): number {
  let x = seed | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}
