// A server of the HTTP rows, in a process of its own: so its processor time is its own. `vault`: the vault's router. `json`: a route that only
// answers the same JSON. Tells its parent where it listens, and on each message how much processor time it has taken, in microseconds.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { vaultRouter } from '@holdfast/vault-express'
import express from 'express'
import { CONNECTION_ID, PATH, signToken, USER_ID, vaultWithCredential } from './stored-credential.ts'

const kind = process.argv[2]
const app = express()
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const { vault, accessKey } = await vaultWithCredential()
if (kind === 'vault') app.use(vaultRouter({ vault, publicUrl: origin, identify: () => undefined }))
else {
  const { accessToken, tokenType, scope, expiresAt } = await vault.getCredentials({ connectionId: CONNECTION_ID, userId: USER_ID })
  app.get('/v1/connections/:connectionId/users/:userId/credentials', (_request, response) => {
    response.json({ accessToken, tokenType, scope, expiresAt })
  })
}

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicros: user + system })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: origin + PATH, token: await signToken(accessKey, origin) })
