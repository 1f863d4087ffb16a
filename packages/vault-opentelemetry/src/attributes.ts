import type { RequestPurpose } from '@holdfast/vault-core'

// Names of the semantic conventions where there are any: https://opentelemetry.io/docs/specs/semconv/
export const ERROR_TYPE = 'error.type'
export const HTTP_METHOD = 'http.request.method'
export const HTTP_STATUS = 'http.response.status_code'
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const URL_FULL = 'url.full'
export const URL_SCHEME = 'url.scheme'
export const USER_ID = 'user.id'

export const TENANT = 'holdfast.tenant'
export const CONNECTION_ID = 'holdfast.connection.id'
/** The user's id at the provider. */
export const ACCOUNT_ID = 'holdfast.account.id'
/** `live`, `cached`, `refreshing_behind`, `refreshed`, `refresh_failed`, `unwritten`. */
export const SOURCE = 'holdfast.credentials.source'
/** Whether the token was refreshed by another process. */
export const BY_OTHER = 'holdfast.refresh.by_other_process'
/** `start` or `complete`. */
export const STEP = 'holdfast.authorization.step'
/** See {@link RequestPurpose}. */
export const PURPOSE = 'holdfast.request.purpose'
/** Whether a token from the store stood opened in memory. */
export const CACHE_HIT = 'holdfast.cache.hit'
/** `active`, `expiring`, `reauthorization_required`, `quarantined`. */
export const STATUS = 'holdfast.credential.status'
export const TOPIC = 'holdfast.outbox.topic'
