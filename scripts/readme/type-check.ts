import { join } from 'node:path'
import ts from 'typescript'
import { workspaceRoot } from '../bootstrap/pins.mjs'
import type { Program } from './programs.ts'

/** What TypeScript has against the programs, under the workspace's own strict settings, each as `line: message`. */
export function typeProblems(programs: readonly Program[], folder: string): string[] {
  const byFile = new Map(programs.map((program) => [join(folder, program.fileName), program]))
  const compiled = ts.createProgram([...byFile.keys()], compilerOptions())
  return [...byFile].flatMap(([file, program]) => {
    const source = compiled.getSourceFile(file)
    const diagnostics = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)]
    return diagnostics.map(({ start = 0, messageText }) => {
      const index = source?.getLineAndCharacterOfPosition(start).line ?? 0
      return `${program.lines[index]?.line ?? 0}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

function compilerOptions(): ts.CompilerOptions {
  const configFile = join(workspaceRoot, 'tsconfig.base.json')
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, workspaceRoot, configFile)
  return { ...options, types: ['node'], isolatedDeclarations: false, declaration: false, noEmit: true }
}
