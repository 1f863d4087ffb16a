import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonShapeProblem } from '../src/json-shape.js'
import { readJsonBody } from '../src/request-body.js'
import { MAX_BODY_BYTES, readBodyText } from '../src/request-bytes.js'
import type { VaultRequest } from '../src/vault-request.js'

const JSON_TYPE = { 'content-type': 'application/json' }
const TOO_LARGE = { status: 413, errorCode: 'request_too_large' }
const UNSUPPORTED = { status: 415, errorCode: 'unsupported_media_type' }
const badBody = (problem: string): object => ({ code: 'invalid_request', facts: { fields: { body: problem } } })

function requestOf(body: BodyInit | null, headers: Readonly<Record<string, string>> = JSON_TYPE): VaultRequest {
  // A type that the platform sets for a text is not what the client sent.
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return new Request('https://vault.example.com/v1/roles', { method: 'POST', headers, body: bytes, ...{ duplex: 'half' } })
}

/** A body that comes in pieces, with what happened to it. */
function streamOf(pieces: Iterable<Uint8Array>): {
  readonly body: ReadableStream<Uint8Array>
  readonly seen: { pulled: number; cancelled: boolean }
} {
  const iterator = pieces[Symbol.iterator]()
  const seen = { pulled: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done) return controller.close()
        seen.pulled += 1
        controller.enqueue(value)
      },
      cancel() {
        seen.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, seen }
}

function* endless(piece: Uint8Array): Generator<Uint8Array> {
  for (;;) yield piece
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): Promise<unknown> => readJsonBody(requestOf(text))

