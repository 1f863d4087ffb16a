/** What waits, a line for each connection. Connections take turns, whoever came first. */
export interface DueQueue<Item> {
  add(connectionId: string, item: Item): void
  /** The next item of the connection whose turn it is, of those that may go. One that may not keeps its turn. */
  next(mayGo: (connectionId: string, first: Item) => boolean): Item | undefined
  waiting(connectionId: string): number
  readonly size: number
  connectionIds(): Iterable<string>
  /** Takes everything out. */
  clear(): readonly Item[]
}

export function createDueQueue<Item>(): DueQueue<Item> {
  /** In the order of their turns; none of them is empty. */
  const lines = new Map<string, Item[]>()
  let size = 0
  return {
    add(connectionId, item) {
      const line = lines.get(connectionId)
      if (line) line.push(item)
      else lines.set(connectionId, [item])
      size += 1
    },
    next(mayGo) {
      for (const [connectionId, line] of lines) {
        const [item] = line
        if (item === undefined || !mayGo(connectionId, item)) continue
        line.shift()
        // Behind all others.
        lines.delete(connectionId)
        if (line.length > 0) lines.set(connectionId, line)
        size -= 1
        return item
      }
      return undefined
    },
    waiting: (connectionId) => lines.get(connectionId)?.length ?? 0,
    get size() {
      return size
    },
    connectionIds: () => lines.keys(),
    clear() {
      const all = [...lines.values()].flat()
      lines.clear()
      size = 0
      return all
    },
  }
}
