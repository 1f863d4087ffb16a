import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { workspaceRoot } from '../bootstrap/pins.mjs'
import { readBlocks } from '../readme/blocks.ts'
import { checkDocument } from '../readme/check-document.ts'

const documents = globSync(['*.md', '{packages,apps}/*/README.md', 'docs/**/*.md', '{packages,apps}/*/docs/**/*.md'], {
  cwd: workspaceRoot,
})

describe('the documents of this workspace', () => {
  it.each(documents.toSorted())('every block of %s holds', async (document) => {
    expect(await checkDocument(join(workspaceRoot, document), workspaceRoot)).toEqual([])
  })
})

describe('a document whose code holds', () => {
  it('may build on earlier blocks, import the workspace by name, and promise what it prints', async () => {
    const document = `
\`\`\`ts
import { join } from 'node:path'
import { VaultError } from '@holdfast/vault-core'
const file = join('a', 'b')
\`\`\`
Text between, and then:
\`\`\`ts
import { basename, join } from 'node:path'
console.log(basename(join(file, 'c'))) // c
console.log(typeof VaultError) // function
\`\`\`
`
    expect(await check(document)).toEqual([])
  })

  it('may declare a name anew, which begins a new program', async () => {
    expect(await check(ts('const x: number = 1') + ts("const x: string = 'one'\nconsole.log(x) // one"))).toEqual([])
  })

  it('may have files with titles that import each other, and servers that stay up on any port', async () => {
    const app = ts("import { createServer } from 'node:http'\nexport const server = createServer().listen(80)", 'title=app.ts')
    expect(await check(app + ts("import { server } from './app.js'\nconsole.log(server.listening || 'soon') // soon"))).toEqual([])
  })

  it('may read the environment, as the document sets it or as its name says', async () => {
    const text = '<!-- readme-test env GREETING=hello world -->\n'
    const code =
      "console.log(process.env.GREETING) // hello world\nconsole.log(Buffer.from(process.env.SOME_KEY ?? '', 'base64').length) // 32"
    expect(await check(text + ts(code))).toEqual([])
  })

  it('may have code that readers do not see', async () => {
    const setup = '<!-- readme-test setup\nconst answer = 42\n-->\n'
    expect(await check(setup + ts('console.log(answer) // 42'))).toEqual([])
  })

  it('may name scripts, packages and programs that are there', async () => {
    const lines = [
      'npm start',
      '$ npm test # all',
      'npm install @holdfast/vault-core',
      'npx biome check .',
      'openssl rand -base64 32 | cat',
    ]
    expect(await check(`\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n\`\`\`json\n{ "a": 1 }\n\`\`\`\n\`\`\`text\nanything\n\`\`\`\n`)).toEqual([])
  })
})

describe('a broken block is told with its line', () => {
  it.each([
    ['a type error', ts('const n: number = 1\nconst s: string = n'), "3: Type 'number' is not assignable to type 'string'."],
    ['a syntax error', ts('const ='), '2: Variable declaration expected.'],
    [
      'a name that is not there',
      ts("import { nothingOfTheKind } from '@holdfast/vault-core'"),
      "has no exported member 'nothingOfTheKind'",
    ],
    ['a package that is not there', ts("import 'package-of-nobody'"), '2: Cannot find module'],
    ['code that throws', ts("const fail = (): never => {\n  throw new Error('broken here')\n}\nfail()"), 'broken here'],
    ['a rejection that nobody handles', ts("void Promise.reject(new Error('left alone'))"), 'left alone'],
    ['another output than promised', ts('console.log(1 + 1) // 3'), '2: The block should print "3". It printed:\n2'],
    ['a script that is not there', '```sh\nnpm run no-such-script\n```\n', '2: There is no script "no-such-script"'],
    [
      'a package that is not public',
      '```sh\nnpm install @holdfast/no-such-package\n```\n',
      '2: "@holdfast/no-such-package" is no public package',
    ],
    [
      'a program that is not there',
      '```sh\ncd x && no-such-program --now\n```\n',
      '2: Neither the workspace nor its tools have a program "no-such-program"',
    ],
    ['a file that is not there', '```sh\nnode no-such-file.mjs\n```\n', '2: There is no file "no-such-file.mjs"'],
    ['broken JSON', '```json\n{ a: 1 }\n```\n', '2: The block is no JSON.'],
    ['no language', '```\nwhat is this\n```\n', '2: The block names no language'],
  ])('%s', async (_what, document, told) => {
    const problems = await check(document)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(told)
  })
})

it('reads fences of any length and indent, and what is inside them as it stands', () => {
  const text =
    '- item\n\n  ```ts title="a b.ts"\n  const x = 1\n    indented\n  ```\n\n````text\n```ts\nno block\n```\n````\n~~~sh\nls\n~~~\n'
  const { blocks } = readBlocks(text.replace('a b.ts', 'a.ts'))
  expect(blocks.map(({ language, line, lines }) => ({ language, line, lines }))).toEqual([
    { language: 'ts', line: 4, lines: ['const x = 1', '  indented'] },
    { language: 'text', line: 9, lines: ['```ts', 'no block', '```'] },
    { language: 'sh', line: 14, lines: ['ls'] },
  ])
  expect(blocks[0]?.attributes.get('title')).toBe('a.ts')
})

function ts(code: string, attributes = ''): string {
  return `\`\`\`ts ${attributes}\n${code}\n\`\`\`\n`
}

function check(document: string): Promise<string[]> {
  return checkDocument(join(workspaceRoot, 'packages', 'vault-core', 'README.md'), workspaceRoot, document)
}