describe('a JSON body', () => {
  it('is read whatever pieces it comes in, through the middle of a character, too', async () => {
    const value = { name: 'Læser 名前 🔑', list: [1, 2.5, true, null] }
    const bytes = bytesOf(JSON.stringify(value))
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size))
      expect(await readJsonBody(requestOf(streamOf(pieces).body)), `${size}`).toEqual(value)
    }
  })

  it('is what JSON.parse makes of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), async (value) => {
        const text = JSON.stringify(value)
        // Refused, as another test has it.
        fc.pre(!/"__proto__":/.test(text))
        expect(await read(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json ;'])(
    'may come as %s',
    async (type) => {
      expect(await readJsonBody(requestOf('{"a":1}', { 'content-type': type }))).toEqual({ a: 1 })
    },
  )

  it.each([
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/merge-patch+json',
    'x application/json',
    '',
  ])('may not come as %j', async (type) => {
    await expect(readJsonBody(requestOf('{"a":1}', { 'content-type': type }))).rejects.toMatchObject(UNSUPPORTED)
  })

  it.each(['', ';', '; charset=utf-8'])(
    'may not come with a type that takes long to read, after "application/json%s"',
    async (beginning) => {
      const type = `application/json${beginning}${' '.repeat(100_000)}x`
      const beganMs = performance.now()
      await expect(readJsonBody(requestOf('{"a":1}', { 'content-type': type }))).rejects.toMatchObject(UNSUPPORTED)
      expect(performance.now() - beganMs).toBeLessThan(1_000)
    },
  )

  it('may not come without a type', async () => {
    await expect(readJsonBody(requestOf('{"a":1}', {}))).rejects.toMatchObject(UNSUPPORTED)
  })

  it('of another type is not read', async () => {
    const { body, seen } = streamOf(endless(bytesOf('x')))
    await expect(readJsonBody(requestOf(body, { 'content-type': 'text/plain' }))).rejects.toMatchObject(UNSUPPORTED)
    expect(seen.pulled).toBe(0)
  })

  it.each([
    ['null', null, JSON_TYPE],
    ['an empty text', '', JSON_TYPE],
    ['null without a type', null, {}],
    ['a stream that ends at once', streamOf([]).body, JSON_TYPE],
    ['an empty piece', streamOf([new Uint8Array()]).body, JSON_TYPE],
  ])('that is %s is none', async (_name, body, headers) => {
    expect(await readJsonBody(requestOf(body, headers))).toBeUndefined()
  })

  it.each([
    '{',
    '{"a":1',
    '{"a":1}}',
    "{'a':1}",
    '{a:1}',
    '[1,]',
    'NaN',
    'undefined',
    ' ',
    '\ufeff\ufeff{}',
    '{"a":01}',
    '"\n"',
    '// x\n{}',
  ])('that is %j is refused, and not repeated', async (text) => {
    await expect(read(text)).rejects.toMatchObject(badBody('must be JSON'))
  })

  it('that is wrong is not repeated in the error', async () => {
    for (const text of ['{"clientSecret":"canary"', '{"__proto__":"canary"}', `{"canary\\ud800":"canary"}`]) {
      const error: unknown = await read(text).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'invalid_request' })
      expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain('canary')
    }
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['a character that is cut off', [0xe5, 0x90]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['what no character is', [0xf5, 0x80, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('with %s is refused', async (_name, bad) => {
    const bytes = new Uint8Array([0x22, ...bad, 0x22])
    await expect(readJsonBody(requestOf(bytes))).rejects.toMatchObject(badBody('must be UTF-8'))
    await expect(readJsonBody(requestOf(streamOf([...bytes].map((byte) => new Uint8Array([byte]))).body))).rejects.toMatchObject(
      badBody('must be UTF-8'),
    )
  })

  it('that ends within a character is refused', async () => {
    await expect(readJsonBody(requestOf(new Uint8Array([0x22, 0xe5, 0x90])))).rejects.toMatchObject(badBody('must be UTF-8'))
  })

  it.each(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip'])('that is compressed with %s is refused unread', async (encoding) => {
    const { body, seen } = streamOf([gzipSync('{"a":1}')])
    await expect(readJsonBody(requestOf(body, { ...JSON_TYPE, 'content-encoding': encoding }))).rejects.toMatchObject(UNSUPPORTED)
    expect(seen.pulled).toBe(0)
  })

  it('that says that it is not compressed is read', async () => {
    expect(await readJsonBody(requestOf('{"a":1}', { ...JSON_TYPE, 'content-encoding': 'identity' }))).toEqual({ a: 1 })
  })

  it('that breaks off is refused, and the reason it broke off is nobody’s business', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytesOf('{"a":1}'))
      },
      pull(controller) {
        controller.error(new Error('canary: socket 17 closed'))
      },
    })
    const error: unknown = await readJsonBody(requestOf(broken)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(badBody('did not come whole'))
    expect(JSON.stringify([error, String(error)])).not.toContain('canary')
  })

  it('of a request that is aborted is refused', async () => {
    const gone = new AbortController()
    const waiting = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytesOf('{"a":')) })
    const request = new Request('https://vault.example.com/', {
      method: 'POST',
      headers: JSON_TYPE,
      body: waiting.pipeThrough(new TransformStream(), { signal: gone.signal }),
      signal: gone.signal,
      ...{ duplex: 'half' },
    })
    const reading = readJsonBody(request)
    gone.abort()
    await expect(reading).rejects.toMatchObject(badBody('did not come whole'))
  })
})

describe('the length of a body', () => {
  const textOf = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2))

  it('may be 100,000 bytes, and no more', async () => {
    expect(MAX_BODY_BYTES).toBe(100_000)
    expect(await read(textOf(MAX_BODY_BYTES))).toHaveLength(MAX_BODY_BYTES - 2)
    await expect(read(textOf(MAX_BODY_BYTES + 1))).rejects.toMatchObject(TOO_LARGE)
  })

  it('is counted in bytes, not in characters', async () => {
    await expect(read(JSON.stringify('é'.repeat(60_000)))).rejects.toMatchObject(TOO_LARGE)
  })

  it.each(['100001', '1e9', '99999999999999999999', 'Infinity'])('that says %s is refused before anything is read', async (length) => {
    const { body, seen } = streamOf(endless(bytesOf('x')))
    await expect(readJsonBody(requestOf(body, { ...JSON_TYPE, 'content-length': length }))).rejects.toMatchObject(TOO_LARGE)
    expect(seen.pulled).toBe(0)
  })

  it.each(['5', '0', '-1', 'x', ''])('that says %j, and goes on and on, is refused as soon as it is too much', async (length) => {
    const { body, seen } = streamOf(endless(new Uint8Array(1_000).fill(0x20)))
    await expect(readJsonBody(requestOf(body, { ...JSON_TYPE, 'content-length': length }))).rejects.toMatchObject(TOO_LARGE)
    expect(seen).toEqual({ pulled: 101, cancelled: true })
  })

  it('that is not said is counted', async () => {
    const { body, seen } = streamOf(endless(new Uint8Array(60_000).fill(0x20)))
    await expect(readJsonBody(requestOf(body))).rejects.toMatchObject(TOO_LARGE)
    expect(seen).toEqual({ pulled: 2, cancelled: true })
  })

  it('that is too much in one piece is refused', async () => {
    await expect(readJsonBody(requestOf(streamOf([new Uint8Array(10_000_000)]).body))).rejects.toMatchObject(TOO_LARGE)
  })

  it('is refused as too much also when the sender will not stop', async () => {
    const stubborn = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(50_001)),
      cancel: () => Promise.reject(new Error('no')),
    })
    await expect(readBodyText(requestOf(stubborn))).rejects.toMatchObject(TOO_LARGE)
  })
})

