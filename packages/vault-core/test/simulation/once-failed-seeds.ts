/**
 * Seeds of runs that failed once. A change to what is drawn in a plan gives seeds another meaning, so what such a run found
 * is pinned by a test of its own too, in `test/refresh`.
 */
export const onceFailedSeeds: readonly number[] = [
  128, 469, 530, 669, 1_224, 1_601, 1_739, 1_799, 1_984, 2_368, 3_001, 3_870, 4_354, 4_873, 6_756, 6_923, 9_294, 12_785, 102_922, 105_814,
  112_310, 135_036, 10_835, 12_953, 27_851, 39_669, 41_876, 44_899, 77_864, 166_423, 1_119_991_326, 1_119_993_407, 1_120_004_235,
  1_265_268_187, 870_346_153, 870_452_087, 870_498_331, 870_672_395, 870_918_144, 871_055_683, 871_056_811, 871_238_072, 899_451_448,
  899_702_151, 899_983_727,
]
