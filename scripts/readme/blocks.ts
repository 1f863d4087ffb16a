/** A fenced block of a Markdown document. */
export interface Block {
  /** The first word behind the fence, in lower case; empty where there is none. */
  readonly language: string
  /** What follows it: `title=app.ts` as `title` with its value, a lone word with an empty one. */
  readonly attributes: ReadonlyMap<string, string>
  /** The number of the first line inside, from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

/** All fenced blocks of a document in order, and the environment that its comments ask for. */
export function readBlocks(markdown: string): { readonly blocks: readonly Block[]; readonly env: ReadonlyMap<string, string> } {
  const blocks: Block[] = []
  const env = new Map<string, string>()
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const setting = /^\s*<!-- readme-test env (\w+)=(.*?) -->\s*$/.exec(line)
    if (setting?.[1] !== undefined) env.set(setting[1], setting[2] ?? '')
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line)
    const isSetup = /^\s*<!-- readme-test setup\s*$/.test(line)
    if (!fence && !isSetup) continue
    const isEnd = fence ? closes(fence[2] ?? '') : (text: string): boolean => text.trim() === '-->'
    const end = lines.findIndex((text, at) => at > index && isEnd(text))
    const last = end === -1 ? lines.length : end
    const inside = lines.slice(index + 1, last).map((text) => withoutIndent(text, fence?.[1]?.length ?? 0))
    blocks.push({ ...readInfo(isSetup ? 'ts' : (fence?.[3] ?? '')), line: index + 2, lines: inside })
    index = last
  }
  return { blocks, env }
}

function closes(fence: string): (text: string) => boolean {
  const character = fence.startsWith('`') ? '`' : '~'
  return (text) => {
    const trimmed = text.trim()
    return trimmed.length >= fence.length && trimmed === character.repeat(trimmed.length)
  }
}

function readInfo(info: string): Pick<Block, 'language' | 'attributes'> {
  const [language = '', ...words] = info.trim().split(/\s+/)
  const attributes = words.map((word): [string, string] => {
    const [name = '', value = ''] = word.split('=')
    return [name, value.replaceAll(/^["']|["']$/g, '')]
  })
  return { language: language.toLowerCase(), attributes: new Map(attributes) }
}

function withoutIndent(text: string, width: number): string {
  return text.slice(0, width).trim() === '' ? text.slice(width) : text
}
