import { toBase64url } from '../crypto/base64.js'
import type { Sealer } from '../crypto/sealer.js'

/** JSON texts with a mark that nobody can make who has not the tenant's key: whoever changes a byte of one shows it. */
export interface MarkedJson {
  /** The mark of a value at a place. */
  mark(place: readonly string[], value: object): Promise<string>
  /** @param place - Where the text belongs. Bound into the mark, so that it is right nowhere else. */
  write(place: readonly string[], value: object): Promise<string>
  /** Undefined unless the text is, to the byte, what {@link MarkedJson.write} made for this place. */
  read<T extends object>(place: readonly string[], text: string): Promise<T | undefined>
}

/** No JSON text begins so: what else is marked under the same key can be mistaken for none of these. */
const LABEL = 'hf1/audit/'

export function createMarkedJson(sealer: Pick<Sealer, 'fingerprint'>, tenant: string): MarkedJson {
  const mark: MarkedJson['mark'] = async (place, value) =>
    toBase64url(await sealer.fingerprint('', `${LABEL}${JSON.stringify([tenant, ...place, value])}`))

  const write: MarkedJson['write'] = async (place, value) => JSON.stringify({ mark: await mark(place, value), value })

  return {
    mark,
    write,
    async read<T extends object>(place: readonly string[], text: string) {
      const value = valueIn(text)
      // What carries our mark is what we wrote, so that its type is taken on trust.
      return value !== undefined && (await write(place, value)) === text ? (value as T) : undefined
    },
  }
}

function valueIn(text: string): object | undefined {
  try {
    const { value }: { readonly value: unknown } = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
