import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Who wrapped a data key: the fourth byte of the wrapped bytes. */
export const WRAPPED_BY = { localKey: 0x11, awsKms: 0x12, googleCloudKms: 0x13, vaultTransit: 0x14 } as const

export type WrappedBy = (typeof WRAPPED_BY)[keyof typeof WRAPPED_BY]

/** "HF", format 1. */
const FORMAT = Uint8Array.of(0x48, 0x46, 0x01)
const ID_LENGTH_AT: number = FORMAT.length + 1
const ID_AT: number = ID_LENGTH_AT + 1

/** Ids that a wrapping key may have: 1 to 64 ASCII letters, digits, `.`, `_`, `-`. */
export function isWrappingKeyId(id: unknown): id is string {
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(id)
}

/** How every wrapped data key begins: `"HF" | 0x01 | kind | length of kekId (1) | kekId`; what follows is the kind's own. */
export function writeWrapped(kind: WrappedBy, kekId: string, body: Uint8Array): Uint8Array {
  const id = utf8ToBytes(kekId)
  return concatBytes(FORMAT, Uint8Array.of(kind, id.length), id, body)
}

/** The parts of a wrapped data key of this kind; undefined for anything else. */
export function readWrapped(kind: WrappedBy, wrapped: Uint8Array): { readonly kekId: string; readonly body: Uint8Array } | undefined {
  const length = wrapped[ID_LENGTH_AT]
  if (length === undefined || FORMAT.some((byte, at) => wrapped[at] !== byte) || wrapped[FORMAT.length] !== kind) return undefined
  const kekId = String.fromCharCode(...wrapped.subarray(ID_AT, ID_AT + length))
  return wrapped.length >= ID_AT + length && isWrappingKeyId(kekId) ? { kekId, body: wrapped.subarray(ID_AT + length) } : undefined
}
