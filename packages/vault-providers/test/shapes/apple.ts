import { apple } from '../../src/providers/apple.js'
import type { Shape } from '../fixtures/shape.js'

/** Of no application: made for this test. */
export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUjfRbAWj94sOmCaG
hI0qcrHkNkcRYshlnxPDUBL97kOhRANCAAR0imIlYIT8LCW60w9UpPHFjttn4zCd
rHwuPKN/w8W6Wg8jx5KyKPLZtwZ5324GPNhGJxisNHFnYhTuXvr/dL6h
-----END PRIVATE KEY-----`

export const shape: Shape = {
  connection: apple({ clientId: 'com.example.app', privateKey: PRIVATE_KEY, tags: { teamId: 'TEAM123456', keyId: 'KEY1234567' } }),
  authorization: { client_id: 'com.example.app', response_mode: 'form_post' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh', id_token: 'e30.e30.e30' },
  tokenRequest: { url: 'https://appleid.apple.com/auth/token', fields: { client_id: 'com.example.app', grant_type: 'authorization_code' } },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, id_token: 'e30.e30.e30' },
    request: { fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', client_id: 'com.example.app' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [
    { status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' },
    { status: 400, body: { error: 'invalid_client' }, code: 'provider_rejected_client' },
  ],
  revocation: [
    { method: 'POST', url: 'https://appleid.apple.com/auth/revoke', fields: { token: 'first-refresh', client_id: 'com.example.app' } },
  ],
}
