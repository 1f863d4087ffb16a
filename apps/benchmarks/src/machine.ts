import { availableParallelism, cpus, loadavg } from 'node:os'

/** What the figures were measured on. Load above the number of cores says that others were at work: then ratios count, and figures do not. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  return {
    node: process.version,
    openssl: process.versions.openssl ?? 'none',
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  }
}
