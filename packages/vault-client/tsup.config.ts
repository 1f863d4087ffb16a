import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.shared.ts'

export default defineConfig(packageBuild({ service: 'src/service/index.ts', browser: 'src/browser/index.ts' }))
