/** Lengths of the sealed text: a short opaque token, a usual JWT, a large one. */
export const SIZES = [
  { name: '300b', title: '300 bytes', length: 300 },
  { name: '1kb', title: '1 KB', length: 1_000 },
  { name: '4kb', title: '4 KB', length: 4_000 },
] as const
