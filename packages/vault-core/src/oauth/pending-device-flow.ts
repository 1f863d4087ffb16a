import { fromBase64, toBase64url } from '../crypto/base64.js'
import { randomToken } from '../crypto/random-token.js'
import type { SealContext } from '../crypto/sealer.js'
import { sha256Base64url } from '../crypto/sha256-base64url.js'
import { VaultError } from '../errors.js'
import { Secret } from '../secret.js'
import type { DocumentKey } from '../storage/contract.js'
import type { AuthorizationParts } from './authorization-parts.js'

/** What is kept, sealed, while the user consents on another device. */
export interface DeviceFlow {
  readonly connectionId: string
  readonly userId: string
  readonly deviceCode: Secret
  /** The key that the tokens are to be bound to; undefined where they are not. */
  readonly dpopKey: Secret | undefined
  readonly requestedScope: string | undefined
  readonly accountId: string | undefined
  readonly addAccount: boolean
  readonly replaceAccount: boolean
}

/** A flow, and when it may be asked about. Times are epoch milliseconds of the vault's clock. */
export interface KeptDeviceFlow extends DeviceFlow {
  readonly expiresAtMs: number
  readonly intervalMs: number
}

export interface PendingDeviceFlows {
  /** @returns The handle. @throws {VaultError} `store_unavailable`. */
  keep(flow: KeptDeviceFlow): Promise<string>
  /**
   * The flow, for the one who may ask about it now and until he calls {@link DeviceTurn.pause} or {@link DeviceTurn.end}, or `turnMs` are over. A number:
   * how long to wait. Undefined: there is none, or its time is over.
   */
  takeTurn(handle: string, turnMs: number): Promise<DeviceTurn | number | undefined>
}

export interface DeviceTurn {
  readonly flow: KeptDeviceFlow
  /** Nothing was decided: the next may ask after so long. */
  pause(intervalMs: number): Promise<void>
  /** It was decided: nobody asks any more. A device code that is shown once more would end what it gave. False: another one has ended it. */
  end(): Promise<boolean>
}

const KIND = 'device_flow'
/** Flows that nobody asked about until their end are removed by those who begin one, so many at a time. */
const CLEARED_AT_ONCE = 20

/** Keeps flows as documents: they are read many times, by one at a time. The store sees neither the handle nor what belongs to it. */
export function createPendingDeviceFlows({ documents, sealer, tenant, runtime }: AuthorizationParts): PendingDeviceFlows {
  const { clock, random } = runtime

  const keyOf = (handle: string): DocumentKey => ({ tenant, kind: KIND, id: sha256Base64url(handle) })
  const attemptId = (): string => randomToken(random, 16)

  async function clear(): Promise<void> {
    const { items } = await documents.list({ tenant, kind: KIND, limit: CLEARED_AT_ONCE })
    for (const { id, version, data } of items) {
      // A clock that runs behind must not lose a live one.
      if (readJson(data).expiresAtMs + MARGIN_MS < clock.now()) await documents.delete({ tenant, kind: KIND, id }, version)
    }
  }

  return {
    async keep(flow) {
      await clear()
      const handle = randomToken(random, 32)
      const key = keyOf(handle)
      const sealed = toBase64url(await sealer.seal(contextOf(key.id), new TextEncoder().encode(writeFlow(flow))))
      const { expiresAtMs, intervalMs } = flow
      const data = JSON.stringify({ v: 1, sealed, expiresAtMs, intervalMs, notBeforeMs: 0 } satisfies DeviceFlowJson)
      await documents.put({ ...key, data, expect: 'absent', attemptId: attemptId() })
      return handle
    },

    async takeTurn(handle, turnMs) {
      const key = keyOf(handle)
      const row = await documents.get(key)
      if (!row) return undefined
      const json = readJson(row.data)
      const nowMs = clock.now()
      if (nowMs >= json.expiresAtMs) {
        await documents.delete(key, row.version)
        return undefined
      }
      const waitMs = json.notBeforeMs - nowMs
      // A wait longer than any turn means that a clock was set back: it is not kept to.
      if (waitMs > 0 && waitMs <= LONGEST_WAIT_MS) return waitMs
      const write = async (version: number, changes: Partial<DeviceFlowJson>): Promise<number | undefined> => {
        const put = { ...key, data: JSON.stringify({ ...json, ...changes }), expect: version, attemptId: attemptId() }
        const result = await documents.put(put)
        return result.outcome === 'stored' ? result.version : undefined
      }
      const version = await write(row.version, { notBeforeMs: nowMs + turnMs })
      if (version === undefined) return json.intervalMs
      const opened = await sealer.open(contextOf(key.id), fromBase64(json.sealed) ?? new Uint8Array())
      return {
        flow: { ...readFlow(new TextDecoder().decode(opened)), expiresAtMs: json.expiresAtMs, intervalMs: json.intervalMs },
        pause: async (intervalMs) => void (await write(version, { intervalMs, notBeforeMs: clock.now() + intervalMs })),
        end: async () => (await documents.delete(key, version)) === 'deleted',
      }
    },
  }
}

const MARGIN_MS = 600_000
const LONGEST_WAIT_MS = 600_000

function contextOf(id: string): SealContext {
  return { userId: '', connectionId: '', accountId: '', field: `${KIND}/${id}`, epoch: 0, secretRev: 0 }
}

interface DeviceFlowJson {
  readonly v: 1
  readonly sealed: string
  readonly expiresAtMs: number
  readonly intervalMs: number
  readonly notBeforeMs: number
}

function readJson(data: string): DeviceFlowJson {
  const json = JSON.parse(data) as DeviceFlowJson
  if (json.v === 1) return json
  throw new VaultError('store_unavailable', 'A device flow was kept by a newer version of the vault. Begin again, or update this process.')
}

function writeFlow({ deviceCode, dpopKey, ...flow }: DeviceFlow): string {
  const { connectionId, userId, requestedScope, accountId, addAccount, replaceAccount } = flow
  return JSON.stringify({
    ...{ connectionId, userId, requestedScope, accountId, addAccount, replaceAccount },
    deviceCode: deviceCode.reveal(),
    dpopKey: dpopKey?.reveal(),
  })
}

function readFlow(text: string): DeviceFlow {
  // What opens was sealed by a vault with this key; its version stands outside.
  const { deviceCode, dpopKey, ...flow } = JSON.parse(text) as Omit<DeviceFlow, 'deviceCode' | 'dpopKey'> & {
    readonly deviceCode: string
    readonly dpopKey?: string
  }
  return { ...flow, deviceCode: new Secret(deviceCode), dpopKey: dpopKey === undefined ? undefined : new Secret(dpopKey) }
}
