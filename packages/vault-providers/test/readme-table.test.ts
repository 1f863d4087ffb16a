import { readFileSync } from 'node:fs'
import type { ProviderDefinition } from '@holdfast/vault-core'
import { expect, it } from 'vitest'
import * as catalogue from '../src/index.js'
import { providerTable } from './fixtures/provider-table.js'

it('shows in its README what the definitions say (`vitest run -u test/readme-table.test.ts` writes it)', async () => {
  const providers = Object.entries(catalogue).map(([name, { definition }]): readonly [string, ProviderDefinition] => [name, definition])
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [head, tail] = [readme.split(START)[0], readme.split(END)[1]]
  await expect(`${head}${START}\n${providerTable(providers)}\n${END}${tail}`).toMatchFileSnapshot('../README.md')
})

const START = '<!-- providers -->'
const END = '<!-- /providers -->'
