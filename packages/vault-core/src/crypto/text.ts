import { fromBase64, toBase64url } from './base64.js'

const PREFIX = 'hf1.'

/** A blob as text, for stores and files that hold no bytes: `hf1.` and base64url without padding. */
export function envelopeToText(blob: Uint8Array): string {
  return PREFIX + toBase64url(blob)
}

/** Undoes {@link envelopeToText}; undefined for what it does not make. Says nothing about whether the blob opens. */
export function envelopeFromText(text: string): Uint8Array | undefined {
  return /^hf1\.[A-Za-z0-9_-]+$/.test(text) ? fromBase64(text.slice(PREFIX.length)) : undefined
}
