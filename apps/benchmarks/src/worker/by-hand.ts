import pg from 'pg'

/** What a refresh by hand writes at least, if no crash is to lose a refresh token: nothing is sealed, and nobody else is waited for. */
export interface ByHand {
  add(refreshTokens: readonly string[]): Promise<void>
  /** Claims one, marks it as sent, refreshes it, and writes the answer: three prepared statements, each its own commit. */
  refresh(refreshToken: string, request: (refreshToken: string) => Promise<NewTokens>): Promise<void>
}

export interface NewTokens {
  readonly access_token: string
  readonly refresh_token?: string | undefined
}

export async function openByHand(connectionString: string, schema: string): Promise<ByHand> {
  const pool = new pg.Pool({ connectionString, max: 10 })
  const table = `${schema}.by_hand`
  await pool.query(`create table if not exists ${table} (id text primary key, access_token text, refresh_token text not null,
    state text, owner text, lease_until timestamptz, version bigint not null default 1)`)
  const change = async (name: string, text: string, values: readonly unknown[]): Promise<void> => {
    const { rowCount } = await pool.query({ name, text, values: [...values] })
    if (rowCount !== 1) throw new Error(`"${name}" found no row.`)
  }
  return {
    async add(refreshTokens) {
      await pool.query(`insert into ${table} (id, refresh_token) select token, token from unnest($1::text[]) as token`, [refreshTokens])
    },
    async refresh(id, request) {
      const claim = `update ${table} set state = 'claimed', owner = 'me', lease_until = clock_timestamp() + interval '30 seconds'
        where id = $1 and version = 1 and (lease_until is null or lease_until < clock_timestamp()) returning *`
      await change('claim', claim, [id])
      await change('mark', `update ${table} set state = 'sent' where id = $1 and owner = 'me'`, [id])
      const { access_token, refresh_token } = await request(id)
      const write = `update ${table} set access_token = $2, refresh_token = $3, state = null, owner = null, lease_until = null,
        version = version + 1 where id = $1 and owner = 'me' returning *`
      await change('write', write, [id, access_token, refresh_token])
    },
  }
}
