import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartFailure } from './start-failure.ts'

/** A wrapping key, as `localKeyring` takes it. */
export interface NamedKey {
  readonly id: string
  /** Base64 of 32 bytes. */
  readonly key: string
}

/** Where the application keeps its files. */
export interface DataFolder {
  pathOf(name: string): string
  /** Undefined when there is no such file. */
  read(name: string): string | undefined
  /** Readable by this user only. */
  writeSecret(name: string, text: string): void
}

/** Opens the folder, making it if it is missing. @throws {StartFailure} when nothing can be written there. */
export function openDataFolder(path: string): DataFolder {
  const orFail = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new StartFailure(`The data folder ${path} cannot be used (${codeOf(error)}). Make it writable, or set HOLDFAST_DATA_DIR.`)
    }
  }
  // By way of a new file: one that is there already would keep its mode, and one half-written would be worse than none.
  const write = (name: string, text: string): void => {
    const beside = join(path, `.${name}.new`)
    rmSync(beside, { force: true })
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' })
    renameSync(beside, join(path, name))
  }
  orFail(() => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    write('.writable', '')
  })
  return {
    pathOf: (name) => join(path, name),
    read: (name) =>
      orFail(() => {
        try {
          return readFileSync(join(path, name), 'utf8')
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined
          throw error
        }
      }),
    writeSecret: (name, text) => orFail(() => write(name, text)),
  }
}

const KEY_FILE = 'wrapping-key'

/**
 * The wrapping keys: those of `given` (`id:base64`, several separated by commas), else the one in the data folder, made on the first run.
 *
 * @throws {StartFailure} when `given` or the file has another form.
 */
export function wrappingKeys(folder: DataFolder, given: string | undefined): readonly NamedKey[] {
  if (given) return parseKeys(given, 'HOLDFAST_KEYS')
  const stored = folder.read(KEY_FILE)
  if (stored !== undefined) return parseKeys(stored, folder.pathOf(KEY_FILE))
  const made = `k1:${randomBytes(32).toString('base64')}`
  folder.writeSecret(KEY_FILE, `${made}\n`)
  return parseKeys(made, KEY_FILE)
}

function parseKeys(text: string, source: string): readonly NamedKey[] {
  return text
    .trim()
    .split(',')
    .map((part) => {
      const [, id, key] = /^\s*([\w.-]{1,64}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(part) ?? []
      if (id === undefined || key === undefined) {
        throw new StartFailure(`${source} must hold id:key, where the key is the base64 of 32 bytes (openssl rand -base64 32).`)
      }
      return { id, key }
    })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
