import { type LockState, type Sample, Telemetry } from '@holdfast/contracts'
import { describe, expect, it } from '@jest/globals'
import { defaultConfig, notYetReported, observe } from './reporting.ts'

const sample = (at: number, speed = 0): Sample => ({
  at,
  latitude: 50.11,
  longitude: 8.68,
  speed,
  heading: 0,
  batteryPercent: 80,
  odometer: 0,
})

/** What is sent when a vehicle is observed every 250 ms; `at` is in seconds. */
function watch(seconds: number, speedAt: (second: number) => number, lock: LockState, config = defaultConfig) {
  let reporting = notYetReported
  const sent: { at: number; samples: readonly Sample[] }[] = []
  for (let at = 250; at <= seconds * 1_000; at += 250) {
    // A clock far from zero, as real ones are.
    const seen = observe(reporting, { sample: sample(1e12 + at, speedAt(at / 1_000)), lock, config })
    reporting = seen.reporting
    if (seen.send.length > 0) sent.push({ at: at / 1_000, samples: seen.send })
  }
  return sent
}

describe('reports', () => {
  it('of a ride carry a sample each second, in batches of the configured interval', () => {
    const sent = watch(21, () => 4, 'UNLOCKED')
    expect(sent.map(({ at }) => at)).toEqual([0.25, 5.25, 10.25, 15.25, 20.25])
    expect(sent[1]?.samples.map(({ at }) => at - 1e12)).toEqual([1_250, 2_250, 3_250, 4_250, 5_250])
  })

  it('come as often as the server asks for', () => {
    expect(watch(4, () => 4, 'UNLOCKED', { ...defaultConfig, movingIntervalMs: 1_000 })).toHaveLength(4)
    expect(watch(4, () => 4, 'UNLOCKED', { ...defaultConfig, movingIntervalMs: 500 })).toHaveLength(8)
  })

  it('of a start and a stop are sent at once', () => {
    const sent = watch(8, (second) => (second > 2 && second < 7.4 ? 4 : 0), 'UNLOCKED')
    expect(sent.map(({ at }) => at)).toEqual([0.25, 2.25, 7.25, 7.5])
    expect(sent.at(-1)?.samples.at(-1)?.speed).toBe(0)
  })

  it('of an unlocked vehicle that stands are sent every 5 s', () => {
    expect(watch(16, () => 0, 'UNLOCKED').map(({ at }) => at)).toEqual([0.25, 5.25, 10.25, 15.25])
  })

  it('of a parked vehicle are sent every quarter of an hour', () => {
    expect(watch(3_000, () => 0, 'LOCKED').map(({ at }) => at)).toEqual([0.25, 900.25, 1_800.25, 2_700.25])
  })

  it('continue when the clock is set back', () => {
    const seen = (at: number, reporting = notYetReported) =>
      observe(reporting, { sample: sample(at, 4), lock: 'UNLOCKED', config: defaultConfig })
    const before = seen(1e12)
    const after = seen(1e12 - 3_600_000, before.reporting)
    expect(after.send).toHaveLength(1)
    expect(seen(1e12 - 3_599_000, after.reporting).reporting.unsent).toHaveLength(1)
  })

  it('never hold more samples than one message may', () => {
    const slow = { ...defaultConfig, movingIntervalMs: 60_000 }
    for (const { samples } of watch(120, () => 4, 'UNLOCKED', slow)) {
      expect(Telemetry.shape.samples.safeParse(samples).success).toBe(true)
    }
  })
})
