// A real authorization server in a process of its own, whose refresh tokens are good once and end the grant when one comes again.
import { type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { answer } from '../child-process.ts'

let provider: DemoProvider | undefined

function started(): DemoProvider {
  if (!provider) throw new Error('The provider has not been started.')
  return provider
}

/** Where the server is, and who may use it. */
export interface ProviderPlace {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
}

export interface ProviderAnswers {
  start(settings: { readonly latencyMs: number; readonly accessTokenTtlS: number }): Promise<ProviderPlace>
  /** From now on. */
  delay(latencyMs: number): void
  /** Requests for refreshes so far. */
  refreshes(): number
}

const answers: ProviderAnswers = {
  async start({ latencyMs, accessTokenTtlS }) {
    provider = await startDemoProvider({
      clientAuthentication: 'client_secret_post',
      redirectUris: ['http://127.0.0.1:4999/callback'],
      accessTokenTtlS,
    })
    provider.delayTokenRequests(latencyMs)
    const { issuer, clientId, clientSecret, apiUrl } = provider
    return { issuer, clientId, clientSecret, apiUrl }
  },
  delay: (latencyMs) => started().delayTokenRequests(latencyMs),
  refreshes: () => started().tokenRequests.filter(({ grantType }) => grantType === 'refresh_token').length,
}

answer(answers)
