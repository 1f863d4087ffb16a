import { join } from 'node:path'
import { expect, it } from 'vitest'
import { workspaceRoot } from '../bootstrap/pins.mjs'
import { findImpurities } from '../boundaries/purity.ts'
import { readWorkspacePackages } from '../boundaries/workspace-packages.ts'

const folder = join(workspaceRoot, 'packages', 'vault-core')

const impure: ReadonlyArray<readonly [source: string, told: string]> = [
  ["import { readFileSync } from 'node:fs'\nexport const f = readFileSync", 'node:fs'],
  ["import type { Buffer } from 'buffer'\nexport type B = Buffer", 'buffer'],
  ["export const f = () => import('node:crypto')", 'node:crypto'],
  ["import * as jose from 'jose'\nexport const f = jose", 'jose'],
  ["export type { Store } from '@holdfast/vault-store-memory'", '@holdfast/vault-store-memory'],
  ["export type T = import('express').Request", 'express'],
  ['export const f = () => process.env', 'process'],
  ["export const f = () => Buffer.from('x')", 'Buffer'],
  ["export const f = require('x')", 'require'],
  ['export const f = () => Date.now()', 'Date.now'],
  ['export const f = Date.now', 'Date.now'],
  ["export const f = () => Date['now']()", 'Date.now'],
  ['const { now } = Date\nexport const f = now', 'Date.now'],
  ['const { now: read } = Date\nexport const f = read', 'Date.now'],
  ['const Clock = Date\nexport const f = () => Clock.now()', 'Date.now'],
  ['export const f = () => new Date()', 'new Date()'],
  ['export const f = () => Date()', 'Date()'],
  ['export const f = () => Math.random()', 'Math.random'],
  ['const { random } = Math\nexport const f = random', 'Math.random'],
  ['export const f = () => setTimeout(() => {}, 1)', 'setTimeout'],
  ['export const f = () => setInterval(() => {}, 1)', 'setInterval'],
  ['export const f = () => clearTimeout(1)', 'clearTimeout'],
  ['export const f = () => setImmediate(() => {})', 'setImmediate'],
  ['export const f = () => queueMicrotask(() => {})', 'queueMicrotask'],
  ['export const f = () => AbortSignal.timeout(5)', 'AbortSignal.timeout'],
  ['export const f = () => crypto.randomUUID()', 'crypto'],
  ['export const f = () => performance.now()', 'performance'],
  ["export const f = () => fetch('https://example.com')", 'fetch'],
  ['export const f = { fetch }', 'fetch'],
  ['export const f = (use = fetch) => use', 'fetch'],
  ["export const f = () => globalThis.fetch('https://example.com')", 'globalThis'],
  ["export const f = () => globalThis['crypto']", 'globalThis'],
  ['export const f = () => self.crypto', 'self'],
  ['const { fetch } = globalThis\nexport const f = fetch', 'fetch'],
  ['export const f = (name: string) => Reflect.get(globalThis, name)', 'globalThis'],
  ['export class F extends WebSocket {}', 'WebSocket'],
]

const pure = [
  'export const f = (ms: number) => new Date(ms)',
  "export const f = () => new Date('2026-01-01T00:00:00Z').toISOString()",
  'export const f = (runtime: { fetch: typeof globalThis.fetch }) => runtime.fetch("https://example.com")',
  'export const f = ({ fetch }: { fetch: () => void }) => fetch()',
  'export const f = (clock: { now(): number }) => clock.now()',
  'export const f = (crypto: number, process: string) => [crypto, process]',
  'export const f = { fetch: 1, crypto: 2, process: 3 }',
  'export interface Given { readonly fetch?: typeof fetch; readonly performance: Performance }',
  'export const f = () => Math.max(1, 2) + new TextEncoder().encode("x").length',
  'export const f = () => new AbortController().signal',
  "import { chacha20poly1305 } from '@noble/ciphers/chacha.js'\nimport * as oauth from 'oauth4webapi'\nexport const f = [chacha20poly1305, oauth]",
]

const fixture = (kind: string, index: number): string => join(folder, 'src', 'fixtures', `${kind}-${index}.ts`)
const seam = join(folder, 'src', 'runtime.ts')
const texts = new Map([
  ...impure.map(([source], index) => [fixture('impure', index), source] as const),
  ...pure.map((source, index) => [fixture('pure', index), source] as const),
  [seam, 'export const now = () => Date.now() + performance.now()'] as const,
])
const violations = findImpurities([...texts.keys()], folder, texts)

it.each(impure.map(([source, told], index) => [source, told, index] as const))('refuses %j and names %s', (_source, told, index) => {
  const messages = violations.filter(({ file }) => file === fixture('impure', index)).map(({ message }) => message)
  expect(messages.join('\n')).toMatch(new RegExp(`(?:imports|uses) ${told.replaceAll(/[.()]/g, '\\$&')}[ ;]`))
})

it.each(pure.map((source, index) => [source, index] as const))('accepts %j', (_source, index) => {
  expect(violations.filter(({ file }) => file === fixture('pure', index))).toEqual([])
})

it('tells the line', () => {
  const text = '// one\n// two\nexport const f = () => Math.random()\n'
  const file = fixture('line', 0)
  expect(findImpurities([file], folder, new Map([[file, text]]))).toMatchObject([{ file, line: 3 }])
})

it('leaves the runtime seam alone, and only there', () => {
  expect(violations.filter(({ file }) => file === seam)).toEqual([])
  const impostor = join(folder, 'src', 'oauth', 'runtime.ts')
  expect(findImpurities([impostor], folder, new Map([[impostor, 'export const f = () => Date.now()']]))).toHaveLength(1)
})

it('finds vault-core as it stands pure', () => {
  const core = readWorkspacePackages(workspaceRoot).find(({ name }) => name === '@holdfast/vault-core')
  expect(core?.sources.length).toBeGreaterThan(10)
  expect(findImpurities(core?.sources ?? [], folder)).toEqual([])
})
