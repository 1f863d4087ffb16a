// What the vault stands on, and nothing done with it.
import * as ciphers from '@noble/ciphers/chacha.js'
import * as oauth from 'oauth4webapi'
import { told } from './told.ts'

if (Object.keys(oauth).length + Object.keys(ciphers).length < 10) throw new Error('Something is missing.')
told()
