import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Certificate } from './certificates.ts'

/** In which the front tells the server behind it what certificate the client showed: base64 of its DER. */
export const CERTIFICATE_HEADER = 'x-client-certificate'

export interface TlsFront {
  readonly origin: string
  close(): void
}

/** What stands before an authorization server where clients show certificates: ends the TLS, and passes on what they showed. @param behind - Its URL. */
export async function startTlsFront(behind: () => string, { key, cert }: Certificate): Promise<TlsFront> {
  const server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false }, (incoming, outgoing) => {
    const shown = (incoming.socket as TLSSocket).getPeerCertificate().raw?.toString('base64')
    const { [CERTIFICATE_HEADER]: _forged, ...headers } = incoming.headers
    const { host } = new URL(behind())
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': headers.host }
    const onward = httpRequest(
      new URL(incoming.url ?? '/', behind()),
      { method: incoming.method, headers: { ...headers, host, ...forwarded, ...(shown !== undefined && { [CERTIFICATE_HEADER]: shown }) } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A `fetch` that shows a certificate, and trusts that of the server alone. */
export function fetchWithCertificate(client: Certificate, serverCertificate: string): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = await request.bytes()
    if (new URL(request.url).protocol !== 'https:') return fetch(input, init)
    const sent = httpsRequest(request.url, {
      ...client,
      ca: serverCertificate,
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), 'content-length': body.byteLength },
      agent: false,
    })
    sent.end(body)
    const [answer] = await once(sent, 'response')
    const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value].flat().map((each) => [name, String(each)] as [string, string]),
    )
    return new Response(answer.statusCode === 204 ? null : (Readable.toWeb(answer) as ReadableStream), {
      status: answer.statusCode,
      headers,
    })
  }
}
