import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CredentialRow } from '@holdfast/vault-core'
import type { DeadLetter } from '@holdfast/vault-core/webhooks'
import { startDemoProvider } from '../../src/index.ts'
import { connectUser, REDIRECT_URI } from '../stampede/connect-user.ts'
import type { NewPlace } from '../stampede/places.ts'
import { openStore } from '../stampede/vault-over.ts'
import { buildProcess } from '../stampede/workers.ts'
import { type Arrival, ELAPSED_MS, type SenderAnswer, type SenderSetup, type SenderTask } from './messages.ts'
import { vaultThatSends } from './vault-that-sends.ts'

/** A provider, a store, a receiver, and processes that send to it. */
export interface WebhookWorld {
  /** All that reached the receiver, in the order in which it came; more than once, too. */
  readonly arrivals: readonly Arrival[]
  connect(userId: string): Promise<void>
  startReceiver(): Promise<void>
  killReceiver(): Promise<void>
  startSender(options?: { readonly diesBeforeSending: boolean }): Promise<Sender>
  /** Lets the store's clock run ahead of all jobs' leases, here and in these processes. */
  elapse(senders: readonly Sender[]): Promise<void>
  /** What was written that there is to send, in the order of its writes. */
  written(): Promise<readonly Arrival[]>
  rowOf(userId: string): Promise<CredentialRow | null>
  /** What was given up. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Resolves when nothing waits to be sent any more. */
  allSent(): Promise<void>
  close(): Promise<void>
}

export interface Sender {
  /** Resolves when it is done, or when the process is dead. */
  ask(what: SenderTask['what'], userIds: readonly string[]): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  readonly isAlive: boolean
}

export async function webhookWorld({ place, remove }: NewPlace): Promise<WebhookWorld> {
  const provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
  const port = await freePort()
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  const setup: SenderSetup = {
    place,
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    key: randomBytes(32).toString('base64'),
    receiverUrl: `http://127.0.0.1:${port}/webhooks`,
    webhookSecret,
    diesBeforeSending: false,
    aheadMs: 0,
  }
  const programs = { sender: programFor('sender'), receiver: programFor('receiver') }
  await Promise.all([
    buildProcess(join(import.meta.dirname, 'sender.process.ts'), programs.sender),
    buildProcess(join(import.meta.dirname, 'receiver.process.ts'), programs.receiver),
  ])
  let aheadMs = 0
  const store = openStore(place, () => aheadMs)
  const { vault, hooks } = vaultThatSends(store, setup)
  const arrivals: Arrival[] = []
  const senders: ChildProcess[] = []
  let receiver: ChildProcess | undefined

  return {
    arrivals,
    connect: (userId) => connectUser(vault, userId),
    async startReceiver() {
      receiver = fork(programs.receiver, [JSON.stringify({ port, webhookSecret })])
      receiver.on('message', (message: Arrival | 'up') => message !== 'up' && arrivals.push(message))
      await once(receiver, 'message')
    },
    async killReceiver() {
      if (receiver) await killed(receiver)
    },
    async startSender(options) {
      const child = fork(programs.sender, [JSON.stringify({ ...setup, aheadMs, ...options })], { execArgv: ['--no-warnings'] })
      senders.push(child)
      await once(child, 'message')
      return senderOf(child)
    },
    async elapse(running) {
      aheadMs += ELAPSED_MS
      await Promise.all(running.map((sender) => sender.ask('elapse', [])))
    },
    async written() {
      const entries = await store.audit.list({ tenant: 'default', limit: 1_000 })
      return entries.map(({ id, data }) => ({ eventId: id, ...JSON.parse(data) }))
    },
    rowOf: (userId) => store.credentials.get({ tenant: 'default', connectionId: 'demo', userId, accountId: 'default' }),
    deadLetters: async () => (await hooks.deadLetters.list()).items,
    async allSent() {
      while ((await store.outbox.depth({ tenant: 'default', topics: ['webhook:app'] })).jobs > 0) await sleep(50)
    },
    async close() {
      await Promise.all([...senders, ...(receiver ? [receiver] : [])].map(killed))
      await vault.close()
      await provider.close()
      await remove()
      for (const program of Object.values(programs)) rmSync(program, { force: true })
    },
  }
}

function senderOf(child: ChildProcess): Sender {
  let tasks = 0
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    ask: (what, userIds) =>
      new Promise((resolve) => {
        const id = ++tasks
        child.once('exit', () => resolve())
        child.on('message', (answer: SenderAnswer) => answer.id === id && resolve())
        if (isAlive()) child.send({ id, what, userIds } satisfies SenderTask)
        else resolve()
      }),
    kill: () => killed(child),
    get isAlive() {
      return isAlive()
    },
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function programFor(name: string): string {
  return join(tmpdir(), `holdfast-webhook-${name}-${process.pid}.mjs`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
