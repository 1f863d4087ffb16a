import { readdirSync } from 'node:fs'
import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.shared.ts'

const providers = readdirSync(new URL('src/providers/', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))

export default defineConfig(
  packageBuild({ index: 'src/index.ts', ...Object.fromEntries(providers.map((name) => [name, `src/providers/${name}.ts`])) }),
)
