import type { Provider } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import * as catalogue from '../src/index.js'
import { importAll, namesIn } from './fixtures/folders.js'

const files = await importAll<Readonly<Record<string, Provider>>>('../src/providers')

describe('the catalogue', () => {
  it.each(files)('%s: its file is named as its id, and exports it alone', (name, module) => {
    const [provider, ...others] = Object.values(module)
    expect(provider?.definition.providerId).toBe(name)
    expect(others).toEqual([])
  })

  it.each(files)('%s: the index exports it by the same name', (_name, module) => {
    for (const [exported, provider] of Object.entries(module)) expect(Reflect.get(catalogue, exported)).toBe(provider)
  })

  it('has an answer of each provider to test with', () => {
    expect(namesIn('shapes')).toEqual(files.map(([name]) => name))
  })

  it('exports nothing else, and has more than 120', () => {
    expect(Object.keys(catalogue)).toHaveLength(files.length)
    expect(files.length).toBeGreaterThanOrEqual(120)
  })

  it.each(files)('%s: names no place twice, and sends tokens where it says', (_name, module) => {
    for (const { definition } of Object.values(module)) {
      const origins = definition.apiOrigins ?? []
      expect(new Set(origins).size).toBe(origins.length)
      expect(definition.documentation).toMatch(/^https:\/\//)
    }
  })
})
