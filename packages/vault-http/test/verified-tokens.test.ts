import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createVerifiedTokens, type VerifiedToken, type VerifiedTokens } from '../src/verified-tokens.js'

const START_MS = 1_000_000

let nowMs: number
beforeEach(() => {
  nowMs = START_MS
})

const verifiedAs = (clientId: string, untilMs = START_MS + 60_000): VerifiedToken => ({ clientId, keyId: 'k', publicKeyX: 'x', untilMs })
const start = (maxTokens?: number): VerifiedTokens =>
  createVerifiedTokens({ now: () => nowMs, ...(maxTokens !== undefined && { maxTokens }) })

/** Whether a token has to be verified when it comes. It holds, unless told otherwise. */
async function isNew(tokens: VerifiedTokens, token: string, holds = true): Promise<boolean> {
  const verify = vi.fn(async () => (holds ? verifiedAs('sc_a') : undefined))
  await tokens.get(token, verify)
  return verify.mock.calls.length > 0
}

describe('a token that held', () => {
  it('is not verified again, and proves what it proved', async () => {
    const tokens = start()
    const first = await tokens.get('t', async () => verifiedAs('sc_a'))
    expect(first).toEqual(verifiedAs('sc_a'))
    expect(await tokens.get('t', async () => verifiedAs('sc_b'))).toEqual(first)
  })

  it('is there without waiting', async () => {
    const tokens = start()
    await tokens.get('t', async () => verifiedAs('sc_a'))
    expect(tokens.get('t', async () => undefined)).toEqual(verifiedAs('sc_a'))
  })

  it('says nothing of another that begins alike', async () => {
    const tokens = start()
    await tokens.get('header.claims.signature', async () => verifiedAs('sc_a'))
    for (const other of ['header.claims.signaturE', 'header.claims.signatur', 'header.claims.', 'header.claims.signature '])
      expect(await tokens.get(other, async () => undefined), other).toBeUndefined()
  })

  it('says nothing of another that ends alike, and is not put out by one that does not hold', async () => {
    const tokens = start()
    const signature = 's'.repeat(86)
    await tokens.get(`header.claims.${signature}`, async () => verifiedAs('sc_a'))
    for (const other of [
      `header.claimz.${signature}`,
      `heade_.claims.${signature}`,
      signature,
      `s${signature}`,
      ` header.claims.${signature}`,
    ]) {
      expect(tokens.find(other), other).toBeUndefined()
      expect(await tokens.get(other, async () => undefined), other).toBeUndefined()
    }
    expect(tokens.find(`header.claims.${signature}`)).toEqual(verifiedAs('sc_a'))
  })

  it('and one that ends alike and holds prove what each proved, one after the other', async () => {
    const tokens = start()
    const [first, second] = [`1.${'s'.repeat(86)}`, `2.${'s'.repeat(86)}`]
    for (let times = 0; times < 2; times += 1) {
      expect(await tokens.get(first, async () => verifiedAs('sc_a'))).toEqual(verifiedAs('sc_a'))
      expect(await tokens.get(second, async () => verifiedAs('sc_b'))).toEqual(verifiedAs('sc_b'))
    }
  })

  it('is found until its end, and not before it was verified', async () => {
    const tokens = start()
    expect(tokens.find('t')).toBeUndefined()
    await tokens.get('t', async () => verifiedAs('sc_a', START_MS + 1_000))
    nowMs = START_MS + 999
    expect(tokens.find('t')).toEqual(verifiedAs('sc_a', START_MS + 1_000))
    nowMs = START_MS + 1_000
    expect(tokens.find('t')).toBeUndefined()
  })

  it('is verified again from its end on', async () => {
    const tokens = start()
    await tokens.get('t', async () => verifiedAs('sc_a', START_MS + 1_000))
    nowMs = START_MS + 999
    expect(await isNew(tokens, 't')).toBe(false)
    nowMs = START_MS + 1_000
    expect(await isNew(tokens, 't', false)).toBe(true)
    expect(await isNew(tokens, 't', false)).toBe(true)
  })
})

describe('a token that did not hold', () => {
  it('is verified each time', async () => {
    const tokens = start()
    for (let time = 0; time < 3; time += 1) expect(await isNew(tokens, 't', false)).toBe(true)
  })

  it('puts none out that did', async () => {
    const tokens = start(2)
    await isNew(tokens, 'good')
    for (let index = 0; index < 1_000; index += 1) await isNew(tokens, `bad-${index}`, false)
    expect(await isNew(tokens, 'good')).toBe(false)
  })

  it('because its verification failed is told so, and verified anew next time', async () => {
    const tokens = start()
    const failure = new Error('The store is away.')
    await expect(tokens.get('t', () => Promise.reject(failure))).rejects.toBe(failure)
    expect(await tokens.get('t', async () => verifiedAs('sc_a'))).toEqual(verifiedAs('sc_a'))
  })
})

describe('fifty at once with the same token', () => {
  it.each<[string, VerifiedToken | undefined]>([
    ['that holds', verifiedAs('sc_a')],
    ['that does not', undefined],
  ])('%s cost one verification', async (_name, answer) => {
    const tokens = start()
    let finish: (verified: VerifiedToken | undefined) => void = () => undefined
    const verify = vi.fn(() => new Promise<VerifiedToken | undefined>((resolve) => (finish = resolve)))
    const all = Array.from({ length: 50 }, () => tokens.get('t', verify))
    expect(verify).toHaveBeenCalledTimes(1)
    finish(answer)
    expect(await Promise.all(all)).toEqual(Array.from({ length: 50 }, () => answer))
    expect(await isNew(tokens, 't')).toBe(answer === undefined)
  })

  it('share its failure, and nobody after them does', async () => {
    const tokens = start()
    const verify = vi.fn(() => Promise.reject(new Error('away')))
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => tokens.get('t', verify)))
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 'rejected'))
    expect(verify).toHaveBeenCalledTimes(1)
    expect(await isNew(tokens, 't')).toBe(true)
  })

  it('hold nobody up who comes with another', async () => {
    const tokens = start()
    const never = tokens.get('slow', () => new Promise(() => undefined))
    expect(await tokens.get('t', async () => verifiedAs('sc_b'))).toEqual(verifiedAs('sc_b'))
    expect(never).toBeInstanceOf(Promise)
  })
})

describe('what is kept', () => {
  it('is bounded: the token that was verified first goes first', async () => {
    const tokens = start(3)
    for (const token of ['a', 'b', 'c', 'd']) await isNew(tokens, token)
    for (const token of ['b', 'c', 'd']) expect(await isNew(tokens, token), token).toBe(false)
    expect(await isNew(tokens, 'a')).toBe(true)
    expect(await isNew(tokens, 'b')).toBe(true)
  })

  it('is 10,000 tokens without an option', async () => {
    const tokens = start()
    for (let index = 0; index <= 10_000; index += 1) await isNew(tokens, `t${index}`)
    expect(await isNew(tokens, 't10000')).toBe(false)
    expect(await isNew(tokens, 't1')).toBe(false)
    expect(await isNew(tokens, 't0')).toBe(true)
  })

  it('holds no token so long that a few thousand would fill the memory', async () => {
    const tokens = start()
    expect(await isNew(tokens, 'x'.repeat(4_096))).toBe(true)
    expect(await isNew(tokens, 'x'.repeat(4_096))).toBe(false)
    expect(await isNew(tokens, 'x'.repeat(4_097))).toBe(true)
    expect(await isNew(tokens, 'x'.repeat(4_097))).toBe(true)
  })
})
