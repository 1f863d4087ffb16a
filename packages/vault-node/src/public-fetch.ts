import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from '@holdfast/vault-core'
import type { buildConnector, Dispatcher } from 'undici'

export interface PublicFetchOptions {
  /** Addresses that may be reached although they are not public: `(address) => address === '10.0.0.5'`. Default: none. */
  readonly allow?: (address: string) => boolean
  /** Resolves names, as `dns.lookup` of Node does, which is the default. */
  readonly lookup?: LookupFunction
}

/**
 * Makes a `fetch` that reaches public addresses alone. Each connection is judged when it is made, also after a redirect: a name is resolved, every
 * address of it is looked at, and one of those goes to the socket. So a name that resolves to something else a moment later leads nowhere.
 * It goes through no proxy.
 *
 * What it refuses fails as any connection does, with `ERR_ADDRESS_NOT_PUBLIC` as `cause.code`.
 *
 * @example
 * ```ts
 * const vault = createVault({ store, keyring, connections, fetchForStoredConnections: publicFetch({ allow: (address) => address === '10.0.0.5' }) })
 * ```
 */
export function publicFetch({ allow = () => false, lookup = systemLookup }: PublicFetchOptions = {}): typeof globalThis.fetch {
  const mayReach = (address: string): boolean => isPublicAddress(address) || allow(address)
  let loading: Promise<Client> | undefined
  return async (input, init) => {
    loading ??= loadClient(mayReach, lookup)
    const { fetch, dispatcher, formOf } = await loading
    const request = input instanceof Request ? await readRequest(new Request(input, init)) : { url: String(input), init: init ?? {} }
    const { body } = request.init
    const form = body instanceof FormData ? { body: formOf(body) } : {}
    return ofPlatform(await fetch(request.url, Object.assign({}, request.init, form, { dispatcher })))
  }
}

interface Client {
  readonly fetch: typeof globalThis.fetch
  readonly dispatcher: Dispatcher
  /** The library's own form of the same content: it does not know the platform's. */
  readonly formOf: (form: FormData) => FormData
}

/** Loaded with the first request: it takes a tenth of a second, and many vaults never need it. */
async function loadClient(mayReach: (address: string) => boolean, lookup: LookupFunction): Promise<Client> {
  const { Agent, buildConnector, fetch, FormData: Form } = await import('undici')
  const connect = buildConnector({ lookup: checkedLookup(lookup, mayReach) })
  // What Node's own `fetch` is made of: the shapes are the same, and only the names of their types differ.
  return {
    fetch: fetch as unknown as typeof globalThis.fetch,
    dispatcher: new Agent({ connect: checkedConnector(connect, mayReach) }),
    formOf: (form) => {
      const own = new Form()
      for (const [name, value] of form) own.append(name, value)
      return own as unknown as FormData
    },
  }
}

/** A socket looks up names alone: an address in the URL is judged here. */
function checkedConnector(connect: buildConnector.connector, mayReach: (address: string) => boolean): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) === 0 || mayReach(host)) connect(options, callback)
    else callback(notPublic(host), null)
  }
}

function checkedLookup(lookup: LookupFunction, mayReach: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answer, family) => {
      if (error) return callback(error, [])
      const addresses: LookupAddress[] = typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer
      const [first] = addresses
      if (!first || addresses.some(({ address }) => !mayReach(address))) return callback(notPublic(hostname), [])
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function notPublic(host: string): Error {
  const message = `${host} is at no public address. If the vault is to reach it, allow the address: publicFetch({ allow }).`
  return Object.assign(new Error(message), { code: 'ERR_ADDRESS_NOT_PUBLIC' })
}

/** The library does not know the platform's own `Request`. */
async function readRequest(request: Request): Promise<{ readonly url: string; readonly init: RequestInit }> {
  const { url, method, headers, redirect, signal } = request
  const body = request.body ? await request.arrayBuffer() : null
  return { url, init: { method, headers: [...headers], redirect, signal, body } }
}

/** The library cancels the body of an answer of its own that nobody holds any more. */
const libraryAnswers = new WeakMap<Response, Response>()

/** The answer as one of the platform's own, which others tell by `instanceof`. */
function ofPlatform(answer: Response): Response {
  const { status, statusText, headers, body, url, redirected } = answer
  // The platform makes none of a status beyond.
  if (status < 200 || status > 599) return answer
  const own = new Response(body, { status, headers: [...headers] })
  libraryAnswers.set(own, answer)
  // The platform makes none with a reason that is not Latin, either.
  const told = { statusText: { value: statusText }, url: { value: url }, redirected: { value: redirected, configurable: true } }
  return Object.defineProperties(own, told)
}
