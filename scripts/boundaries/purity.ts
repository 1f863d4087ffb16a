import { join, relative } from 'node:path'
import ts from 'typescript'
import { importsOf, isNodeModule, isRelative, packageNameOf } from './imports.ts'
import { allowedPackages, forbiddenGlobals, forbiddenMembers, runtimeSeam } from './purity-rules.ts'
import type { Violation } from './violation.ts'

/**
 * Where vault-core touches the world by itself: a `node:` import, a package it may not depend on, or a clock, timer, random source,
 * network or process of its own. All but its own runtime seam is checked.
 *
 * Names are resolved by TypeScript, so a parameter named `fetch` is nobody's business, and `globalThis.fetch` or `const { now } = Date`
 * hide nothing.
 *
 * @param files - Absolute paths of its sources.
 * @param folder - The package's folder.
 * @param texts - Texts that stand in for files on disk.
 */
export function findImpurities(files: readonly string[], folder: string, texts: ReadonlyMap<string, string> = new Map()): Violation[] {
  const program = createProgram(files, texts)
  const checker = program.getTypeChecker()
  const checked = files.filter((file) => relative(folder, file) !== runtimeSeam)
  return checked.flatMap((file) => {
    const source = program.getSourceFile(file)
    if (!source) throw new Error(`TypeScript did not load ${file}.`)
    return [...impureImports(file, source.text), ...impureUses(file, source, checker)]
  })
}

function createProgram(files: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@holdfast/source'],
    types: [],
    noEmit: true,
    strict: true,
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (file) => texts.get(file) ?? readFile(file)
  host.fileExists = (file) => texts.has(file) || fileExists(file)
  const getSourceFile = host.getSourceFile
  host.getSourceFile = (file, languageOptions, ...rest) => {
    const text = texts.get(file)
    return text === undefined ? getSourceFile(file, languageOptions, ...rest) : ts.createSourceFile(file, text, languageOptions, true)
  }
  return ts.createProgram([...files], options, host)
}

function impureImports(file: string, text: string): Violation[] {
  return importsOf(file, text).flatMap(({ specifier, line }) => {
    if (isNodeModule(specifier)) return [{ file, line, message: `vault-core imports ${specifier}; it must run where there is no Node.` }]
    const name = packageNameOf(specifier)
    if (isRelative(specifier) || !name || allowedPackages.includes(name)) return []
    return [{ file, line, message: `vault-core imports ${name}; it may depend on ${allowedPackages.join(', ')} only.` }]
  })
}

function impureUses(file: string, source: ts.SourceFile, checker: ts.TypeChecker): Violation[] {
  const violations: Violation[] = []
  const report = (node: ts.Node, name: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    violations.push({ file, line, message: `vault-core uses ${name} directly; take it from Runtime (${runtimeSeam}).` })
  }
  const visit = (node: ts.Node): void => {
    const onlyType = ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)
    if (onlyType || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    const name = impureName(node, checker)
    if (name) report(node, name)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return violations
}

function impureName(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  if (ts.isNewExpression(node) && (node.arguments?.length ?? 0) === 0 && isGlobal(node.expression, 'Date', checker)) return 'new Date()'
  if (ts.isCallExpression(node) && isGlobal(node.expression, 'Date', checker)) return 'Date()'
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return impureSymbol(checker.getSymbolAtLocation(node.argumentExpression), node.argumentExpression.text)
  }
  if (ts.isBindingElement(node)) return impureBinding(node, checker)
  if (!ts.isIdentifier(node) || isName(node)) return undefined
  const isShorthand = ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node
  const symbol = isShorthand ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node)
  return impureSymbol(symbol, node.text)
}

/** `const { now: read } = Date`: the property is looked up in the type of what is taken apart. */
function impureBinding(node: ts.BindingElement, checker: ts.TypeChecker): string | undefined {
  const key = node.propertyName ?? node.name
  if (!ts.isIdentifier(key) && !ts.isStringLiteralLike(key)) return undefined
  return impureSymbol(checker.getTypeAtLocation(node.parent).getProperty(key.text), key.text)
}

/** A name being given, not a use: `fetch: …` in a literal, a parameter, a declared variable. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAssignment(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return true
  return (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent)) && parent.name === node
}

function impureSymbol(symbol: ts.Symbol | undefined, text: string): string | undefined {
  if (!symbol?.declarations?.length) return forbiddenGlobals.has(text) ? text : undefined
  const declaration = symbol.declarations.find((each) => isLibrary(each.getSourceFile()))
  if (!declaration) return undefined
  const owner =
    ts.isInterfaceDeclaration(declaration.parent) || ts.isTypeLiteralNode(declaration.parent) ? ownerName(declaration.parent) : undefined
  if (owner) return forbiddenMembers.get(`${owner}.${symbol.name}`)
  return forbiddenGlobals.has(symbol.name) ? symbol.name : undefined
}

function ownerName(node: ts.InterfaceDeclaration | ts.TypeLiteralNode): string {
  if (ts.isInterfaceDeclaration(node)) return node.name.text
  return ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name) ? node.parent.name.text : ''
}

function isGlobal(node: ts.Expression, name: string, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node)
  return symbol?.name === name && (symbol.declarations ?? []).some((each) => isLibrary(each.getSourceFile()))
}

const libraryFolder = join(ts.getDefaultLibFilePath({}), '..')

function isLibrary(source: ts.SourceFile): boolean {
  return source.fileName.startsWith(libraryFolder) || source.fileName.includes('/@types/node/')
}
