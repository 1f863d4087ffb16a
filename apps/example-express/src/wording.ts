/** 14:03:09 */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB')
}

/** 23 November, 14:03:09 */
export function dayAndTime(date: Date): string {
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })}, ${clockTime(date.getTime())}`
}

/** 3.1 MB */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** A stable word, as people read it: `not so` for `not_so`. */
export function words(code: string): string {
  return code.replaceAll('_', ' ')
}

/** As much of a fingerprint as tells two tokens apart. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 8)
}
