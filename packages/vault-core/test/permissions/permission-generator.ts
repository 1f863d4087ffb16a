import type { GrantText } from './allows.js'

export interface PermissionGenerator {
  /** Grants and a check that often fits one of them, or nearly. */
  case(): { readonly grants: readonly GrantText[]; readonly action: string; readonly uri: string }
  uri(): string
  segment(): string
  /** The same grant with one of its segments replaced by `*`. */
  widenOneSegment(grant: GrantText): GrantText
}

/** The same cases for the same seed. Few different words, so that things meet. */
export function createGenerator(seed: number): PermissionGenerator {
  const random = mulberry32(seed)
  const chance = (probability: number): boolean => random() < probability
  const upTo = (count: number): number => Math.floor(random() * count)
  function pick<T>(items: readonly [T, ...T[]]): T {
    return items[upTo(items.length)] ?? items[0]
  }

  const word = (): string =>
    pick(['a', 'b', 'A', 'Users', 'a*', 'a%20b', 'a b', 'u|1', 'x%2Fy', 'é', '%C3%A9', 'a.b', '%25', '(', '__proto__'])
  const segment = (): string => {
    if (chance(0.2)) return `${word()}:${chance(0.2) ? '*' : word()}${chance(0.2) ? `:${word()}` : ''}`
    return chance(0.05) ? '*' : word()
  }
  const first = (): string => (chance(0.4) ? `${pick(['Vault:', 'Authress:', 'Other:'])}${word()}` : segment())
  const framed = (segments: readonly string[]): string => `${chance(0.3) ? '/' : ''}${segments.join('/')}${chance(0.2) ? '/' : ''}`
  const segments = (): string[] => [first(), ...Array.from({ length: upTo(5) }, segment)]
  const action = (): string => {
    const parts = Array.from({ length: 1 + upTo(3) }, () => (chance(0.1) ? '*' : pick(['read', 'READ', 'write', 'documents'])))
    return parts.join(':')
  }

  /** An action that often implies the one given. */
  function actionNear(checked: string): string {
    if (chance(0.15)) return action()
    const parts = checked.split(':').map((part) => (chance(0.15) ? '*' : part))
    const kept = parts.slice(0, chance(0.7) ? parts.length : 1 + upTo(parts.length))
    return chance(0.2) ? '*' : `${kept.join(':')}${chance(0.2) ? ':*' : ''}`
  }

  /** Segments that often cover those given: shorter, with wildcards, spelled differently, and now and then wrong in one place. */
  function segmentsNear(checked: readonly string[]): string[] {
    if (chance(0.1)) return segments()
    const kept = checked.slice(0, chance(0.5) ? checked.length : 1 + upTo(checked.length))
    const near = kept.map((one, index) => {
      if (chance(0.2)) return '*'
      if (chance(0.07)) return segment()
      if (one.includes(':') && chance(0.3))
        return one
          .split(':')
          .map((part) => (chance(0.5) ? '*' : part))
          .join(':')
      return index === 0 && chance(0.3) ? one.replace(/^(Authress|Vault):/, (_, name) => (name === 'Vault' ? 'Authress:' : 'Vault:')) : one
    })
    if (chance(0.1)) near.push(segment())
    if (chance(0.1)) near.push('*')
    return near
  }

  return {
    case() {
      const checked = segments()
      const asked = action()
      const grants = Array.from({ length: 1 + upTo(5) }, () => ({
        action: actionNear(asked),
        resourceUri: framed(chance(0.05) ? ['*'] : segmentsNear(checked)),
      }))
      // Most grants of a case are thrown out, so that denials are as common.
      return { grants: grants.slice(0, chance(0.6) ? 1 : grants.length), action: asked, uri: framed(checked) }
    },
    uri: () => framed(segments()),
    segment,
    widenOneSegment(grant) {
      const parts = grant.resourceUri.replace(/^\//, '').replace(/\/$/, '').split('/')
      const at = upTo(parts.length)
      return { ...grant, resourceUri: parts.map((part, index) => (index === at ? '*' : part)).join('/') }
    },
  }
}

/** A small pseudo-random generator with 32 bits of state: enough for test cases, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
