/** Plaintexts are padded to multiples of so many bytes, so that lengths do not tell the provider or the kind of token. */
const BLOCK = 256

/** Appends `0x80` and zeros up to the next multiple of 256 bytes. */
export function pad(plaintext: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((plaintext.length + 1) / BLOCK) * BLOCK)
  padded.set(plaintext)
  padded[plaintext.length] = 0x80
  return padded
}

/** Undoes {@link pad}; undefined when the padding is not what `pad` makes. What is padded was authenticated before: time tells nothing new. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  if (padded[end] !== 0x80 || padded.length % BLOCK !== 0 || padded.length - end > BLOCK) return undefined
  return padded.subarray(0, end)
}
