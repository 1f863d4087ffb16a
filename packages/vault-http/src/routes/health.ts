import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'

/** For probes. */
export const healthOperation: AnyOperation = operation({
  operationId: 'checkHealth',
  method: 'GET',
  path: '/v1/health',
  tag: 'Health',
  summary: 'Says whether the store answers.',
  access: { kind: 'public' },
  unlimited: true,
  answers: {
    200: { description: 'It does.', schema: z.object({ status: z.literal('ok') }) },
    503: { description: 'It does not.' },
  },
  handle: async ({ settings: { vault } }) => {
    await vault.checkHealth()
    return jsonReply(200, { status: 'ok' })
  },
})
