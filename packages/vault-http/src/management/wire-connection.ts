import type { ConnectionChanges, ConnectionInfo, ConnectionInput, ProviderRevocation } from '@holdfast/vault-core'
import { z } from 'zod'
import { readOnly, tags, unsupported } from './body-fields.js'
import { wireRevocation } from './wire-revocation.js'

/** A connection as a caller sends it. Unknown fields are refused. */
export interface ConnectionBody {
  readonly connectionId?: string
  readonly authenticationUrl?: string
  readonly tokenUrl?: string
  readonly issuerUrl?: string
  readonly clientId: string
  /** Write-only. */
  readonly clientSecret?: string
  readonly data?: {
    readonly name?: string
    readonly supportedContentType?: 'application/json' | 'application/x-www-form-urlencoded'
    readonly oidcUserEndpointUrl?: string
    readonly tenantId?: string
    readonly userIdExpression?: string
    readonly scopeSeparator?: ' ' | ','
    readonly apiOrigins?: readonly string[]
    readonly apiTokenHeader?: { readonly name: string; readonly prefix?: string }
  }
  readonly revocation?: ProviderRevocation
  readonly defaultConnectionProperties?: Readonly<Record<string, string>>
  readonly incrementalConnectionProperties?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}

const text = z.string().exactOptional()

const fields = {
  type: z.literal('OAUTH2', { error: 'must be OAUTH2; the vault keeps no credentials of other connections' }).exactOptional(),
  authenticationUrl: text.meta({ description: 'Authorization endpoint. Not needed with `issuerUrl`.' }),
  tokenUrl: text.meta({ description: 'Token endpoint. Not needed with `issuerUrl`.' }),
  issuerUrl: text.meta({ description: 'OpenID Connect or RFC 8414 issuer: endpoints that are not given come from its metadata.' }),
  clientId: z.string(),
  defaultConnectionProperties: z.record(z.string(), z.string()).exactOptional().meta({
    description: 'Parameters of each authorization request, `scope` for one.',
  }),
  incrementalConnectionProperties: z.record(z.string(), z.string()).exactOptional().meta({
    description: 'Parameters besides when a user who has connected is to grant more: `{ "include_granted_scopes": "true" }` at Google.',
  }),
  revocation: wireRevocation,
  tags,
}

const dataFields = {
  name: text.meta({ description: 'For people.' }),
  supportedContentType: z.enum(['application/json', 'application/x-www-form-urlencoded']).exactOptional().meta({
    description: 'How requests to the token endpoint are written. Default: as a form.',
  }),
  oidcUserEndpointUrl: text.meta({ description: 'Userinfo endpoint.' }),
  tenantId: text.meta({ description: 'The id of the tenant at the provider.' }),
  userIdExpression: text.meta({
    description: 'Which claim is the user’s id at the provider, and names his account there. Default `{sub}`.',
  }),
  scopeSeparator: z.enum([' ', ',']).exactOptional().meta({ description: 'What stands between scopes. Default: a space.' }),
  apiOrigins: z.array(z.string()).exactOptional().meta({
    description:
      'The origins of the provider’s API: users’ access tokens are sent there, and nowhere else. Adding one needs the client secret.',
  }),
  apiTokenHeader: z.strictObject({ name: z.string(), prefix: text }).exactOptional().meta({
    description: 'The header in which the API takes the access token. Default: `Authorization`.',
  }),
}

export const connectionBody: z.ZodType<ConnectionBody> = z.strictObject({
  ...fields,
  connectionId: text.meta({ description: 'Default: made by the vault, `con_…`. In a PUT it must be the one in the path.' }),
  clientSecret: text.meta({ writeOnly: true, description: 'In no answer. Left out of a PUT, it stays.' }),
  data: z
    .strictObject({
      ...dataFields,
      trustIdentityUserId: unsupported(),
      developerAccountId: unsupported(),
    })
    .exactOptional(),
  clientSecretId: unsupported(),
  providerCertificate: unsupported(),
  userDataConfiguration: unsupported(),
  conditions: unsupported('PT5M'),
  linkingConfiguration: unsupported(),
  tenantConfiguration: unsupported(),
  createdTime: readOnly,
  lastUpdated: readOnly,
  isActiveConnection: readOnly,
  source: readOnly,
  hasClientSecret: readOnly,
  links: readOnly,
})

