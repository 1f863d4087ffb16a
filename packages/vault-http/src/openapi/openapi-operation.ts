import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'
import { type OpenApiDocument, openApiDocument } from './openapi-document.js'

/** Serves the description of these operations, and of itself. */
export function openApiOperation(operations: readonly AnyOperation[]): AnyOperation {
  // By public URL, of which a process has few: a document is made when it is first asked for.
  const documents = new Map<string, OpenApiDocument>()
  const self: AnyOperation = operation({
    operationId: 'getOpenApiDocument',
    method: 'GET',
    path: '/openapi.json',
    tag: 'Description',
    summary: 'Describes this API.',
    access: { kind: 'public' },
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.string() }) } },
    handle: async ({ settings: { origin, basePath } }) => {
      const publicUrl = origin + basePath
      const document = documents.get(publicUrl) ?? openApiDocument([...operations, self], { publicUrl })
      documents.set(publicUrl, document)
      return jsonReply(200, document)
    },
  })
  return self
}
