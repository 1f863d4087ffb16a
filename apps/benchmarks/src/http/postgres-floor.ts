import { createPublicKey, type KeyObject } from 'node:crypto'
import type { RequestHandler } from 'express'
import { jwtVerify } from 'jose'
import pg from 'pg'
import { CONNECTION_ID, USER_ID } from './stored-credential.ts'

/**
 * What a route costs at least that verifies who asks and reads a row: a token of the published SDK, verified once and kept, and one prepared select of
 * `pg` by primary key. It checks no permission and opens nothing.
 */
export function postgresFloor(
  { connectionString, schema }: { readonly connectionString: string; readonly schema: string },
  accessKey: string,
  answer: object,
): RequestHandler {
  const pool = new pg.Pool({ connectionString, max: 10 })
  const verified = new Map<string, number>()
  const key = publicKeyOf(accessKey)
  const text = `select * from ${schema}.holdfast_credentials where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4`
  return async (request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    if ((verified.get(token) ?? 0) * 1_000 < Date.now()) verified.set(token, (await jwtVerify(token, key)).payload.exp ?? 0)
    const { rowCount } = await pool.query({ name: 'floor', text, values: ['default', USER_ID, CONNECTION_ID, 'default'] })
    response.status(rowCount === 1 ? 200 : 404).json(answer)
  }
}

function publicKeyOf(accessKey: string): KeyObject {
  const privateKey = accessKey.split('.')[3] ?? ''
  return createPublicKey(`-----BEGIN PRIVATE KEY-----\n${privateKey}\n-----END PRIVATE KEY-----`)
}
