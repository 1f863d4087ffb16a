/** Deepest nesting of lists and objects. */
const MAX_DEPTH = 32
/** Most values of all kinds. The largest access record has about half as many. */
const MAX_VALUES = 20_000

/** What is wrong with a parsed JSON value before anybody looks into it, or undefined. Nothing of the value is repeated. */
export function jsonShapeProblem(value: unknown): string | undefined {
  // A list of our own: the call stack could not hold what a hostile body nests.
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }]
  let values = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    values += 1
    if (values + waiting.length > MAX_VALUES) return `must have at most ${MAX_VALUES} values`
    const problem = textProblem(next.value) ?? (isContainer(next.value) ? containerProblem(next.value, next.depth) : undefined)
    if (problem !== undefined) return problem
    if (!isContainer(next.value)) continue
    for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: next.depth + 1 })
  }
  return undefined
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function textProblem(value: unknown): string | undefined {
  return typeof value === 'string' && !value.isWellFormed() ? 'must be well-formed Unicode throughout' : undefined
}

function containerProblem(value: object, depth: number): string | undefined {
  if (depth >= MAX_DEPTH) return `must be nested at most ${MAX_DEPTH} deep`
  if (Array.isArray(value)) return undefined
  for (const name of Object.keys(value)) {
    if (name === '__proto__' || !name.isWellFormed()) return 'must not have a field of such a name'
  }
  // Code that copies fields deep would write to the prototype of all objects by way of these two.
  const { constructor: maker } = Object.hasOwn(value, 'constructor') ? value : { constructor: undefined }
  return isContainer(maker) && Object.hasOwn(maker, 'prototype') ? 'must not have a field of such a name' : undefined
}
