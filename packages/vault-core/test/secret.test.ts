import { describe, expect, it } from 'vitest'
import { Secret } from '../src/secret.js'

const CANARY = 'canary-s3cret'
const secret = new Secret(CANARY)

describe('a Secret', () => {
  it.each([
    ['JSON.stringify', () => JSON.stringify({ secret, list: [secret] }), '{"secret":"[secret]","list":["[secret]"]}'],
    ['a template string', () => `${secret}`, '[secret]'],
    ['concatenation', () => ''.concat(secret as never), '[secret]'],
    ['a join', () => [secret].join(), '[secret]'],
    ['a message', () => new Error(String(secret)).message, '[secret]'],
    ['object spread', () => JSON.stringify({ ...secret }), '{}'],
    ['its own keys', () => JSON.stringify(Reflect.ownKeys(secret)), '[]'],
    ['structuredClone', () => JSON.stringify(structuredClone(secret)), '{}'],
    ['Object.assign', () => JSON.stringify(Object.assign({}, secret)), '{}'],
    ['form data', () => new URLSearchParams({ token: String(secret) }).toString(), 'token=%5Bsecret%5D'],
    ['the text of its class', () => String(Secret.prototype.reveal).includes(CANARY).toString(), 'false'],
  ])('shows nothing through %s', (_way, show, shown) => {
    expect(show()).toBe(shown)
  })

  it('gives its text to who asks for it by name', () => {
    expect(secret.reveal()).toBe(CANARY)
  })

  it.each([
    ['the same', CANARY, true],
    ['one character more', `${CANARY}x`, false],
    ['one character less', CANARY.slice(0, -1), false],
    ['another first character', `x${CANARY.slice(1)}`, false],
    ['another last character', `${CANARY.slice(0, -1)}x`, false],
    ['nothing', '', false],
    ['itself twice', CANARY.repeat(2), false],
  ])('equals %s or not', (_what, text, isEqual) => {
    expect(secret.equals(new Secret(text))).toBe(isEqual)
    expect(new Secret(text).equals(secret)).toBe(isEqual)
  })

  it('equals nothing where both hold nothing of each other', () => {
    expect(new Secret('').equals(new Secret(''))).toBe(true)
    expect(new Secret('\0').equals(new Secret(''))).toBe(false)
  })

  it('gives it to no other object, though that has its methods', () => {
    const impostor = Object.create(Secret.prototype)
    expect(() => Secret.prototype.reveal.call(impostor)).toThrow(TypeError)
    expect(() => Secret.prototype.reveal.call(structuredClone(secret))).toThrow(TypeError)
  })
})

describe('what is derived from a secret', () => {
  it('is made once, and again only where it could not be made', async () => {
    const secret = new Secret('canary-secret')
    let made = 0
    const failing = async (): Promise<string> => {
      made += 1
      throw new Error('The keys are away.')
    }
    await expect(secret.derived(failing)).rejects.toThrow('away')
    const make = async (text: string): Promise<string> => {
      made += 1
      return `of ${text.length} characters`
    }
    expect(await Promise.all([secret.derived(make), secret.derived(make)])).toEqual(['of 13 characters', 'of 13 characters'])
    expect(await secret.derived(failing)).toBe('of 13 characters')
    expect(made).toBe(2)
  })
})
