import { fromBase64, toBase64 } from '../../../src/crypto/base64.js'
import { type FakeCipher, fakeCipher } from './fake-cipher.js'

/** What comes instead of the engine's own answer. `hangs`: nothing, until the request is given up. */
export type FakeTransitFault =
  | { readonly status: number; readonly errors?: readonly string[]; readonly headers?: Record<string, string> }
  | { readonly body: string }
  | { readonly thrown: Error }
  | 'hangs'

/** The transit engine of HashiCorp Vault, faked at `fetch`, with Vault's own sentences for what it refuses. */
export interface FakeVaultTransit {
  readonly fetch: typeof globalThis.fetch
  readonly requests: { readonly url: string; readonly headers: Headers; readonly body: Record<string, string>; readonly redirect: string }[]
  readonly token: string
  fault: FakeTransitFault | undefined
  /** Stands in for each plaintext that comes back. */
  faultyBytes: Uint8Array | undefined
  /** As Vault did before 1.13. */
  ignoresAssociatedData: boolean
  /** Makes a new version of a key, as `POST /keys/:name/rotate` does. */
  rotate(name: string): void
  /** Retires versions of a key, as `min_decryption_version` does. */
  minDecryptionVersion: number
}

export function fakeVaultTransit(...names: string[]): FakeVaultTransit {
  const keys = new Map(names.map((name) => [name, [fakeCipher()]]))

  const fake: FakeVaultTransit = {
    requests: [],
    token: 'hvs.canary-token-of-vault',
    fault: undefined,
    faultyBytes: undefined,
    ignoresAssociatedData: false,
    minDecryptionVersion: 1,
    rotate: (name) => void keys.get(name)?.push(fakeCipher()),
    async fetch(input, init) {
      const headers = new Headers(init?.headers)
      const url = String(input)
      const body: Record<string, string> = JSON.parse(String(init?.body))
      fake.requests.push({ url, headers, body, redirect: init?.redirect ?? 'follow' })
      const { fault } = fake
      if (fault !== undefined) return faultyAnswer(fault, init?.signal)
      if (init?.method !== 'POST') return refusal(405, 'unsupported operation')
      if (headers.get('x-vault-token') !== fake.token) return refusal(403, 'permission denied')
      const [, operation, name = ''] = /\/v1\/transit\/(encrypt|decrypt)\/([\w.-]+)$/.exec(url) ?? []
      if (operation === undefined) return refusal(404, `no handler for route "${new URL(url).pathname.slice(4)}". route entry not found.`)
      const versions = keys.get(name)
      if (!versions) return refusal(400, 'encryption key not found')
      const aad = fromBase64(fake.ignoresAssociatedData ? '' : (body.associated_data ?? '')) ?? new Uint8Array()
      return operation === 'encrypt' ? encrypt(versions, body.plaintext ?? '', aad) : decrypt(versions, body.ciphertext ?? '', aad)
    },
  }

  const encrypt = (versions: readonly FakeCipher[], plaintext: string, aad: Uint8Array): Response => {
    const bytes = fromBase64(plaintext)
    const cipher = versions.at(-1)
    if (!bytes || !cipher) return refusal(400, 'illegal base64 data at input byte 0')
    return answer({ ciphertext: `vault:v${versions.length}:${toBase64(cipher.encrypt(bytes, aad))}`, key_version: versions.length })
  }

  /** Reads as leniently as Vault does: `v0` is `v1`, and numbers may have zeros in front. */
  const decrypt = (versions: readonly FakeCipher[], ciphertext: string, aad: Uint8Array): Response => {
    if (!ciphertext.startsWith('vault:v')) return refusal(400, 'invalid ciphertext: no prefix')
    const [number, base64] = ciphertext.slice('vault:v'.length).split(/:(.*)/s)
    if (base64 === undefined) return refusal(400, 'invalid ciphertext: wrong number of fields')
    if (!/^[+-]?\d+$/.test(number ?? '')) return refusal(400, 'invalid ciphertext: version number could not be decoded')
    const version = Number(number) || 1
    if (version > versions.length) return refusal(400, 'invalid ciphertext: version is too new')
    if (version < fake.minDecryptionVersion) return refusal(400, 'ciphertext or signature version is disallowed by policy (too old)')
    const bytes = fromBase64(base64)
    if (!bytes) return refusal(400, 'invalid ciphertext: could not decode base64')
    if (bytes.length < 12) return refusal(400, 'invalid ciphertext length')
    const plaintext = versions[version - 1]?.decrypt(bytes, aad)
    if (!plaintext) return refusal(400, 'cipher: message authentication failed')
    return answer({ plaintext: toBase64(fake.faultyBytes ?? plaintext) })
  }
  return fake
}

function faultyAnswer(fault: FakeTransitFault, signal: AbortSignal | null | undefined): Promise<Response> | Response {
  if (fault === 'hangs') return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  if ('thrown' in fault) throw fault.thrown
  if ('body' in fault) return new Response(fault.body)
  const { status, errors = [], headers = {} } = fault
  return new Response(JSON.stringify({ errors }), { status, headers })
}

function answer(data: object): Response {
  const shell = { request_id: 'r1', lease_id: '', renewable: false, lease_duration: 0, wrap_info: null, warnings: null, auth: null }
  return Response.json({ ...shell, data, mount_type: 'transit' })
}

function refusal(status: number, error: string): Response {
  return Response.json({ errors: [error] }, { status })
}
