// Part of `npm run lint`: vault-core stays pure, packages import downwards only, no package has import cycles, and no secret is compared
// by its text.
import { relative } from 'node:path'
import { workspaceRoot } from './bootstrap/pins.mjs'
import { findFloorViolations } from './boundaries/floors.ts'
import { findImportCycles } from './boundaries/import-cycles.ts'
import { findImpurities } from './boundaries/purity.ts'
import { findSecretComparisons } from './boundaries/secret-comparisons.ts'
import type { Violation } from './boundaries/violation.ts'
import { readWorkspacePackages } from './boundaries/workspace-packages.ts'

const packages = readWorkspacePackages(workspaceRoot)
const core = packages.find((candidate) => candidate.name === '@holdfast/vault-core')
const violations: Violation[] = [
  ...(core ? findImpurities(core.sources, core.folder) : []),
  ...findFloorViolations(packages),
  ...packages.flatMap((each) => findImportCycles(each.sources)),
  ...packages.flatMap((each) => findSecretComparisons(each.sources)),
]

for (const { file, line, message } of violations) console.error(`${relative(workspaceRoot, file)}:${line} ${message}`)
console.log(`Boundaries: ${packages.length} packages checked, ${violations.length} violations.`)
process.exitCode = violations.length > 0 ? 1 : 0
