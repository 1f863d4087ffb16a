import type { Request, Response } from 'express'

/** One row of a table that grows while one looks at it: texts by column, and how to colour it. */
export type FeedRow = Readonly<Record<string, string>> & { readonly tone: Tone }
export type Tone = 'good' | 'bad' | 'plain'

/** The newest rows, for pages, and those to come, for whoever listens. */
export interface Feed {
  add(row: FeedRow): void
  /** Newest first. */
  rows(): readonly FeedRow[]
  /** Figures about all rows so far, by name. */
  figures(): Readonly<Record<string, string>>
  /** Answers with server-sent events: one for each row from now on. */
  stream(request: Request, response: Response): void
  close(): void
}

const MAX_ROWS = 60
/** Proxies close connections on which nothing happens. */
const HEARTBEAT_MS = 15_000

/** @param figures - Computed anew for each row. */
export function createFeed(figures: () => Readonly<Record<string, string>> = () => ({})): Feed {
  const rows: FeedRow[] = []
  const listeners = new Set<Response>()
  return {
    add(row) {
      rows.unshift(row)
      rows.length = Math.min(rows.length, MAX_ROWS)
      const message = `data: ${JSON.stringify({ row, figures: figures() })}\n\n`
      for (const listener of listeners) listener.write(message)
    },
    rows: () => rows,
    figures,
    stream(_request, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      response.write(': open\n\n')
      const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
      listeners.add(response)
      response.on('close', () => {
        clearInterval(heartbeat)
        listeners.delete(response)
      })
    },
    close: () => listeners.forEach((listener) => void listener.end()),
  }
}
