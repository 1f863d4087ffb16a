import type { GrantText } from './allows.js'

/**
 * The rules once more, written from their sentences and as plainly as can be: a grant becomes a regular expression over
 * the checked URI's text, and an action becomes the list of all actions that imply it. Shares no code with the vault.
 */
export function oracleAllows(grants: readonly GrantText[], action: string, uri: string): boolean {
  const text = canonicalSegments(uri).join('/')
  const implying = actionsThatImply(action)
  return grants.some((grant) => implying.has(grant.action.toLowerCase()) && expressionFor(grant.resourceUri).test(text))
}

function expressionFor(grantUri: string): RegExp {
  const segments = canonicalSegments(grantUri)
  const sources = segments.map((segment, index) => {
    const isLast = index === segments.length - 1
    if (segment === '*') return isLast ? '[^/]+(?:/[^/]+)*' : '[^/]+'
    return segment
      .split(':')
      .map((part) => (part === '*' ? '[^/:]+' : escapeForExpression(part)))
      .join(':')
  })
  // A grant on a resource covers every resource below it.
  return new RegExp(`^${sources.join('/')}(?:/.*)?$`, 's')
}

/** Each segment decoded once, and written again in the one way that leaves no slash in it. */
function canonicalSegments(uri: string): string[] {
  const bare = uri.slice(uri.startsWith('/') ? 1 : 0, uri.endsWith('/') ? -1 : undefined)
  return bare.split('/').map((segment, index) => {
    const written = encodeURIComponent(decodeURIComponent(segment)).replaceAll('%3A', ':')
    return index === 0 ? written.replace(/^Authress:/, 'Vault:') : written
  })
}

function actionsThatImply(action: string): Set<string> {
  const parts = action.toLowerCase().split(':')
  if (parts.at(-1) === '*') parts.pop()
  let spelled: string[][] = [[]]
  const implying = new Set(['*'])
  for (const part of parts) {
    spelled = spelled.flatMap((before) => [
      [...before, part],
      [...before, '*'],
    ])
    for (const one of spelled) {
      // A last `*` says no more than the parent does, so `a` and `a:*` both stand here; `*` at the end of another `*` is one level more.
      implying.add([...one, '*'].join(':'))
      if (one.at(-1) !== '*') implying.add(one.join(':'))
    }
  }
  return implying
}

function escapeForExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
