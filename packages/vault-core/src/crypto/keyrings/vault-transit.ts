import { endpointUrlProblem, isLoopbackHost } from '../../model/endpoint-url.js'
import { type Clock, runtimeWithDefaults } from '../../runtime.js'
import { fromBase64, toBase64 } from '../base64.js'
import { invalidKeyring } from '../key-ring.js'
import type { Keyring } from '../keyring.js'
import { wrapContextBytes } from '../wrap-context.js'
import { WRAPPED_BY } from '../wrapped-header.js'
import type { KmsFailure } from './kms-failure.js'
import { kmsKeyring } from './kms-keyring.js'
import { type KmsKeyForm, parseKmsKeys } from './kms-keys.js'
import { transitCiphertextFromBytes, transitCiphertextToBytes } from './transit-ciphertext.js'
import { askTransit, isToken, type TransitEngine, TransitRefusal } from './transit-request.js'

export interface VaultTransitKey {
  /** 1 to 64 letters, digits, `.`, `_`, `-`. Stored beside each data key that the key wraps; never give it to another key. */
  readonly id: string
  /** Name of a key of the transit engine, of type `aes256-gcm96` or `chacha20-poly1305`, not derived. */
  readonly name: string
}

export interface VaultTransitKeyringOptions {
  /** Where Vault answers: `https://vault.example.com:8200`. http is for loopback hosts only. */
  readonly url: string
  /** A token, or a function that gives the one to use now: it is asked before each request, so that it may renew or replace it. */
  readonly token: string | (() => string | Promise<string>)
  /** The first wraps, all unwrap. */
  readonly keys: readonly VaultTransitKey[]
  /** Gives the keys anew, asked once when a data key is under a wrapping key that is not known. */
  readonly reload?: () => Promise<readonly VaultTransitKey[]>
  /** Where the transit engine is mounted. Default `transit`. */
  readonly mount?: string
  /** A namespace of Vault Enterprise or OpenBao. */
  readonly namespace?: string
  /** How long one request may take, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  /** Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch
  /** Default: the runtime's own. */
  readonly clock?: Clock
}

/**
 * A keyring whose wrapping keys stay in the transit engine of HashiCorp Vault (1.13 or later) or OpenBao. Each data key is bound to its
 * tenant, its user and its id by `associated_data`; that the server heeds it is tried once, at the first wrap.
 *
 * @throws {VaultError} `invalid_configuration`, naming the field.
 * @example
 * ```ts
 * const keyring = vaultTransitKeyring({ url: 'https://vault.example.com:8200', token: () => readToken(), keys: [{ id: '2026', name: 'holdfast' }] })
 * ```
 * @see {@link https://developer.hashicorp.com/vault/api-docs/secret/transit Transit secrets engine}
 */
export function vaultTransitKeyring(options: VaultTransitKeyringOptions): Keyring {
  const { keys, reload } = options
  const engine = parseEngine(options)
  let isBindingTried = false

  const encrypt = async ({ id, name }: VaultTransitKey, dek: Uint8Array, boundTo: Uint8Array): Promise<Uint8Array> => {
    const { ciphertext } = await askTransit(engine, `encrypt/${name}`, { plaintext: toBase64(dek), associated_data: toBase64(boundTo) })
    const bytes = transitCiphertextToBytes(ciphertext)
    if (!isBindingTried) await refuseUnbound(engine, { id, name }, String(ciphertext))
    isBindingTried = true
    return bytes
  }

  return kmsKeyring<VaultTransitKey>(
    {
      kind: WRAPPED_BY.vaultTransit,
      name: 'Vault',
      encrypt: (key, dek, context) => encrypt(key, dek, wrapContextBytes(key.id, context)),
      async decrypt({ id, name }, bytes, context) {
        const ciphertext = transitCiphertextFromBytes(bytes)
        if (ciphertext === undefined) throw new TransitRefusal(400, NOT_A_CIPHERTEXT)
        const associated_data = toBase64(wrapContextBytes(id, context))
        const { plaintext } = await askTransit(engine, `decrypt/${name}`, { ciphertext, associated_data })
        const dek = typeof plaintext === 'string' ? fromBase64(plaintext) : undefined
        if (!dek) throw new TypeError('The answer has no plaintext.')
        return dek
      },
      failureOf,
    },
    parseKmsKeys(keys, KEY_FORM),
    reload && (async () => parseKmsKeys(await reload(), KEY_FORM)),
  )
}

/** Vault before 1.13 takes `associated_data` and does nothing with it: then a data key would open for everybody. */
async function refuseUnbound(engine: TransitEngine, { id, name }: VaultTransitKey, ciphertext: string): Promise<void> {
  try {
    await askTransit(engine, `decrypt/${name}`, { ciphertext })
  } catch (error) {
    if (failureOf(error) === 'refused') return
    throw error
  }
  throw invalidKeyring(
    'url',
    `Vault does not heed \`associated_data\` for key "${id}": a data key of one user would open for another. Use Vault 1.13 or later, or OpenBao.`,
  )
}

const KEY_FORM: KmsKeyForm<VaultTransitKey> = {
  factory: 'vaultTransitKeyring',
  form: '{ id, name }',
  field: 'name',
  rule: 'the name of a transit key: letters, digits, "_", and inside also "." and "-"',
  isName: (value) => typeof value === 'string' && /^\w(?:[\w.-]*\w)?$/.test(value),
}

const DEFAULT_TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 120_000

function parseEngine(options: VaultTransitKeyringOptions): TransitEngine {
  const { url, token, mount = 'transit', namespace, timeoutMs = DEFAULT_TIMEOUT_MS, fetch, clock } = options
  const problem = endpointUrlProblem(url, { allowInsecureRequests: true, queryAllowed: false })
  if (problem) throw invalidKeyring('url', `\`url\` of Vault ${problem}.`)
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !isLoopbackHost(hostname))
    throw invalidKeyring('url', '`url` of Vault must use https: the token and data keys travel there. http is for loopback hosts only.')
  if (typeof token !== 'function' && !isToken(token))
    throw invalidKeyring('token', '`token` must be a token of Vault without spaces, or a function that gives one.')
  if (!isPath(mount)) throw invalidKeyring('mount', '`mount` must be where the transit engine is mounted, such as "transit".')
  if (namespace !== undefined && !isPath(namespace)) throw invalidKeyring('namespace', '`namespace` must be a path, such as "team-a/prod".')
  if (!(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS))
    throw invalidKeyring('timeoutMs', `\`timeoutMs\` must be a number from 1 to ${MAX_TIMEOUT_MS}.`)
  return {
    url: `${url.replace(/\/+$/, '')}/v1/${mount.replace(/\/$/, '')}`,
    token,
    namespace,
    timeoutMs,
    runtime: runtimeWithDefaults({ fetch, clock }),
  }
}

/** Segments that mean nothing else in a URL, and may be followed by a slash as Vault itself writes it. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^(?:\w[\w.-]*\/)*\w[\w.-]*\/?$/.test(value)
}

const NOT_A_CIPHERTEXT = 'invalid ciphertext: not of the form vault:v1:…'

function failureOf(error: unknown): KmsFailure {
  if (!(error instanceof TransitRefusal)) return 'unavailable'
  switch (error.status) {
    case 400:
      // A key that is gone, of another type, or whose old versions were retired is no damage of what is stored.
      return /invalid ciphertext|message authentication failed/.test(error.message) ? 'refused' : 'unusable'
    case 401:
    case 403:
      return 'denied'
    case 404:
      return 'unusable'
    case 429:
      return 'throttled'
    default:
      return 'unavailable'
  }
}
