import type { ResourceUri } from '@holdfast/vault-core'

/** The longest text that is read as a resource again. */
const MAX_LENGTH = 2_048

/** A resource as text, each id encoded. Empty for ids that no resource can have. */
export function resourceText(resource: ResourceUri | undefined): string {
  const [first = '', ...ids] = resource?.segments ?? []
  return [first, ...ids.map((id) => encodeURIComponent(id.toWellFormed()))].join('/').slice(0, MAX_LENGTH)
}
