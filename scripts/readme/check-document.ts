import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Block, readBlocks } from './blocks.ts'
import { composePrograms } from './programs.ts'
import { createProject } from './project.ts'
import { runProgram } from './run-program.ts'
import { shellProblems } from './shell.ts'
import { typeProblems } from './type-check.ts'

/**
 * Proves the code of a Markdown document, and returns what is wrong with it, each as `line: message`.
 *
 * - `ts` and `js` blocks are type-checked and run. Blocks build on each other in order; one that declares a name anew begins a new
 *   program. `title=app.ts` makes a block a file of its own, which others may import. `types-only` leaves out the run.
 *   A comment behind `console.log(…)` is what it must print.
 * - `sh` blocks: the scripts, packages and programs they name are there.
 * - `json` blocks are JSON. Anything else has to name its language: `text` for what is no code.
 *
 * Not shown to readers: `<!-- readme-test env NAME=value -->`, and `<!-- readme-test setup`, code, `-->`, a `ts` block at that place.
 *
 * @param file - Absolute path of the document.
 * @param root - The workspace: its packages are what the code imports.
 */
export async function checkDocument(file: string, root: string, text: string = readFileSync(file, 'utf8')): Promise<string[]> {
  const { blocks, env } = readBlocks(text)
  const code = blocks.filter(({ language }) => isCode(language))
  const rest = blocks.filter(({ language }) => !isCode(language)).flatMap((block) => otherProblems(block, dirname(file), root))
  return [...rest, ...(code.length > 0 ? await codeProblems(code, env, file, root) : [])]
}

async function codeProblems(blocks: readonly Block[], env: ReadonlyMap<string, string>, file: string, root: string): Promise<string[]> {
  const programs = composePrograms(blocks)
  const project = createProject({ programs, documentFolder: dirname(file), root })
  try {
    const untyped = typeProblems(programs, project.folder)
    if (untyped.length > 0) return untyped
    const problems: string[] = []
    for (const program of programs) {
      if (program.isRun) problems.push(...(await runProgram(program, { folder: project.folder, env })))
    }
    return problems
  } finally {
    project.remove()
  }
}

function otherProblems(block: Block, documentFolder: string, root: string): string[] {
  const { language, line, lines } = block
  if (['sh', 'bash', 'shell', 'console'].includes(language)) return shellProblems(block, documentFolder, root)
  if (language === '') return [`${line}: The block names no language; name it, \`text\` where it is no code.`]
  if (language !== 'json') return []
  try {
    JSON.parse(lines.join('\n'))
    return []
  } catch {
    return [`${line}: The block is no JSON.`]
  }
}

function isCode(language: string): boolean {
  return ['ts', 'typescript', 'js', 'javascript', 'mjs'].includes(language)
}
