import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { onTestFinished } from 'vitest'

/** A server on loopback that does as it is told. */
export async function serverThat(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly port: number; readonly url: string }> {
  const server = createServer(listener)
  await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}` }
}

async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

/** A moment that a test waits for. */
export function moment<T = void>(): { readonly comes: Promise<T>; readonly come: (value: T) => void } {
  let come: (value: T) => void = () => undefined
  const comes = new Promise<T>((resolve) => {
    come = resolve
  })
  return { comes, come: (value) => come(value) }
}

export const CHUNK_BYTES = 65_536
/** Of the `index`th piece of a large body each byte says which piece it is. */
export const chunkOf = (index: number): Uint8Array<ArrayBuffer> => new Uint8Array(CHUNK_BYTES).fill(index % 251)

/** Checks a large body as it comes in, piece by piece, and holds none of it. */
export function countedBody(): { add(bytes: Uint8Array): void; readonly length: number } {
  let length = 0
  return {
    add(bytes) {
      for (let offset = 0; offset < bytes.length; ) {
        const expected = Math.floor(length / CHUNK_BYTES) % 251
        const end = Math.min(bytes.length, offset + CHUNK_BYTES - (length % CHUNK_BYTES))
        for (let index = offset; index < end; index += 4_096) {
          if (bytes[index] !== expected) throw new Error(`Byte ${length + index - offset} is wrong.`)
        }
        length += end - offset
        offset = end
      }
    },
    get length() {
      return length
    },
  }
}

/** Writes a large body, never more than the reader takes. */
export async function writeLargeBody(response: ServerResponse, chunks: number, written: (bytes: number) => void): Promise<void> {
  function* pieces(): Generator<Uint8Array> {
    for (let index = 0; index < chunks; index += 1) {
      written((index + 1) * CHUNK_BYTES)
      yield chunkOf(index)
    }
  }
  // A reader who goes away is what some tests are about.
  await pipeline(Readable.from(pieces(), { highWaterMark: 1 }), response).catch(() => undefined)
}
