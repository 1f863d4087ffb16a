import type { Action } from './action.js'
import type { ResourcePattern, SegmentPattern } from './resource-pattern.js'
import type { ResourceUri } from './resource-uri.js'

/** One action on one pattern of resources. */
export interface Grant {
  readonly action: Action
  readonly resource: ResourcePattern
  /** The access record that gives it. */
  readonly recordId?: string
}

/** All grants of one subject. */
export interface GrantMatcher {
  /** Whether some grant covers this action on this resource. No grant, no. */
  covers(action: Action, resource: ResourceUri): boolean
  /** A grant that covers it: of several, any. */
  find(action: Action, resource: ResourceUri): Grant | undefined
}

/**
 * Indexes the grants of one subject: a trie over the parts of the action, and at each granted action a trie over the
 * segments of the resource. A check walks down along what it asks for, so its cost depends on the length of the URI and
 * on how many of its places hold wildcards, and not on the number of grants.
 */
export function createGrantMatcher(grants: Iterable<Grant>): GrantMatcher {
  const root = newActionNode()
  for (const grant of grants) insertGrant(root, grant)
  const find: GrantMatcher['find'] = (action, resource) => findByAction(root, action.parts, 0, resource.segments)
  return { find, covers: (action, resource) => find(action, resource) !== undefined }
}

interface ActionNode {
  readonly literals: Map<string, ActionNode>
  any: ActionNode | undefined
  /** What is granted for the action that ends here, and so for all below it. */
  resources: SegmentNode | undefined
}

interface SegmentNode {
  /** Its pattern ends here: covered, with everything below. Then the node has no children. */
  grant: Grant | undefined
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
const newSegmentNode = (): SegmentNode => ({ grant: undefined, literals: new Map(), any: undefined, parts: undefined })
const newPartNode = (): PartNode => ({ literals: new Map(), any: undefined, next: undefined })

// --- Asking --------------------------------------------------------------------------------------------------------

function findByAction(node: ActionNode, parts: readonly string[], at: number, segments: readonly string[]): Grant | undefined {
  const here = node.resources && findBySegment(node.resources, segments, 0)
  const part = parts[at]
  if (here || part === undefined) return here
  const literal = node.literals.get(part)
  const found = literal && findByAction(literal, parts, at + 1, segments)
  return found ?? (node.any && findByAction(node.any, parts, at + 1, segments))
}

function findBySegment(node: SegmentNode, segments: readonly string[], at: number): Grant | undefined {
  if (node.grant) return node.grant
  const segment = segments[at]
  if (segment === undefined) return undefined
  // No pattern has a literal `*`, so a `*` that is asked for finds nothing here.
  const literal = node.literals.get(segment)
  const found = (literal && findBySegment(literal, segments, at + 1)) ?? (node.any && findBySegment(node.any, segments, at + 1))
  return found ?? (node.parts && findByPart(node.parts, segment.split(':'), 0, segments, at + 1))
}

function findByPart(
  node: PartNode,
  parts: readonly string[],
  at: number,
  segments: readonly string[],
  nextSegment: number,
): Grant | undefined {
  const part = parts[at]
  if (part === undefined) return node.next && findBySegment(node.next, segments, nextSegment)
  const literal = node.literals.get(part)
  const found = literal && findByPart(literal, parts, at + 1, segments, nextSegment)
  if (found || part === '') return found
  return node.any && findByPart(node.any, parts, at + 1, segments, nextSegment)
}

// --- Building ------------------------------------------------------------------------------------------------------

function insertGrant(root: ActionNode, grant: Grant): void {
  let action = root
  for (const part of grant.action.parts) {
    action = part === '*' ? (action.any ??= newActionNode()) : childOf(action.literals, part, newActionNode)
  }
  let node = (action.resources ??= newSegmentNode())
  for (const segment of grant.resource.segments) {
    if (node.grant) return
    node = segmentChild(node, segment)
  }
  node.grant = grant
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
