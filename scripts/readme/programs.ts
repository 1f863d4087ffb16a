import ts from 'typescript'
import type { Block } from './blocks.ts'

/** One file made of one or more blocks. */
export interface Program {
  /** `app.ts`, or made of the line where it begins. */
  readonly fileName: string
  readonly isRun: boolean
  readonly lines: readonly ProgramLine[]
}

export interface ProgramLine {
  readonly text: string
  /** The document's line that it stands on, from 1. */
  readonly line: number
}

interface Draft {
  readonly fileName: string
  isRun: boolean
  readonly imports: ProgramLine[]
  readonly body: ProgramLine[]
  /** Every name at the top level: of an import `specifier#imported`, of a declaration an empty text. */
  readonly names: Map<string, string>
}

/**
 * Joins the blocks that build on each other. An import that is there already is left out; a block that declares a taken name begins a
 * new program, and so does one with a title.
 */
export function composePrograms(blocks: readonly Block[]): Program[] {
  const drafts: Draft[] = []
  let current: Draft | undefined
  for (const block of blocks) {
    const title = block.attributes.get('title')
    const parts = readParts(block)
    if (title) {
      drafts.push(append(newDraft(title), parts, block))
      continue
    }
    if (!current || clashes(current, parts)) {
      current = newDraft(`line-${block.line}.ts`)
      drafts.push(current)
    }
    append(current, parts, block)
  }
  return drafts.map(({ fileName, isRun, imports, body }) => ({
    fileName,
    isRun,
    lines: [...imports, ...body, { text: 'export {}', line: 0 }],
  }))
}

interface Parts {
  readonly imports: readonly { readonly text: string; readonly line: number; readonly names: ReadonlyMap<string, string> }[]
  readonly body: readonly ProgramLine[]
  readonly declared: readonly string[]
}

function newDraft(fileName: string): Draft {
  return { fileName, isRun: true, imports: [], body: [], names: new Map() }
}

function clashes(draft: Draft, parts: Parts): boolean {
  const isTaken = parts.declared.some((name) => draft.names.has(name))
  return isTaken || parts.imports.some(({ names }) => [...names].some(([name, origin]) => (draft.names.get(name) ?? origin) !== origin))
}

function append(draft: Draft, parts: Parts, block: Block): Draft {
  for (const { text, line, names } of parts.imports) {
    const isThere = names.size > 0 && [...names.keys()].every((name) => draft.names.has(name))
    if (isThere) continue
    const fresh = [...names].filter(([name]) => !draft.names.has(name))
    draft.imports.push({ text: fresh.length === names.size ? text : namedImport(fresh), line })
    for (const [name, origin] of fresh) draft.names.set(name, origin)
  }
  for (const name of parts.declared) draft.names.set(name, '')
  draft.body.push(...parts.body)
  if (block.attributes.has('types-only')) draft.isRun = false
  return draft
}

/** Some of an import's names again, each by itself: its `type` keyword does not matter to names that TypeScript can tell apart. */
function namedImport(names: readonly (readonly [string, string])[]): string {
  const [, origin = ''] = names[0] ?? []
  const [specifier = ''] = origin.split('#')
  const clauses = names.map(([name, from]) => {
    const imported = from.slice(from.indexOf('#') + 1)
    return imported === name ? name : `${imported} as ${name}`
  })
  return `import { ${clauses.join(', ')} } from '${specifier}'`
}

function readParts(block: Block): Parts {
  const text = block.lines.join('\n')
  const source = ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest, true)
  const lineOf = (node: ts.Node): number => block.line + source.getLineAndCharacterOfPosition(node.getStart()).line
  const statements = source.statements.filter(ts.isImportDeclaration)
  const imports = statements.map((statement) => ({
    text: statement.getText().replaceAll(/\s*\n\s*/g, ' '),
    line: lineOf(statement),
    names: importedNames(statement),
  }))
  const rest = statements.reduce((remaining, statement) => blank(remaining, statement.getStart(), statement.getEnd()), text)
  const body = rest.split('\n').map((line, index) => ({ text: line, line: block.line + index }))
  return { imports, body, declared: source.statements.flatMap(declaredNames) }
}

function importedNames({ importClause, moduleSpecifier }: ts.ImportDeclaration): ReadonlyMap<string, string> {
  const specifier = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
  const names = new Map<string, string>()
  if (importClause?.name) names.set(importClause.name.text, `${specifier}#default`)
  const bindings = importClause?.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) names.set(bindings.name.text, `${specifier}#*`)
  if (bindings && ts.isNamedImports(bindings)) {
    for (const { name, propertyName } of bindings.elements) names.set(name.text, `${specifier}#${(propertyName ?? name).text}`)
  }
  return names
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)
  if (isNamed || ts.isTypeAliasDeclaration(statement)) return statement.name ? [statement.name.text] : []
  return []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

function blank(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, ' ') + text.slice(to)
}