export const connectionAnswer: z.ZodType = z.object({
  ...fields,
  connectionId: z.string(),
  data: z.object(dataFields),
  source: z.enum(['code', 'store']).meta({ description: 'One in the code of the application cannot be changed here.' }),
  hasClientSecret: z.boolean(),
  createdTime: z.string().optional(),
  lastUpdated: z.string().optional(),
})

/** What each field of the core is called on the wire, where it is called otherwise. */
export const CONNECTION_NAMES: Readonly<Record<string, string>> = {
  name: 'data.name',
  issuer: 'issuerUrl',
  authorizationEndpoint: 'authenticationUrl',
  tokenEndpoint: 'tokenUrl',
  userinfoEndpoint: 'data.oidcUserEndpointUrl',
  tokenRequestContentType: 'data.supportedContentType',
  providerTenantId: 'data.tenantId',
  userIdExpression: 'data.userIdExpression',
  scopeSeparator: 'data.scopeSeparator',
  apiOrigins: 'data.apiOrigins',
  apiTokenHeader: 'data.apiTokenHeader',
}

/** The body as the core takes it. */
export function toConnectionInput(body: ConnectionBody): Omit<ConnectionInput, 'connectionId'> {
  const { authenticationUrl, tokenUrl, issuerUrl, clientId, clientSecret, data = {}, revocation, tags } = body
  const { defaultConnectionProperties, incrementalConnectionProperties } = body
  const { name, supportedContentType, oidcUserEndpointUrl, tenantId, userIdExpression, scopeSeparator, apiOrigins, apiTokenHeader } = data
  return {
    clientId,
    ...(name !== undefined && { name }),
    ...(issuerUrl !== undefined && { issuer: issuerUrl }),
    ...(authenticationUrl !== undefined && { authorizationEndpoint: authenticationUrl }),
    ...(tokenUrl !== undefined && { tokenEndpoint: tokenUrl }),
    ...(oidcUserEndpointUrl !== undefined && { userinfoEndpoint: oidcUserEndpointUrl }),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(supportedContentType && { tokenRequestContentType: supportedContentType }),
    ...(tenantId !== undefined && { providerTenantId: tenantId }),
    ...(userIdExpression !== undefined && { userIdExpression }),
    ...(revocation && { revocation }),
    ...(defaultConnectionProperties && { defaultConnectionProperties }),
    ...(incrementalConnectionProperties && { incrementalConnectionProperties }),
    ...(scopeSeparator && { scopeSeparator }),
    ...(apiOrigins && { apiOrigins }),
    ...(apiTokenHeader && { apiTokenHeader }),
    ...(tags && { tags }),
  }
}

/** Everything that the wire has a name for, but the secret: a PUT without it takes it away. */
const REPLACED: ConnectionChanges = {
  name: undefined,
  issuer: undefined,
  authorizationEndpoint: undefined,
  tokenEndpoint: undefined,
  userinfoEndpoint: undefined,
  tokenRequestContentType: undefined,
  providerTenantId: undefined,
  userIdExpression: undefined,
  revocation: undefined,
  defaultConnectionProperties: undefined,
  incrementalConnectionProperties: undefined,
  scopeSeparator: undefined,
  apiOrigins: undefined,
  apiTokenHeader: undefined,
  tags: undefined,
}

/** A PUT replaces what the wire can say, and leaves what it has no name for. */
export function toConnectionChanges(body: ConnectionBody): ConnectionChanges {
  return { ...REPLACED, ...toConnectionInput(body) }
}

/** What a caller may see of a connection. */
export function toWireConnection(info: ConnectionInfo): object {
  return {
    type: 'OAUTH2',
    connectionId: info.connectionId,
    authenticationUrl: info.authorizationEndpoint,
    tokenUrl: info.tokenEndpoint,
    issuerUrl: info.issuer,
    clientId: info.clientId,
    data: {
      name: info.name,
      supportedContentType: info.tokenRequestContentType,
      oidcUserEndpointUrl: info.userinfoEndpoint,
      tenantId: info.providerTenantId,
      userIdExpression: info.userIdExpression,
      scopeSeparator: info.scopeSeparator,
      apiOrigins: info.apiOrigins,
      apiTokenHeader: info.apiTokenHeader,
    },
    revocation: info.revocation,
    defaultConnectionProperties: info.defaultConnectionProperties,
    incrementalConnectionProperties: info.incrementalConnectionProperties,
    tags: info.tags,
    source: info.source,
    hasClientSecret: info.hasClientSecret,
    createdTime: info.createdTime,
    lastUpdated: info.lastUpdated,
  }
}
