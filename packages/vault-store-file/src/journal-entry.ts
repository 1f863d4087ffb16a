import { crc32 } from 'node:zlib'
import { VaultError } from '@holdfast/vault-core'

/** Twice as long, and with its ending, it still fits into a file's name everywhere. */
const MAX_NAME_LENGTH = 100

/** @throws {VaultError} `invalid_request` for a name that a journal does not allow. */
export function assertEntryName(name: string): void {
  if (isEntryName(name)) return
  const problem = `must be 1 to ${MAX_NAME_LENGTH} letters, digits, \`-\` and \`_\``
  throw new VaultError('invalid_request', `The name of a journal's entry ${problem}.`, { fields: { name: problem } })
}

/**
 * The file of an entry: in hexadecimal, for there are file systems that take `a` and `A` for the same, and names such as
 * `nul` that Windows keeps for itself. Another format of the content would get another ending.
 */
export function fileOfEntry(name: string): string {
  return `${Buffer.from(name).toString('hex')}.entry`
}

/** The entry that this file is of, or undefined: then the file is none of the journal's. */
export function entryOfFile(file: string): string | undefined {
  const [, hex] = /^((?:[0-9a-f]{2})+)\.entry$/.exec(file) ?? []
  const name = hex === undefined ? '' : Buffer.from(hex, 'hex').toString('latin1')
  return isEntryName(name) ? name : undefined
}

/** The entry behind a checksum of its name and itself. */
export function encodeEntry(name: string, entry: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(CHECKSUM_BYTES + entry.length)
  bytes.writeUInt32BE(checksum(name, entry))
  bytes.set(entry, CHECKSUM_BYTES)
  return bytes
}

/** Undefined for bytes that were damaged, or belong to another name. */
export function decodeEntry(name: string, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < CHECKSUM_BYTES) return undefined
  const entry = new Uint8Array(bytes.subarray(CHECKSUM_BYTES))
  const written = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return written === checksum(name, entry) ? entry : undefined
}

const CHECKSUM_BYTES = 4

function checksum(name: string, entry: Uint8Array): number {
  return crc32(entry, crc32(name))
}

function isEntryName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH && /^[A-Za-z0-9_-]+$/.test(name)
}
