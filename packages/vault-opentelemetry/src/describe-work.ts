import { isVaultError, type RequestPurpose, type VaultWork, type WorkFacts } from '@holdfast/vault-core'
import { type Attributes, SpanKind } from '@opentelemetry/api'
import {
  ACCOUNT_ID,
  BY_OTHER,
  CACHE_HIT,
  CONNECTION_ID,
  ERROR_TYPE,
  HTTP_METHOD,
  HTTP_STATUS,
  PURPOSE,
  SERVER_ADDRESS,
  SERVER_PORT,
  SOURCE,
  STEP,
  URL_FULL,
  URL_SCHEME,
  USER_ID,
} from './attributes.js'

/** The name that a span of this work has. */
export function spanNameOf(work: VaultWork): string {
  switch (work.name) {
    case 'authorization_start':
    case 'authorization_complete':
      return `holdfast.authorization.${stepOf(work)}`
    case 'request':
      return knownMethod(work.method) ?? 'HTTP'
    default:
      return `holdfast.${work.name}`
  }
}

export function spanKindOf({ name }: VaultWork): SpanKind {
  return name === 'request' ? SpanKind.CLIENT : SpanKind.INTERNAL
}

/** What is known at the start and has few values: for metrics, and for spans too. */
export function attributesOf(work: VaultWork): Attributes {
  switch (work.name) {
    case 'authorization_start':
      return { [CONNECTION_ID]: work.connectionId, [STEP]: stepOf(work) }
    case 'authorization_complete':
      return { [STEP]: stepOf(work) }
    case 'request':
      return { ...requestAttributes(work), [PURPOSE]: work.purpose }
    default:
      return { [CONNECTION_ID]: work.connectionId }
  }
}

/** What spans have besides. */
export function spanAttributesOf(work: VaultWork, { userIds }: { readonly userIds: boolean }): Attributes {
  if (work.name === 'request') {
    return {
      ...(URL.canParse(work.url) && { [URL_FULL]: urlOf(work.url, showsPath(work.purpose, userIds)) }),
      ...(work.connectionId !== undefined && { [CONNECTION_ID]: work.connectionId }),
    }
  }
  if (!userIds || !('userId' in work)) return {}
  return { [USER_ID]: work.userId, ...(work.accountId !== undefined && { [ACCOUNT_ID]: work.accountId }) }
}

/** What is known at the end. @param failure - See {@link failureOf}. */
export function endAttributesOf(facts: WorkFacts, failure: string | undefined): Attributes {
  const { connectionId, source, isOpened, isOfOther, status } = facts
  return {
    ...(connectionId !== undefined && { [CONNECTION_ID]: connectionId }),
    ...(source !== undefined && failure === undefined && { [SOURCE]: source }),
    ...(isOpened !== undefined && failure === undefined && { [CACHE_HIT]: isOpened }),
    ...(isOfOther && { [BY_OTHER]: true }),
    ...(status !== undefined && { [HTTP_STATUS]: status }),
    ...(failure !== undefined && { [ERROR_TYPE]: failure }),
  }
}

/** A word for how it failed: the code of a `VaultError`, the status of an answer, why there was none. Never a message, which may name people. */
export function failureOf(facts: WorkFacts, error: unknown): string | undefined {
  if (facts.failure !== undefined) return facts.failure
  if (facts.status !== undefined && facts.status >= 400) return String(facts.status)
  if (error === undefined) return undefined
  if (isVaultError(error)) return error.code
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  return name === 'AbortError' ? 'aborted' : /^[A-Za-z]{1,64}$/.test(name) ? name : '_OTHER'
}

/** Whether the connection may be one that there is: what anybody may ask for must not become so many time series. */
export function isRealConnection(error: unknown): boolean {
  return !isVaultError(error, 'connection_not_found', 'invalid_request')
}

function stepOf({ name }: VaultWork): string {
  return name === 'authorization_start' ? 'start' : 'complete'
}

function requestAttributes({ method, url }: Extract<VaultWork, { name: 'request' }>): Attributes {
  const known = { [HTTP_METHOD]: knownMethod(method) ?? '_OTHER' }
  if (!URL.canParse(url)) return known
  const { hostname, port, protocol } = new URL(url)
  const scheme = protocol.slice(0, -1)
  return {
    ...known,
    [SERVER_ADDRESS]: hostname.replace(/^\[|\]$/g, ''),
    [SERVER_PORT]: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
    [URL_SCHEME]: scheme,
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']

function knownMethod(method: string): string | undefined {
  return METHODS.find((known) => known === method.toUpperCase())
}

/** A path of an API may name whom the request is about, and that of a webhook may be all that protects it. A query is never shown. */
function showsPath(purpose: RequestPurpose, userIds: boolean): boolean {
  return purpose === 'api' ? userIds : purpose !== 'webhook'
}

function urlOf(text: string, withPath: boolean): string {
  const { origin, pathname } = new URL(text)
  return withPath ? origin + pathname : origin
}
