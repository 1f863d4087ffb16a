import type { Holding } from './holding.js'
import { createGrantMatcher } from './matcher.js'
import { parseResourcePattern, type ResourcePattern, type SegmentPattern } from './resource-pattern.js'
import { normaliseNamespace, type ResourceUri } from './resource-uri.js'
import type { RolePermission } from './role.js'

/** What the subject may do with this very resource: one entry an action, in the order of the actions, the flags of all roles joined. */
export function permissionsOn(holdings: Iterable<Holding>, resource: ResourceUri): readonly RolePermission[] {
  const byAction = new Map<string, RolePermission>()
  for (const { permission, resourceUri } of holdings) {
    if (!coversResource(parseResourcePattern(resourceUri), resource)) continue
    const action = permission.action.toLowerCase()
    const before = byAction.get(action)
    byAction.set(action, {
      action,
      allow: permission.allow || (before?.allow ?? false),
      grant: permission.grant || (before?.grant ?? false),
      delegate: permission.delegate || (before?.delegate ?? false),
    })
  }
  return [...byAction.values()].sort((a, b) => (a.action < b.action ? -1 : 1))
}

/** The roles given on exactly this resource; what comes from one above it, or through a wildcard, is not among them. */
export function rolesOn(holdings: Iterable<Holding>, resource: ResourceUri): readonly string[] {
  const roleIds = new Set<string>()
  for (const { roleId, resourceUri } of holdings) {
    const { segments } = parseResourcePattern(resourceUri)
    const isSame =
      segments.length === resource.segments.length && segments.every((segment, at) => textOf(segment) === resource.segments[at])
    if (isSame) roleIds.add(roleId)
  }
  return [...roleIds].sort()
}

/** What is below a collection, as far as grants name it. */
export interface BelowCollection {
  /** A grant covers everything below. */
  readonly everything: boolean
  /** Resource URIs, in order, without leading slash. With `*` where a grant has it. */
  readonly resourceUris: readonly string[]
}

/**
 * The resources below `collection` that these holdings are about. `nested`: all depths; else those directly below it.
 *
 * @param collection - Segments of the collection; none for everything there is.
 */
export function resourcesBelow(holdings: Iterable<Holding>, collection: readonly string[], nested: boolean): BelowCollection {
  let everything = false
  const resourceUris = new Set<string>()
  for (const { resourceUri } of holdings) {
    const rest = restBelow(parseResourcePattern(resourceUri), collection)
    if (rest === undefined) continue
    if (rest.length === 0 || (rest.length === 1 && rest[0]?.kind === 'any')) {
      everything = true
      resourceUris.add([...collection.map(encodeSegment), '*'].join('/'))
    } else if (nested || rest.length === 1) {
      resourceUris.add([...collection.map(encodeSegment), ...rest.map(patternText)].join('/'))
    }
  }
  return { everything, resourceUris: [...resourceUris].sort() }
}

/** The segments of a pattern below the collection; none when it covers the whole of it; undefined when it is about something else. */
function restBelow({ segments }: ResourcePattern, collection: readonly string[]): readonly SegmentPattern[] | undefined {
  const above = segments.slice(0, collection.length)
  if (!coversResource({ segments: above }, { segments: collection })) return undefined
  return segments.slice(collection.length)
}

function coversResource(resource: ResourcePattern, asked: ResourceUri): boolean {
  return createGrantMatcher([{ action: { parts: [] }, resource }]).covers({ parts: [] }, asked)
}

/** The text of a segment of a pattern, decoded, wildcards as they are. */
function textOf(segment: SegmentPattern): string {
  if (segment.kind === 'any') return '*'
  if (segment.kind === 'literal') return segment.text
  return normaliseNamespace(segment.parts.map((part) => part ?? '*').join(':'))
}

function patternText(segment: SegmentPattern): string {
  if (segment.kind === 'any') return '*'
  if (segment.kind === 'literal') return encodeSegment(segment.text)
  return segment.parts.map((part) => (part === undefined ? '*' : encodeSegment(part))).join(':')
}

/** As {@link parseResourcePattern} reads it back: what could be taken for grammar is escaped, and what is plain in the field is not. */
function encodeSegment(text: string): string {
  const plain = text.split(':').includes('') ? /%(40|7C|2B|3D)/g : /%(3A|40|7C|2B|3D)/g
  return encodeURIComponent(text)
    .replace(plain, (percent) => decodeURIComponent(percent))
    .replace(/^\*$/, '%2A')
}
