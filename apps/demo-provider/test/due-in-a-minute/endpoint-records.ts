/** A refresh request, as the token endpoint saw it. */
export interface EndpointRecord {
  readonly grant: number
  readonly arrivedMs: number
  /** `limited`: refused for the rate. `reused`: its refresh token was not the newest. */
  readonly answer: 'rotated' | 'reused' | 'limited'
}

/** Most requests within one second, as any provider would count them. */
export function mostInASecond(records: readonly EndpointRecord[]): number {
  const times = records.map(({ arrivedMs }) => arrivedMs).sort((a, b) => a - b)
  let first = 0
  let most = 0
  for (const [index, atMs] of times.entries()) {
    while ((times[first] ?? atMs) <= atMs - 1_000) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** The part that `isOwn` has of the requests, in each fifth of the time from the first to the last of whichever kind ends first. */
export function sharesWhileBothHaveWork(records: readonly EndpointRecord[], isOwn: (record: EndpointRecord) => boolean): readonly number[] {
  const sorted = records.toSorted((a, b) => a.arrivedMs - b.arrivedMs)
  const spanOf = (some: readonly EndpointRecord[]): readonly [number, number] => [some[0]?.arrivedMs ?? 0, some.at(-1)?.arrivedMs ?? 0]
  const spans = [spanOf(sorted.filter(isOwn)), spanOf(sorted.filter((record) => !isOwn(record)))]
  const fromMs = Math.max(...spans.map(([from]) => from))
  const fifthMs = (Math.min(...spans.map(([, to]) => to)) - fromMs) / 5
  return Array.from({ length: 5 }, (_, fifth) => {
    const within = sorted.filter(({ arrivedMs }) => Math.floor((arrivedMs - fromMs) / fifthMs) === fifth)
    return within.filter(isOwn).length / within.length
  })
}
