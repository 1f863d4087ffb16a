import { isVaultError, type ResourceUri, resourceUri } from '@holdfast/vault-core'

/** Builds the resource that a permission is asked for. Undefined for ids that no resource can have. */
export type ResourceTemplate = (params: Readonly<Record<string, string>>) => ResourceUri | undefined

/**
 * Reads a template such as `Vault:Connections/{connectionId}`. Each name in braces becomes one segment, whatever characters the id holds:
 * a slash in it divides nothing, and a `*` is a character.
 */
export function compileResourceTemplate(template: string): ResourceTemplate {
  const at = template.indexOf(':')
  const namespace = template.slice(0, Math.max(0, at))
  const parts = template.slice(at + 1).split('/')
  const names = parts.map((part) => /^\{(\w+)\}$/.exec(part)?.[1])
  return (params) => {
    const segments = parts.map((part, index) => {
      const name = names[index]
      return name === undefined ? part : (params[name] ?? '')
    })
    try {
      return resourceUri(namespace, segments)
    } catch (error) {
      if (isVaultError(error, 'invalid_request')) return undefined
      throw error
    }
  }
}
