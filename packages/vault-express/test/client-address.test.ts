import { afterEach, describe, expect, it } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'

let world: AppWorld
afterEach(() => world.close())

async function start(trustProxy: string | boolean): Promise<void> {
  world = await appWorld({
    build: (app, { vault, publicUrl, identify }) => {
      app.set('trust proxy', trustProxy)
      // A clock that stands still: nothing comes back into a bucket.
      app.use(vaultRouter({ vault, publicUrl, identify, now: () => 1_800_000_000_000 }))
    },
  })
}

/** The last status of 101 requests with bad tokens, each of which says that it comes from elsewhere. */
async function flood(): Promise<number> {
  let status = 0
  for (let index = 0; index <= 100; index += 1) {
    const headers = { authorization: 'Bearer a.b.c', 'x-forwarded-for': `198.51.100.${index}` }
    status = (await fetch(`${world.origin}/v1/clients`, { headers })).status
  }
  return status
}

describe('whoever sends bad tokens is counted by his address', () => {
  it('which is that of the connection, whatever he says in X-Forwarded-For', async () => {
    await start(false)
    expect(await flood()).toBe(429)
  })

  it('which is what a proxy says that the application trusts', async () => {
    await start('loopback')
    expect(await flood()).toBe(401)
  })
})
