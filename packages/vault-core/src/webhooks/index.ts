// `@holdfast/vault-core/webhooks`: events, sent to other programs.
export type { DeadLetter, DeadLetters } from './dead-letters.js'
export { type VerifyWebhookOptions, verifyWebhook, type WebhookHeaders } from './verify-webhook.js'
export type { WebhookEndpoint, WebhookEventType, WebhooksOptions } from './webhook-options.js'
export { type Webhooks, webhooks } from './webhooks.js'
