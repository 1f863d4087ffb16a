import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ApiRequest extends Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  readonly text: string
}

/** A server on loopback that does as it is told, after it noted what it was sent. */
export async function apiThat(listener: RequestListener): Promise<{ readonly url: string; readonly requests: ApiRequest[] }> {
  const requests: ApiRequest[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const { method, url, headers } = request
    requests.push({ method, url, headers, text })
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests }
}
