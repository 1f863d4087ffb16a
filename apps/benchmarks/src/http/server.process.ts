// A server of the HTTP rows, in a process of its own: so its processor time is its own. Its arguments say which, and where its PostgreSQL is. Tells its
// parent where it listens, and on each message how much processor time it has taken, in microseconds.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vaultRouter } from '@holdfast/vault-express'
import { createVaultHandler } from '@holdfast/vault-http'
import { postgresStore } from '@holdfast/vault-store-sql'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import type { ServerKind } from './load.ts'
import { postgresFloor } from './postgres-floor.ts'
import { CONNECTION_ID, PATH, ROUTE, signToken, USER_ID, vaultWithCredential } from './stored-credential.ts'

const [kind, url, schema] = process.argv.slice(2) as [ServerKind, string | undefined, string | undefined]
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const place = url !== undefined && schema !== undefined ? { connectionString: url, schema } : undefined
const { vault, accessKey } = await vaultWithCredential(place && { store: postgresStore(place) })
const { accessToken, tokenType, scope, expiresAt } = await vault.getCredentials({ connectionId: CONNECTION_ID, userId: USER_ID })
const answer = { accessToken, tokenType, scope, expiresAt }

const listeners: Readonly<Record<ServerKind, () => RequestListener>> = {
  'express-vault': () => express().use(vaultRouter({ vault, publicUrl: origin, identify: () => undefined })),
  'express-json': () => express().get(ROUTE, (_request, response) => void response.json(answer)),
  'node-json': () => (_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
  'fetch-vault': () => getRequestListener((request) => createdHandler(request, undefined)),
  'fetch-json': () => getRequestListener(() => Response.json(answer)),
  'hono-vault': () => getRequestListener(new Hono().all('*', ({ req }) => createdHandler(req.raw, undefined)).fetch),
  'hono-json': () => getRequestListener(new Hono().get(ROUTE, (context) => context.json(answer)).fetch),
  'express-postgres': () => {
    if (!place) throw new Error('There is no place.')
    return express().get(ROUTE, postgresFloor(place, accessKey, answer))
  },
}
const createdHandler = createVaultHandler({ vault, publicUrl: origin, identify: () => undefined })
server.on('request', listeners[kind]())

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicros: user + system })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: origin + PATH, token: await signToken(accessKey, origin) })
