import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import ts from 'typescript'

export interface Import {
  readonly specifier: string
  readonly line: number
}

/** Every module that a source names: imports, type imports, re-exports, `import()`, `import('x').T` and `require('x')`. */
export function importsOf(file: string, text: string = readFileSync(file, 'utf8')): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier) found.push({ specifier: specifier.text, line: source.getLineAndCharacterOfPosition(specifier.getStart()).line + 1 })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `@scope/name/sub` and `name/sub` without what follows the package's name; undefined for a relative or `node:` specifier. */
export function packageNameOf(specifier: string): string | undefined {
  if (isRelative(specifier) || isNodeModule(specifier)) return undefined
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith('.') || specifier.startsWith('/')
}

export function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier)
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined
  if (ts.isExternalModuleReference(node)) return literal(node.expression)
  if (!ts.isCallExpression(node)) return undefined
  const { expression } = node
  const loads = expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  return loads ? literal(node.arguments[0]) : undefined
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node && ts.isStringLiteralLike(node) ? node : undefined
}
