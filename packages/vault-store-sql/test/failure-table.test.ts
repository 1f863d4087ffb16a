import { VaultError } from '@holdfast/vault-core'
import { describe, expect, it, vi } from 'vitest'
import { classifyFailure, type FailureKind } from '../src/failures/classify.js'
import { storeFailure } from '../src/failures/explain.js'
import { repeatSafely } from '../src/failures/repeat.js'

const coded = (code: string, message = 'injected'): Error => Object.assign(new Error(message), { code })

describe('what a failure of the database means', () => {
  it.each<readonly [string, Error, FailureKind, RegExp]>([
    ['a deadlock (PostgreSQL)', coded('40P01'), 'undone', /cause of this one/],
    ['a serialization failure', coded('40001'), 'undone', /cause of this one/],
    ['a deadlock (MySQL)', coded('ER_LOCK_DEADLOCK'), 'undone', /cause of this one/],
    ['a locked file (SQLite)', new Error('database is locked'), 'undone', /locked by another process/],
    ['a server that starts up', coded('57P03'), 'unreachable', /starting up or shutting down/],
    ['too many connections', coded('53300'), 'unreachable', /too many connections/],
    ['nobody at the port', coded('ECONNREFUSED'), 'unreachable', /cannot be reached/],
    ['a pool that found no connection', new Error('timeout exceeded when trying to connect'), 'unreachable', /cannot be reached/],
    ['a primary that is one no more (PostgreSQL)', coded('25006'), 'unreachable', /takes no writes/],
    ['a primary that is one no more (MySQL)', coded('ER_OPTION_PREVENTS_STATEMENT'), 'unreachable', /takes no writes/],
    ['a connection that was cut', coded('ECONNRESET'), 'unknown', /cause of this one/],
    ['a server that shut down under way', coded('57P01'), 'unknown', /cause of this one/],
    ['a connection that ended', new Error('Connection terminated unexpectedly'), 'unknown', /connection to the database broke/],
    ['a full disk (PostgreSQL)', coded('53100'), 'final', /disk is full.*nothing was lost/],
    ['a full disk (MySQL)', coded('ER_RECORD_FILE_FULL'), 'final', /disk is full.*nothing was lost/],
    ['a full disk (SQLite)', new Error('database or disk is full'), 'final', /disk is full.*nothing was lost/],
    ['a wrong password (PostgreSQL)', coded('28P01'), 'final', /refuses the user or the password/],
    ['a wrong password (MySQL)', coded('ER_ACCESS_DENIED_ERROR'), 'final', /refuses the user or the password/],
    ['a user without a password who is not known (MariaDB)', coded('ER_ACCESS_DENIED_NO_PASSWORD_ERROR'), 'final', /refuses the user or/],
    ['a server without TLS (PostgreSQL)', new Error('The server does not support SSL connections'), 'final', /takes no TLS/],
    ['a server without TLS (MySQL)', coded('HANDSHAKE_NO_SSL_SUPPORT'), 'final', /takes no TLS/],
    ['a certificate of a private authority', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'final', /certificate/],
    ['a driver that is not installed', coded('ERR_MODULE_NOT_FOUND'), 'final', /npm install pg/],
    ['anything else', coded('22P02'), 'final', /cause of this one/],
  ])('%s', (_name, error, kind, message) => {
    expect(classifyFailure(error)).toBe(kind)
    expect(storeFailure(error)).toMatchObject({ code: 'store_unavailable', message: expect.stringMatching(message), cause: error })
  })

  it('is looked for in its causes too, several addresses of one host among them', () => {
    const wrapped = new Error('failed', { cause: new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')], 'both failed') })
    expect(classifyFailure(wrapped)).toBe('unreachable')
    expect(storeFailure(wrapped).message).toMatch(/cannot be reached/)
  })

  it('leaves the vault’s own errors as they are', () => {
    const own = new VaultError('invalid_request', 'Mend it.')
    expect(storeFailure(own)).toBe(own)
  })
})

describe('what is repeated', () => {
  const failing = (errors: readonly Error[]): (() => Promise<number>) => {
    let calls = 0
    return async () => {
      const error = errors[calls++]
      if (error) throw error
      return calls
    }
  }
  const isGivenUp = (): boolean => false

  it('is what was undone, and what broke under way, unless it must not be done twice', async () => {
    expect(await repeatSafely(failing([coded('40P01'), coded('40001')]), { isGivenUp })).toBe(3)
    expect(await repeatSafely(failing([coded('ECONNRESET')]), { isGivenUp })).toBe(2)
    expect(await repeatSafely(failing([coded('40P01')]), { isGivenUp, once: true })).toBe(2)
    await expect(repeatSafely(failing([coded('ECONNRESET')]), { isGivenUp, once: true })).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it.each(['ECONNREFUSED', 'ECONNRESET', '40P01'])('is little where each try takes long (%s): callers wait', async (code) => {
    let nowMs = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const work = vi.fn(async () => {
      nowMs += 5_000
      throw coded(code)
    })
    await expect(repeatSafely(work, { isGivenUp })).rejects.toMatchObject({ code })
    expect(work).toHaveBeenCalledTimes(2)
    clock.mockRestore()
  })

  it('is nothing that cannot succeed, and nothing once the store is closed', async () => {
    await expect(repeatSafely(failing([coded('28P01')]), { isGivenUp })).rejects.toMatchObject({ code: '28P01' })
    await expect(repeatSafely(failing([coded('40P01')]), { isGivenUp: () => true })).rejects.toMatchObject({ code: '40P01' })
  })
})
