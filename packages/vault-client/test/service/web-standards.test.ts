import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import type { createServiceClient } from '../../src/service/index.js'
import { serviceWorld } from './service-world.js'

/** All that the client may find around it: what Node, Deno, Bun and Workers share. */
const WEB_STANDARDS = {
  AbortController,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextEncoder,
  URL,
  atob,
  btoa,
  clearTimeout,
  crypto,
  fetch,
  setTimeout,
}

describe('the client for services', () => {
  it('runs on nothing but Web standards, and brings no other package', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/service/index.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      globalName: 'service',
      platform: 'neutral',
      target: 'es2023',
      metafile: true,
      write: false,
    })
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([])
    expect(Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external))).toEqual([])

    const world = await serviceWorld()
    try {
      await world.connect('alice')
      const around = createContext({ ...WEB_STANDARDS })
      runInContext(outputFiles[0]?.text ?? '', around)
      const create: typeof createServiceClient = runInContext('service.createServiceClient', around)
      const client = create({ url: world.origin, accessKey: world.accessKey })
      const response = await client.fetch({ connectionId: 'demo', userId: 'alice' })(new URL('me', world.provider.apiUrl))
      expect(await response.json()).toMatchObject({ sub: 'alice' })
    } finally {
      await world.close()
    }
  })
})
