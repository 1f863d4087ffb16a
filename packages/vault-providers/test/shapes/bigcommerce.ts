import { bigcommerce } from '../../src/providers/bigcommerce.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: bigcommerce({ clientId: 'app', clientSecret: 'app-secret', scopes: ['store_v2_orders_read_only'] }),
  authorization: { client_id: 'app', scope: 'store_v2_orders_read_only' },
  token: {
    access_token: 'first-access',
    scope: 'store_v2_orders_read_only',
    user: { id: 9, email: 'alice@example.com' },
    context: 'stores/z4zn',
  },
  tokenRequest: {
    url: 'https://login.bigcommerce.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'store_v2_orders_read_only',
    accountId: 'stores/z4zn',
    label: 'alice@example.com',
    properties: { context: 'stores/z4zn' },
  },
}
