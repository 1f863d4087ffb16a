import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/** Keeps what the authorization server issues, in memory and for this server alone: with its process it is gone. */
export function grantStorage(): AdapterFactory {
  const kinds = new Map<string, Map<string, Entry>>()

  return (kind): Adapter => {
    const entries = kinds.get(kind) ?? new Map<string, Entry>()
    kinds.set(kind, entries)

    const live = (entry: Entry | undefined): AdapterPayload | undefined =>
      entry && entry.expiresAtMs > Date.now() ? entry.payload : undefined
    const findBy = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined =>
      live([...entries.values()].find(({ payload }) => matches(payload)))

    return {
      async upsert(id, payload, expiresInS) {
        entries.set(id, { payload, expiresAtMs: expiresInS === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresInS * 1000 })
      },
      find: async (id) => live(entries.get(id)),
      findByUid: async (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
      async consume(id) {
        const entry = entries.get(id)
        if (entry) entries.set(id, { ...entry, payload: { ...entry.payload, consumed: Math.floor(Date.now() / 1000) } })
      },
      async destroy(id) {
        entries.delete(id)
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id)
      },
    }
  }
}
