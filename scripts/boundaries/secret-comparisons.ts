import { readFileSync } from 'node:fs'
import ts from 'typescript'
import type { Violation } from './violation.ts'

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
])

/** Secrets that are compared character by character, which tells by its time how many were right. */
export function findSecretComparisons(
  files: readonly string[],
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): Violation[] {
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true)
    const violations: Violation[] = []
    const look = (node: ts.Node): void => {
      if (ts.isBinaryExpression(node) && COMPARISONS.has(node.operatorToken.kind) && [node.left, node.right].some(isRevealed)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart())
        violations.push({
          file,
          line: line + 1,
          message: 'A secret is compared by its text. Use `Secret.equals`, which takes the same time for all.',
        })
      }
      ts.forEachChild(node, look)
    }
    look(source)
    return violations
  })
}

function isRevealed(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'reveal'
}
