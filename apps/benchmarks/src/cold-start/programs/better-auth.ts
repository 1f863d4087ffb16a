// The same with better-auth, over SQLite in memory: it has no store of less.
import { DatabaseSync } from 'node:sqlite'
import { betterAuthAccounts } from '../../reading/better-auth-accounts.ts'
import { told } from './told.ts'

const getAccessToken = await betterAuthAccounts(new DatabaseSync(':memory:'), ['alice'])
const { accessToken } = await getAccessToken('alice')
if (accessToken?.length !== 900) throw new Error('This is not the token.')
told()
