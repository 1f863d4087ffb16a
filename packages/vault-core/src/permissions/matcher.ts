import type { Action } from './action.js'
import type { ResourcePattern, SegmentPattern } from './resource-pattern.js'
import type { ResourceUri } from './resource-uri.js'

/** One action on one pattern of resources. */
export interface Grant {
  readonly action: Action
  readonly resource: ResourcePattern
}

/** All grants of one subject. */
export interface GrantMatcher {
  /** Whether some grant covers this action on this resource. No grant, no. */
  covers(action: Action, resource: ResourceUri): boolean
}

/**
 * Indexes the grants of one subject: a trie over the parts of the action, and at each granted action a trie over the
 * segments of the resource. A check walks down along what it asks for, so its cost depends on the length of the URI and
 * on how many of its places hold wildcards, and not on the number of grants.
 */
export function createGrantMatcher(grants: Iterable<Grant>): GrantMatcher {
  const root = newActionNode()
  for (const grant of grants) insertGrant(root, grant)
  return { covers: (action, resource) => actionCovers(root, action.parts, 0, resource.segments) }
}

interface ActionNode {
  readonly literals: Map<string, ActionNode>
  any: ActionNode | undefined
  /** What is granted for the action that ends here, and so for all below it. */
  resources: SegmentNode | undefined
}

interface SegmentNode {
  /** A pattern ends here: covered, with everything below. Then the node has no children. */
  granted: boolean
  readonly literals: Map<string, SegmentNode>
  any: SegmentNode | undefined
  parts: PartNode | undefined
}

/** A trie inside one segment, for patterns with `*` for a part. */
interface PartNode {
  readonly literals: Map<string, PartNode>
  any: PartNode | undefined
  /** Where to go on when the segment ends here. */
  next: SegmentNode | undefined
}

const newActionNode = (): ActionNode => ({ literals: new Map(), any: undefined, resources: undefined })
const newSegmentNode = (): SegmentNode => ({ granted: false, literals: new Map(), any: undefined, parts: undefined })
const newPartNode = (): PartNode => ({ literals: new Map(), any: undefined, next: undefined })

// --- Asking --------------------------------------------------------------------------------------------------------

function actionCovers(node: ActionNode, parts: readonly string[], at: number, segments: readonly string[]): boolean {
  if (node.resources && segmentCovers(node.resources, segments, 0)) return true
  const part = parts[at]
  if (part === undefined) return false
  const literal = node.literals.get(part)
  if (literal && actionCovers(literal, parts, at + 1, segments)) return true
  return node.any !== undefined && actionCovers(node.any, parts, at + 1, segments)
}

function segmentCovers(node: SegmentNode, segments: readonly string[], at: number): boolean {
  if (node.granted) return true
  const segment = segments[at]
  if (segment === undefined) return false
  // No pattern has a literal `*`, so a `*` that is asked for finds nothing here.
  const literal = node.literals.get(segment)
  if (literal && segmentCovers(literal, segments, at + 1)) return true
  if (node.any && segmentCovers(node.any, segments, at + 1)) return true
  return node.parts !== undefined && partCovers(node.parts, segment.split(':'), 0, segments, at + 1)
}

function partCovers(node: PartNode, parts: readonly string[], at: number, segments: readonly string[], nextSegment: number): boolean {
  const part = parts[at]
  if (part === undefined) return node.next !== undefined && segmentCovers(node.next, segments, nextSegment)
  const literal = node.literals.get(part)
  if (literal && partCovers(literal, parts, at + 1, segments, nextSegment)) return true
  return part !== '' && node.any !== undefined && partCovers(node.any, parts, at + 1, segments, nextSegment)
}

// --- Building ------------------------------------------------------------------------------------------------------

function insertGrant(root: ActionNode, grant: Grant): void {
  let action = root
  for (const part of grant.action.parts) {
    action = part === '*' ? (action.any ??= newActionNode()) : childOf(action.literals, part, newActionNode)
  }
  let node = (action.resources ??= newSegmentNode())
  for (const segment of grant.resource.segments) {
    if (node.granted) return
    node = segmentChild(node, segment)
  }
  node.granted = true
  node.literals.clear()
  node.any = undefined
  node.parts = undefined
}

function segmentChild(node: SegmentNode, segment: SegmentPattern): SegmentNode {
  if (segment.kind === 'any') return (node.any ??= newSegmentNode())
  if (segment.kind === 'literal') return childOf(node.literals, segment.text, newSegmentNode)
  let part = (node.parts ??= newPartNode())
  for (const text of segment.parts) {
    part = text === undefined ? (part.any ??= newPartNode()) : childOf(part.literals, text, newPartNode)
  }
  return (part.next ??= newSegmentNode())
}

function childOf<Node>(children: Map<string, Node>, key: string, create: () => Node): Node {
  const found = children.get(key)
  if (found !== undefined) return found
  const created = create()
  children.set(key, created)
  return created
}