describe('the shape of a JSON value', () => {
  const nested = (depth: number, opening: string, closing: string): string => opening.repeat(depth) + closing.repeat(depth)

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('may be nested 32 deep, in %s, and no more', async (_name, opening, closing) => {
    const text = (depth: number): string => nested(depth, opening, closing).replace('{"a":}', '{"a":1}')
    await expect(read(text(32))).resolves.toBeDefined()
    await expect(read(text(33))).rejects.toMatchObject(badBody('must be nested at most 32 deep'))
  })

  it('is refused when it is nested as deep as fits', async () => {
    await expect(read(nested(50_000, '[', ']'))).rejects.toMatchObject(badBody('must be nested at most 32 deep'))
    await expect(read(`${'{"a":'.repeat(16_000)}1${'}'.repeat(16_000)}`)).rejects.toMatchObject(badBody('must be nested at most 32 deep'))
  })

  it('may have 20,000 values, and no more', async () => {
    const list = (length: number): string => `[${Array.from({ length }, () => '0').join(',')}]`
    await expect(read(list(19_999))).resolves.toHaveLength(19_999)
    await expect(read(list(20_000))).rejects.toMatchObject(badBody('must have at most 20000 values'))
    const inner = list(199)
    const lists = (length: number): string => `[${Array.from({ length }, () => inner).join(',')}]`
    await expect(read(lists(99))).resolves.toHaveLength(99)
    await expect(read(lists(100))).rejects.toMatchObject(badBody('must have at most 20000 values'))
  })

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"__proto__":null}',
    '{"a":{"b":[{"__proto__":1}]}}',
    '[[{"__proto__":{}}]]',
    '{"\\u005f_proto__":{"admin":true}}',
    '{"__proto__":1,"__proto__":2}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"a":[{"constructor":{"prototype":1}}]}',
    '{"constructor":{"\\u0070rototype":{}}}',
  ])('does not reach prototypes: %s', async (text) => {
    await expect(read(text)).rejects.toMatchObject(badBody('must not have a field of such a name'))
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  it.each([
    '{"constructor":"Acme"}',
    '{"prototype":{"a":1}}',
    '{"constructor":{"a":1}}',
    '{"constructor":null}',
    '["__proto__"]',
    '{"a":"__proto__"}',
  ])('may have words that only look like it: %s', async (text) => {
    expect(await read(text)).toEqual(JSON.parse(text))
  })

  it('has each name once: of two, the last counts, for whoever checks it and for whoever uses it', async () => {
    expect(await read('{"role":"viewer","role":"admin"}')).toEqual({ role: 'admin' })
    await expect(read('{"a":{"__proto__":1},"a":{"__proto__":2}}')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it.each<[string, string]>([
    ['"\\ud800"', 'must be well-formed Unicode throughout'],
    ['{"a":["\\udc00"]}', 'must be well-formed Unicode throughout'],
    ['{"\\ud800":1}', 'must not have a field of such a name'],
  ])('has no halves of characters: %s', async (text, problem) => {
    await expect(read(text)).rejects.toMatchObject(badBody(problem))
  })

  it('is right for what JSON is mostly', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(!/__proto__|"constructor"/.test(JSON.stringify(value)))
        expect(jsonShapeProblem(JSON.parse(JSON.stringify(value)))).toBeUndefined()
      }),
    )
  })
})
