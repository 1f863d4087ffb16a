/** What the store needs of a file system. Injected, so that tests can lose power, run out of room and tear writes. */
export interface Disk {
  /** Makes the folder for its owner alone, and those above it, all safe from a loss of power; refuses one that is a link. */
  makeFolder(path: string): Promise<void>
  /** The file under this name now; undefined where there is none. At once, as every read asks. */
  identity(path: string): FileIdentity | undefined
  /** Opens for reading and writing. `create` makes a new file and fails where one is. Links are refused. */
  open(path: string, options: { readonly create: boolean }): Promise<DiskFile>
  rename(from: string, to: string): Promise<void>
  /** Does nothing where there is no such file. */
  remove(path: string): Promise<void>
  /** Names in a folder; none where there is no folder. */
  list(path: string): Promise<readonly string[]>
  /** Makes what was created, renamed and removed in this folder safe from a loss of power. */
  syncFolder(path: string): Promise<void>
}

/** Which file it is, and how long. */
export interface FileIdentity {
  /** No other file has it while this one exists or is open. */
  readonly id: string
  readonly size: number
}

export interface DiskFile {
  readonly id: string
  size(): Promise<number>
  /** Up to `length` bytes; fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>
  /** Writes all of it. */
  write(position: number, bytes: Uint8Array): Promise<void>
  truncate(size: number): Promise<void>
  /** Makes what was written safe from a loss of power. */
  sync(): Promise<void>
  close(): Promise<void>
}
