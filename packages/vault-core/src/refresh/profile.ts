import type { RotationProfile } from '../model/connection.js'

/** The times of one refresh, in milliseconds. */
export interface RefreshTiming {
  /** How long a claim holds without renewal. */
  readonly leaseMs: number
  /** How often the holder renews it. */
  readonly renewEveryMs: number
  /** How long the request may run. Its answer is harvested until then, whoever still waits. */
  readonly requestCapMs: number
  /** How long after sending a request of unknown outcome nobody else may send. */
  readonly takeOverSentAfterMs: number
}

/**
 * Times by rotation profile. With `strict` an aborted request destroys the grant, so it may run long, and nobody sends
 * again before it surely ended; with `grace` the old refresh token works for some seconds, so a quick second try saves the grant.
 */
export function refreshTiming(rotation: RotationProfile): RefreshTiming {
  switch (rotation.kind) {
    case 'strict':
      return { leaseMs: 45_000, renewEveryMs: 10_000, requestCapMs: 120_000, takeOverSentAfterMs: 120_000 }
    case 'grace': {
      // Lease, sweep and a second request have to fit into the grace: a quarter for the lease, a third for the request.
      const graceMs = rotation.seconds * 1000
      const leaseMs = Math.round(Math.min(15_000, Math.max(5_000, graceMs / 4)))
      return {
        leaseMs,
        renewEveryMs: Math.round(leaseMs / 3.75),
        requestCapMs: Math.round(Math.min(20_000, Math.max(1_000, graceMs / 3))),
        takeOverSentAfterMs: 0,
      }
    }
    case 'none':
      return { leaseMs: 15_000, renewEveryMs: 4_000, requestCapMs: 20_000, takeOverSentAfterMs: 0 }
  }
}
