/** Tells the parent how long this process has lived, the processor time of all its threads until now, and the memory it takes. */
export function told(): void {
  const ms = performance.now()
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1e3, rssMb: process.memoryUsage.rss() / 1e6 }))
}
