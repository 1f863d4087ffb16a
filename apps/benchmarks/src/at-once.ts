/** Works through the items, so many at a time, each as soon as there is room for it. */
export async function atOnce<T, R>(items: readonly T[], concurrency: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const waiting = items.values()
  const done: R[] = []
  const one = async (): Promise<void> => {
    for (const item of waiting) done.push(await work(item))
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  return done
}
