import { z } from 'zod'
import type { Answer, AnyOperation } from '../operation.js'
import { ANSWERED_BY } from '../proxy/proxy-headers.js'
import { MAX_BODY_BYTES } from '../request-bytes.js'

/** OpenAPI 3.1, as far as it is written here. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly object[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly components: object
}

const error = z.object({
  title: z.string().meta({ description: 'For people. May change.' }),
  errorCode: z.string().meta({ description: 'Stable: switch on it.' }),
  errorId: z.string().optional().meta({ description: 'Names this failure in the log of the vault.' }),
  reason: z.string().optional().meta({ description: 'Why, as a stable word.' }),
  fields: z.record(z.string(), z.string()).optional().meta({ description: 'The bad fields by their paths, with what is wrong with each.' }),
  missingScopes: z.array(z.string()).optional(),
  grantedScopes: z.array(z.string()).optional(),
  startUrl: z.string().optional().meta({ description: 'Where the user can consent.' }),
})

/** What each operation may answer, unless it says better. */
const COMMON_ANSWERS: Readonly<Record<number, string>> = {
  503: 'The vault cannot reach its store now. Ask again later.',
}
const COMMON_FOR_INPUTS: Readonly<Record<number, string>> = {
  400: 'The request is not right; `fields` names what is wrong.',
}
const COMMON_FOR_LIMITED: Readonly<Record<number, string>> = {
  429: 'There were too many requests. See `Retry-After`.',
}
const COMMON_FOR_CALLERS: Readonly<Record<number, string>> = {
  401: 'The request has no valid bearer token.',
  403: 'The caller has no grant that covers this. The same whether or not the thing exists.',
}
const COMMON_FOR_CHANGES: Readonly<Record<number, string>> = {
  409: 'Others kept changing it meanwhile. Read it again, then repeat.',
}
const COMMON_FOR_BODIES: Readonly<Record<number, string>> = {
  413: `The body is longer than ${MAX_BODY_BYTES} bytes.`,
  415: 'The body is not of the content type that is asked for.',
}

const PASSED_ON = {
  description: `What the API answers, of any status: it has the header \`${ANSWERED_BY}: api\`, and what the vault itself answers has not.`,
  headers: { [ANSWERED_BY]: { schema: { const: 'api' } } },
  content: { '*/*': { schema: {} } },
}

/**
 * Describes operations as an OpenAPI 3.1 document.
 *
 * @param options.publicUrl - Where the API is reached, without a slash at the end.
 * @see {@link https://spec.openapis.org/oas/v3.1.0 OpenAPI 3.1}
 */
export function openApiDocument(operations: readonly AnyOperation[], { publicUrl }: { readonly publicUrl: string }): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    // The document has no way to say that a parameter may hold slashes.
    const path = operation.path.replace('{+', '{')
    const methods = paths[path] ?? {}
    methods[operation.method.toLowerCase()] = describe(operation)
    paths[path] = methods
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description: 'The OAuth credential vault: access tokens that work, and the administration of who may read them.',
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token that a service client signed with its access key, or a user’s.',
        },
        ...(operations.some(({ access }) => access.kind === 'session') && {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-holdfast-session_{applicationId}',
            description: 'Of a browser that signed in: one for each application, with its id in the name.',
          },
        }),
      },
      schemas: { Error: schemaOf(error, 'output') },
    },
  }
}

function describe(operation: AnyOperation): object {
  const { operationId, tag, summary, access, path, query } = operation
  const parameters = [...pathParameters(path), ...queryParameters(query), ...preconditions(operation)]
  const content = requestContent(operation)
  return {
    operationId,
    tags: [tag],
    summary,
    ...(access.kind === 'public' && { security: [] }),
    ...(access.kind === 'session' && { security: [{ bearer: [] }, { session: [] }] }),
    ...(access.kind === 'permission' && {
      description: `Needs the permission \`${access.action}\` on \`${access.resource}\`.`,
      'x-permission': { action: access.action, resource: access.resource },
    }),
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: content }),
    responses: responsesOf(operation, parameters.length > 0 || content !== undefined),
  }
}

function pathParameters(path: string): readonly object[] {
  return [...path.matchAll(/\{(\+?)(\w+)\}/g)].map(([, isRest, name]) => ({
    name,
    in: 'path',
    required: true,
    description: isRest ? 'The rest of the path, its slashes as they are.' : 'One segment of the path, URL-encoded, its slashes too.',
    schema: isRest ? { type: 'string' } : { type: 'string', minLength: 1 },
  }))
}

function queryParameters(query: z.ZodType | undefined): readonly object[] {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }))
}

/** An operation that answers 412 has a precondition, and there is one kind of them. */
function preconditions({ answers }: AnyOperation): readonly object[] {
  if (!answers[412]) return []
  return [
    {
      name: 'If-Unmodified-Since',
      in: 'header',
      required: false,
      description:
        'Changes nothing if it changed after this time: that of `lastUpdated`, in ISO 8601 with its milliseconds, or an HTTP date.',
      schema: { type: 'string' },
    },
  ]
}

function requestContent({ method, body, form, passesOn }: AnyOperation): object | undefined {
  if (passesOn) return method === 'GET' ? undefined : { required: false, content: { '*/*': { schema: {} } } }
  if (form) return { required: true, content: { 'application/x-www-form-urlencoded': { schema: schemaOf(form, 'input') } } }
  if (!body) return undefined
  return { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: schemaOf(body, 'input') } } }
}

function responsesOf({ access, method, body, unlimited = false, passesOn, answers }: AnyOperation, takesInput: boolean): object {
  const isManaged = access.kind === 'permission' || access.kind === 'caller'
  const common: Readonly<Record<number, string>> = {
    ...COMMON_ANSWERS,
    ...(takesInput && COMMON_FOR_INPUTS),
    ...(!unlimited && COMMON_FOR_LIMITED),
    ...(access.kind !== 'public' && COMMON_FOR_CALLERS),
    ...(isManaged && !passesOn && (method === 'PUT' || method === 'DELETE') && COMMON_FOR_CHANGES),
    ...(body && COMMON_FOR_BODIES),
  }
  const responses: Record<string, object> = {}
  for (const [status, description] of Object.entries(common)) responses[status] = answer(Number(status), { description })
  for (const [status, own] of Object.entries(answers)) responses[status] = answer(Number(status), own)
  if (passesOn) responses.default = PASSED_ON
  return responses
}

function answer(status: number, { description, schema }: Answer): object {
  const isError = status >= 400
  if (!schema && !isError) return { description }
  const content = schema ? schemaOf(schema, 'output') : { $ref: '#/components/schemas/Error' }
  return { description, content: { 'application/json': { schema: content } } }
}

/** What has no name in JSON Schema is described as anything. The dialect is the document's own. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: leaveOpen })
  return described
}

/** Answers may gain fields: only what is closed in the code is closed in the document. */
function leaveOpen({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodTypes
  readonly jsonSchema: z.core.JSONSchema.BaseSchema
}): void {
  const { def } = zodSchema._zod
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties
}
