import type { ResourceUri } from '@holdfast/vault-core'

/** Builds the resource that a permission is asked for. Whoever asks is told of ids that no resource can have. */
export type ResourceTemplate = (params: Readonly<Record<string, string>>) => ResourceUri

/**
 * Reads a template such as `Vault:Connections/{connectionId}`. Each name in braces becomes one segment, whatever characters the id holds:
 * a slash in it divides nothing, and a `*` is a character.
 */
export function compileResourceTemplate(template: string): ResourceTemplate {
  const parts = template.split('/')
  const names = parts.map((part) => /^\{(\w+)\}$/.exec(part)?.[1])
  return (params) => ({
    segments: parts.map((part, index) => {
      const name = names[index]
      return name === undefined ? part : (params[name] ?? '')
    }),
  })
}
