import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { killFamily } from './kill-family.ts'
import { type Command, openWorkplace, type Running, type Workplace } from './workplace.ts'

/** A database server for the tests alone. It ends with the process that started it, however that ends, and so does its folder. */
export interface DatabaseServer {
  readonly url: string
  /** SIGKILL, at once. The data folder stays. */
  kill(): Promise<void>
  /** A clean end. */
  stop(): Promise<void>
  /** Again, in the same folder and on the same port. Resolves when it accepts connections. */
  start(): Promise<void>
  /** Stops it and deletes its folder. */
  remove(): Promise<void>
}

export interface ServerOptions {
  /** Where to make the server's own folder: the system's temporary folder, unless given. */
  readonly folder?: string
  /** A free one, unless given. */
  readonly port?: number
}

/** How one kind of server is made. */
export interface Recipe {
  readonly name: string
  /** The account that it runs as where we are root. */
  readonly user: string
  readonly stopSignal: NodeJS.Signals
  plan(folder: string, port: number): Plan
}

export interface Plan {
  readonly url: string
  readonly makeDataFolder: Command
  readonly serve: Command
  /** Has to go through a socket in the folder: at the port there may be somebody else's server, while ours fails to start. */
  query(text: string): Command
}

/** Makes a data folder, starts a server on it, and makes the database `test`. */
export async function launchServer(recipe: Recipe, options: ServerOptions = {}): Promise<DatabaseServer> {
  const workplace = openWorkplace(options.folder ?? tmpdir(), recipe.user)
  try {
    const plan = recipe.plan(workplace.folder, options.port ?? (await freePort()))
    await workplace.run(plan.makeDataFolder)
    const server = serverIn(workplace, plan, recipe)
    await server.start()
    await workplace.run(plan.query('create database test'))
    return server
  } catch (error) {
    await workplace.close()
    throw error
  }
}

function serverIn(workplace: Workplace, plan: Plan, { name, stopSignal }: Recipe): DatabaseServer {
  let running: Running | undefined

  async function isReady(server: Running): Promise<boolean> {
    const deadline = Date.now() + 60_000
    while (server.isRunning() && Date.now() < deadline) {
      if (await workplace.succeeds(plan.query('select 1'))) return true
      await sleep(25)
    }
    return false
  }

  async function end(how: (pid: number) => void): Promise<void> {
    if (!running?.isRunning()) return
    how(running.pid)
    await running.ended()
  }

  const stop = (): Promise<void> =>
    end((pid) => {
      process.kill(pid, stopSignal)
      const impatience = setTimeout(killFamily, 15_000, pid)
      void running?.ended().then(() => clearTimeout(impatience))
    })

  return {
    url: plan.url,
    kill: () => end(killFamily),
    stop,
    async start() {
      if (running?.isRunning()) return
      // A PostgreSQL refuses to start while the last process of a killed one still holds its memory, so an early end gets another try.
      for (let attempt = 1; attempt <= 5; attempt++) {
        running = workplace.spawn(plan.serve)
        if (await isReady(running)) return
        if (running.isRunning()) break
        await sleep(200)
      }
      await end(killFamily)
      throw new Error(`${name} does not start: ${workplace.lastWords()}`)
    },
    async remove() {
      await stop()
      await workplace.close()
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('There is no free port.'))))
    })
  })
}
