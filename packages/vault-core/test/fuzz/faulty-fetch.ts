import type { Scheduler } from '../simulation/scheduler.js'
import type { FuzzedAnswer, FuzzedBody } from './fuzzed-answer.js'

/** Bytes that the streams of one answer gave, and whether each came to an end that frees its connection. */
export interface BodyWatch {
  mostBytes: number
  open: number
  /** The largest piece, which may be one too many. */
  readonly pieceBytes: number
}

const FILLER = new Uint8Array(65_536).fill(0x20)
/** A reader without a bound comes to an end too, and is found out. */
const ENDLESS_BYTES = 4 * 1_048_576
const STATUSES_WITHOUT_BODY = [204, 205, 304]

/** Answers a request as the data says: a `fetch` that injects one fault. */
export async function giveAnswer(
  answer: FuzzedAnswer,
  time: Scheduler,
  watch: BodyWatch,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (answer.afterMs > 0) await new Promise<void>((resolve) => time.after(answer.afterMs, resolve))
  switch (answer.kind) {
    case 'response': {
      const { status, headers, body } = answer
      const response = new Response(bodyOf(status, body, time, watch), { status, headers })
      if (body.ending === 'read') response.body?.getReader()
      return response
    }
    case 'forged': {
      const response = new Response(bodyOf(200, answer.body, time, watch))
      if (answer.body.ending === 'read') response.body?.getReader()
      Object.defineProperties(response, { status: { value: answer.status }, type: { value: answer.type }, ok: { value: false } })
      return response
    }
    case 'no_response':
      return answer.value
    case 'failure':
      return Promise.reject(answer.reason)
    case 'silence':
      return new Promise((_resolve, reject) => {
        if (answer.heedsAbort) signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
  }
}

function bodyOf(status: number, body: FuzzedBody, time: Scheduler, watch: BodyWatch): BodyInit | null {
  if (STATUSES_WITHOUT_BODY.includes(status)) return null
  const { bytes, ending, pieceBytes, pauseMs } = body
  if (ending === 'read' || (ending === 'whole' && pieceBytes === undefined)) return bytes
  let given = 0
  let isOpen = true
  const end = (): void => {
    if (isOpen) watch.open -= 1
    isOpen = false
  }
  watch.open += 1
  const give = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | void => {
    const piece = given < bytes.length ? bytes.subarray(given, given + (pieceBytes ?? bytes.length)) : undefined
    const more = piece ?? (ending === 'endless' && given < ENDLESS_BYTES ? FILLER : undefined)
    if (more) {
      given += more.length
      watch.mostBytes = Math.max(watch.mostBytes, given)
      return controller.enqueue(more)
    }
    if (ending === 'stalls') return new Promise(() => undefined)
    end()
    if (ending === 'breaks')
      controller.error(new TypeError('terminated', { cause: new Error(new TextDecoder().decode(bytes.subarray(0, 2_000))) }))
    else controller.close()
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        pauseMs === 0
          ? give(controller)
          : new Promise<void>((resolve) => {
              time.after(pauseMs, () => {
                if (isOpen) void give(controller)
                resolve()
              })
            }),
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  return stream
}
