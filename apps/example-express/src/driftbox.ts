import type { DemoProvider } from '@holdfast/demo-provider'

/** What the provider's API answered. */
export interface FilesAnswer {
  readonly owner: string
  readonly files: readonly DriftboxFile[]
  readonly atMs: number
  readonly tookMs: number
}

export interface DriftboxFile {
  readonly name: string
  readonly kind: string
  /** Bytes. */
  readonly size: number
}

/** The API refused, with this status. 401: it does not accept the token, whatever its expiry. */
export class DriftboxRefusal extends Error {
  override readonly name = 'DriftboxRefusal'
  readonly status: number

  constructor(status: number) {
    super(`Driftbox answered ${status}.`)
    this.status = status
  }
}

/** @throws {DriftboxRefusal} for every other answer than the list. */
export async function readFiles({ apiUrl }: Pick<DemoProvider, 'apiUrl'>, accessToken: string): Promise<FilesAnswer> {
  const begun = performance.now()
  const response = await fetch(new URL('files', apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })
  if (!response.ok) throw new DriftboxRefusal(response.status)
  const { owner, files } = parseAnswer(await response.json())
  return { owner, files, atMs: Date.now(), tookMs: performance.now() - begun }
}

function parseAnswer(json: unknown): Pick<FilesAnswer, 'owner' | 'files'> {
  const answer = fieldsOf(json)
  const files = Array.isArray(answer.files) ? answer.files : []
  return {
    owner: String(answer.owner ?? ''),
    files: files.map(fieldsOf).map(({ name, kind, size }) => ({ name: String(name), kind: String(kind), size: Number(size) })),
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
