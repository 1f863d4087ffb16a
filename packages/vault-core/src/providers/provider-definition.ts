import type { ConnectionInput, ConnectionProperties } from '../model/connection.js'

/** What a connection's fields say of a provider, whoever's connection it is. URLs may be templates: `https://{shop}.myshopify.com/…`. */
type ProviderFields = Pick<
  ConnectionInput,
  | 'issuer'
  | 'authorizationEndpoint'
  | 'tokenEndpoint'
  | 'revocationEndpoint'
  | 'revocation'
  | 'userinfoEndpoint'
  | 'jwksUri'
  | 'pushedAuthorizationRequestEndpoint'
  | 'deviceAuthorizationEndpoint'
  | 'pushedAuthorizationRequests'
  | 'userIdExpression'
  | 'clientAuthentication'
  | 'defaultConnectionProperties'
  | 'incrementalConnectionProperties'
  | 'scopeSeparator'
  | 'resource'
  | 'dpop'
  | 'responseMode'
  | 'rotation'
  | 'defaultLifetimeS'
  | 'refreshTokenIdleLifetimeS'
  | 'tokenRequestContentType'
  | 'apiOrigins'
  | 'apiTokenHeader'
  | 'pkce'
  | 'clientIdParameter'
  | 'tokenRequestHeaders'
  | 'tokenRequestParameters'
  | 'errorCodes'
  | 'refreshRequest'
  | 'longLivedRequest'
  | 'credentialProperties'
  | 'userIdSource'
  | 'accountLabelExpression'
  | 'hooks'
>

/** A provider as data. What data cannot say stands in `hooks`. */
export interface ProviderDefinition extends ProviderFields {
  /** Lower-case letters, digits and `-`. Also the connection's id, unless another is given. */
  readonly providerId: string
  /** For people. */
  readonly name: string
  /** Where the provider documents its OAuth. */
  readonly documentation: string
  /**
   * Whether the provider gives refresh tokens: always (`issued`), if `offlineAccess` is asked for (`with_offline_access`), or never (`none`): then its
   * access tokens last until they are revoked, or are renewed by `refreshRequest`.
   */
  readonly refreshTokens: 'issued' | 'with_offline_access' | 'none'
  /** How a refresh token is asked for. Part of every flow, unless `offlineAccess: false` is given with the client id. */
  readonly offlineAccess?: { readonly scope?: string; readonly parameters?: ConnectionProperties }
  /** Asked for where no `scopes` are given. */
  readonly defaultScopes?: readonly string[]
  /** What stands in braces in the URLs, by name. */
  readonly variables?: Readonly<Record<string, ProviderVariable>>
}

/** What may stand for a name in braces. A value cannot change more of a URL than its own place. */
export type ProviderVariable = { readonly description: string; readonly default?: string } & (
  | {
      /** One label of a host name (`acme` in `acme.example.com`), a whole host name without a port, or one segment of a path. */
      readonly kind: 'label' | 'host' | 'segment'
      /** For `host`: what it has to end with, `.okta.com`. Default: anything. */
      readonly endings?: readonly string[]
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
)

/** What is given for one connection of a provider: the application's own part, values for the variables, and whatever else differs. */
export type ProviderOptions<Definition extends ProviderDefinition> = Omit<ConnectionInput, 'connectionId' | 'providerId'> & {
  /** Default: the provider's id. */
  readonly connectionId?: string
  /** What is asked for; joined with the provider's separator. Default: the definition's `defaultScopes`. */
  readonly scopes?: readonly string[]
  /** Whether to ask for a refresh token, where the provider gives one only if asked. Default true. */
  readonly offlineAccess?: boolean
} & VariableValues<Definition['variables']>

type VariableValues<Variables> =
  Variables extends Readonly<Record<string, ProviderVariable>>
    ? { readonly [Name in keyof Variables as Variables[Name] extends { readonly default: string } ? never : Name]: string } & {
        readonly [Name in keyof Variables as Variables[Name] extends { readonly default: string } ? Name : never]?: string
      }
    : unknown

/** Makes connections of a provider, and tells how it is defined. */
export interface Provider<Definition extends ProviderDefinition = ProviderDefinition> {
  /** @throws {VaultError} `invalid_configuration`, naming each variable that is missing or wrong. */
  (options: ProviderOptions<Definition>): ConnectionInput
  readonly definition: Definition
}
