import { describe, expect, it } from 'vitest'
import { toBase64, toBase64url } from '../../src/crypto/base64.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'

const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const dek = Uint8Array.from({ length: 32 }, (_, n) => n)
const context = { tenant: 'default', userId: 'alice', dekId: new Uint8Array(16).fill(9) }

describe('localKeyring', () => {
  it('wraps with the first key and unwraps with all', async () => {
    const old = localKeyring([{ id: 'old', key: key(1) }])
    const wrapped = await old.wrap(dek, context)
    const rotated = localKeyring([
      { id: 'new', key: key(2) },
      { id: 'old', key: key(1) },
    ])
    expect(rotated.current()).toBe('new')
    expect(await rotated.unwrap(wrapped, context)).toEqual(dek)
    await expect(old.unwrap(await rotated.wrap(dek, context), context)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('"new"'),
    })
  })

  it.each([
    ['tenant', { ...context, tenant: 'other' }],
    ['user', { ...context, userId: 'bob' }],
    ['data key id', { ...context, dekId: new Uint8Array(16) }],
  ])('does not unwrap for another %s', async (_name, other) => {
    const keyring = localKeyring([{ id: 'k', key: key(1) }])
    await expect(keyring.unwrap(await keyring.wrap(dek, context), other)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('refuses every single-bit flip and every shorter length', async () => {
    const keyring = localKeyring([{ id: 'k', key: key(1) }])
    const wrapped = await keyring.wrap(dek, context)
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = wrapped.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await expect(keyring.unwrap(flipped, context)).rejects.toMatchObject({
        code: expect.stringMatching(/^(decryption_failed|store_unavailable)$/),
      })
    }
    for (let length = 0; length < wrapped.length; length++) {
      await expect(keyring.unwrap(wrapped.subarray(0, length), context)).rejects.toMatchObject({ code: 'decryption_failed' })
    }
  })

  it('refuses the right id with another key', async () => {
    const wrapped = await localKeyring([{ id: 'k', key: key(1) }]).wrap(dek, context)
    await expect(localKeyring([{ id: 'k', key: key(2) }]).unwrap(wrapped, context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('takes base64 and base64url, padded or not', async () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, n) => 255 - n)
    const wrapped = await localKeyring([{ id: 'k', key: bytes }]).wrap(dek, context)
    for (const text of [toBase64(bytes), toBase64(bytes).replace('=', ''), toBase64url(bytes), `${toBase64(bytes)}\n`]) {
      expect(await localKeyring([{ id: 'k', key: text }]).unwrap(wrapped, context)).toEqual(dek)
    }
  })

  it.each([
    ['no keys', [], /no key/],
    ['31 bytes', [{ id: 'k', key: new Uint8Array(31).fill(1) }], /31 bytes and needs 32/],
    ['33 bytes', [{ id: 'k', key: new Uint8Array(33).fill(1) }], /33 bytes and needs 32/],
    ['an empty key', [{ id: 'k', key: '' }], /0 bytes and needs 32/],
    ['base64 with a character missing', [{ id: 'k', key: toBase64(key(1)).slice(1) }], /base64/],
    ['a character that is not base64', [{ id: 'k', key: `!${toBase64(key(1)).slice(1)}` }], /base64/],
    ['all zeros', [{ id: 'k', key: key(0) }], /all zeros/],
    [
      'the same id twice',
      [
        { id: 'k', key: key(1) },
        { id: 'k', key: key(2) },
      ],
      /Two keys/,
    ],
    ['an id with a space', [{ id: 'a b', key: key(1) }], /needs an id/],
    ['a key that is no key', [{ id: 'k', key: 7 as never }], /neither 32 bytes/],
    ['no array', 'key' as never, /array/],
    ['an entry that is none', [null] as never, /Key 1 is not of the form/],
    ['no id', [{ key: key(1) }] as never, /needs an id/],
    ['no key in an entry', [{ id: 'k', key: undefined }] as never, /neither 32 bytes/],
  ])('refuses %s with a sentence that says how to mend it, and without the key', (_name, keys, message) => {
    const attempt = (): unknown => localKeyring(keys)
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_configuration', message: expect.stringMatching(message) }))
    expect(attempt).not.toThrow(new RegExp(toBase64(key(1)).slice(1, 20)))
  })

  it('shows no key when it is serialized, and is not cloned', () => {
    const keyring = localKeyring([{ id: 'k', key: key(65) }])
    expect(JSON.stringify({ keyring })).toBe('{"keyring":{}}')
    expect(Object.values(keyring).every((value) => typeof value === 'function')).toBe(true)
    expect(() => structuredClone(keyring)).toThrow()
  })

  it('takes no wrapped key whose key id is written in another way', async () => {
    const keyring = localKeyring([{ id: 'k', key: key(1) }])
    const wrapped = await keyring.wrap(dek, context)
    // Decoders of UTF-8 drop a byte order mark: "\uFEFFk" would be "k".
    const marked = Uint8Array.of(...wrapped.subarray(0, 4), 4, 0xef, 0xbb, 0xbf, ...wrapped.subarray(5))
    await expect(keyring.unwrap(marked, context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('wraps with the random source that it is given, under a new nonce each time', async () => {
    let calls = 0
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(++calls)
    const keyring = localKeyring([{ id: 'k', key: key(1) }], { random })
    const [one, two] = [await keyring.wrap(dek, context), await keyring.wrap(dek, context)]
    expect(one.slice(6, 30)).toEqual(new Uint8Array(24).fill(1))
    expect(two.slice(6, 30)).toEqual(new Uint8Array(24).fill(2))
    expect(await keyring.unwrap(two, context)).toEqual(dek)
  })

  it('is not changed by what happens to the key that was handed in', async () => {
    const given = key(1)
    const keyring = localKeyring([{ id: 'k', key: given }])
    const wrapped = await keyring.wrap(dek, context)
    given.fill(0)
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
  })
})
