import type { DatabaseServer } from '../../../../scripts/services/database-server.ts'
import { startMariadb } from '../../../../scripts/services/mariadb-server.ts'
import { startPostgres } from '../../../../scripts/services/postgres-server.ts'
import { type NewPlace, places } from '../stampede/places.ts'
import type { StorePlace } from '../stampede/worker-messages.ts'

/** A store, and the server behind it, where there is one that can be restarted. */
export interface StormPlace extends NewPlace {
  readonly server: DatabaseServer | undefined
}

interface KindOfPlace {
  readonly name: string
  readonly isThere: boolean
  make(): Promise<StormPlace>
}

// Servers of the test's own: those of the machine are not ours to restart.
export const stormPlaces: readonly KindOfPlace[] = places.flatMap(({ name, isThere, make }): KindOfPlace[] => {
  switch (name) {
    case 'PostgreSQL':
      return [
        {
          name,
          isThere,
          make: async () => over(await startPostgres(), (url) => ({ kind: 'postgres', connectionString: url, schema: 'holdfast' })),
        },
      ]
    case 'MariaDB':
      return [{ name, isThere, make: async () => over(await startMariadb(), (url) => ({ kind: 'mariadb', connectionString: url })) }]
    case 'files':
      return [{ name, isThere, make: async () => ({ ...(await make()), server: undefined }) }]
    default:
      return []
  }
})

function over(server: DatabaseServer, placeAt: (url: string) => StorePlace): StormPlace {
  return { place: placeAt(server.url), server, remove: () => server.remove() }
}
