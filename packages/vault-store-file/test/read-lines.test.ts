import { describe, expect, it } from 'vitest'
import type { DiskFile } from '../src/disk.js'
import { type FileLine, readLines } from '../src/read-lines.js'

const fileOf = (text: string): DiskFile => ({
  id: 'file',
  size: async () => text.length,
  read: async (position, length) => Buffer.from(text).subarray(position, position + length),
  write: async () => undefined,
  truncate: async () => undefined,
  sync: async () => undefined,
  close: async () => undefined,
})

describe('the lines of a file', () => {
  const cases = ['', 'a', 'a\n', 'a\nb', 'a\nb\n', '\n', '\n\n', 'aaaa\nbb\nccccccc\n', 'aaaa\nbb\nccccccc']
  it.each(cases.flatMap((text) => [1, 2, 3, 4, 7, 100].map((chunk) => ({ text, chunk }))))(
    '%o are found, and the last known for the last',
    async ({ text, chunk }) => {
      const lines: FileLine[] = []
      for await (const line of readLines(fileOf(text), 0, chunk)) lines.push(line)
      const parts = text.split('\n')
      const unended = parts.pop() ?? ''
      const expected = [...parts, ...(unended === '' ? [] : [unended])]
      expect(lines.map(({ bytes }) => bytes.toString())).toEqual(expected)
      expect(lines.map(({ isLast }) => isLast)).toEqual(expected.map((_, index) => index === expected.length - 1))
      expect(lines.filter(({ end }) => end === undefined)).toHaveLength(unended === '' ? 0 : 1)
      expect(lines.findLast(({ end }) => end !== undefined)?.end ?? 0).toBe(text.lastIndexOf('\n') + 1)
    },
  )
})
