// A process that seals or opens values in one way.
import { answer } from '../child-process.ts'
import { type Runner, runnerOf } from '../contender.ts'
import type { Settings } from '../row.ts'
import { newMaterial } from './material.ts'
import { WAYS } from './ways.ts'

export interface WayAnswers {
  warmUp(work: WayWork & { readonly settings: Settings }): Promise<void>
  round(settings: Settings): Promise<number>
}

export interface WayWork {
  readonly name: string
  readonly does: 'sealing' | 'opening'
  /** Of the text, bytes. */
  readonly length: number
}

let runner: Runner | undefined

const answers: WayAnswers = {
  async warmUp({ name, does, length, settings }) {
    const run = WAYS.find((way) => way.name === name)?.[does]?.(newMaterial(length))
    if (!run) throw new Error(`There is no ${does} by "${name}".`)
    runner = runnerOf({ name, run })
    await runner.warmUp(settings)
  },
  async round(settings) {
    if (!runner) throw new Error('Nothing is warm.')
    return runner.round(settings)
  },
}
answer(answers)
