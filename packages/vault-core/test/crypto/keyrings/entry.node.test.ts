import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../../../src')

it('the main entry carries no adapter of a key service: who does not use one does not pay for it', () => {
  const reached = filesFrom(join(source, 'index.ts'))
  expect(reached).toContain('crypto/local-keyring.ts')
  expect(reached.filter((file) => file.startsWith('crypto/keyrings/'))).toEqual([])
})

it.each(['aws-kms', 'google-cloud-kms', 'vault-transit'])('%s carries no other adapter', (name) => {
  const reached = filesFrom(join(source, 'crypto/keyrings', `${name}.ts`))
  const adapters = reached.filter((file) => /keyrings\/(aws-kms|google-cloud-kms|vault-transit)\.ts$/.test(file))
  expect(adapters).toEqual([`crypto/keyrings/${name}.ts`])
  expect(reached).not.toContain('vault.ts')
})

/** All that an entry imports, and what that imports, below `src`. */
function filesFrom(entry: string, seen: Set<string> = new Set()): string[] {
  seen.add(entry)
  for (const [, specifier = ''] of readFileSync(entry, 'utf8').matchAll(/from '(\.[^']+)\.js'/g)) {
    const file = join(dirname(entry), `${specifier}.ts`)
    if (!seen.has(file)) filesFrom(file, seen)
  }
  return [...seen].map((file) => relative(source, file).replaceAll('\\', '/'))
}
