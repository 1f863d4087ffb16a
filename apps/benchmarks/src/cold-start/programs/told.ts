/** Tells the parent how long this process has lived, and what it takes. */
export function told(): void {
  console.log(JSON.stringify({ ms: performance.now(), rssMb: process.memoryUsage.rss() / 1e6 }))
}
