import { type AppWorld, type AppWorldOptions, appWorld } from '../../../vault-express/test/fixtures/app-world.js'
import { createServiceClient, type ServiceClient, type ServiceClientOptions } from '../../src/service/index.js'

/** A vault over HTTP, a service client with a grant for all credentials, and what was sent to the vault. */
export interface ServiceWorld extends AppWorld {
  readonly accessKey: string
  /** Path and bearer token of each request that came from clients of this world. */
  readonly requests: { readonly path: string; readonly token: string }[]
  client(options?: Partial<ServiceClientOptions>): ServiceClient
  /** Makes another service client, with a grant on one resource if one is named, and returns its access key. */
  newAccessKey(resourceUri?: string): Promise<string>
  askApi(accessToken: string): Promise<number>
}

export async function serviceWorld(options: AppWorldOptions = {}): Promise<ServiceWorld> {
  const world = await appWorld(options)
  const requests: ServiceWorld['requests'] = []

  async function newAccessKey(resourceUri?: string): Promise<string> {
    const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
    const { accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
    if (resourceUri !== undefined) {
      const statements = [{ roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri }] }]
      await world.vault.accessRecords.create({ name: 'grant', users: [{ userId: clientId }], statements })
    }
    return accessKey
  }
  const accessKey = await newAccessKey('Vault:Connections/*/Users/*/Credentials')

  const notingFetch: typeof fetch = (input, init) => {
    const request = new Request(input, init)
    if (request.url.startsWith(world.origin)) {
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      requests.push({ path: new URL(request.url).pathname, token })
    }
    return fetch(request)
  }

  return {
    ...world,
    accessKey,
    requests,
    newAccessKey,
    client: (given) => createServiceClient({ url: world.origin, accessKey, fetch: notingFetch, ...given }),
    askApi: async (accessToken) =>
      (await fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })).status,
  }
}
