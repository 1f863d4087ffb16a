import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What a process of its own does when it is asked, each by one argument at most. All that is said is JSON. */
export type Answers<A> = { readonly [Name in keyof A]: (argument: never) => unknown }

/** A process of the benchmarks. */
export interface Child<A extends Answers<A>> {
  ask<Name extends keyof A & string>(name: Name, ...argument: Parameters<A[Name]>): Promise<Awaited<ReturnType<A[Name]>>>
  end(): Promise<void>
}

/** Starts a module as a process, from the sources like its parent. */
export function startChild<A extends Answers<A>>(module: URL): Child<A> {
  const execArgv = ['--conditions=@holdfast/source', '--import', new URL('sources.mjs', import.meta.url).href]
  const child: ChildProcess = fork(module, [], { execArgv })
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${module.pathname} ended with code ${code}.`)))
  gone.catch(() => undefined)
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  let asked = 0
  return {
    async ask(name, ...[argument]) {
      const id = ++asked
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      child.send({ id, name, argument })
      const { value, error } = await Promise.race([answered, gone])
      if (error !== undefined) throw new Error(`${module.pathname}: ${error}`)
      return value as never
    },
    async end() {
      child.disconnect()
      await gone.catch(() => undefined)
    },
  }
}

/** In the child: answers until the parent goes. */
export function answer<A extends Answers<A>>(answers: A): void {
  process.on('message', async ({ id, name, argument }: { id: number; name: keyof A; argument: never }) => {
    try {
      process.send?.({ id, value: await answers[name]?.(argument) })
    } catch (error) {
      process.send?.({ id, error: String(error) })
    }
  })
  process.on('disconnect', () => process.exit(0))
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}
