import { z } from 'zod'

/** A field that only answers set. A body may carry it, so that what was read can be sent back; nothing is done with it. */
export const readOnly: z.ZodOptional<z.ZodUnknown> = z.unknown().optional().meta({ readOnly: true })

/** Names with short texts, for the caller's own use. */
export const tags: z.ZodExactOptional<z.ZodRecord<z.ZodString, z.ZodString>> = z.record(z.string(), z.string()).exactOptional()

/**
 * A field of the protocol that the vault does not implement. It may stand there with its neutral value, as clients that send whole
 * objects do: null, false, empty, or one of `defaults`. Anything else is refused, since whoever sets it relies on what it does.
 */
export function unsupported(...defaults: readonly string[]): z.ZodOptional<z.ZodUnknown> {
  return z
    .unknown()
    .optional()
    .refine((value) => isNeutral(value, defaults), { error: 'is not supported by the vault; leave it out' })
    .meta({ description: 'Not supported. Accepted as null, false or empty.' })
}

function isNeutral(value: unknown, defaults: readonly string[]): boolean {
  if (value === undefined || value === null || value === false || value === '') return true
  if (typeof value === 'string') return defaults.includes(value)
  return typeof value === 'object' && Object.values(value).every((part) => isNeutral(part, defaults))
}
