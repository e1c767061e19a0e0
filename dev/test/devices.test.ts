import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { loadDevices } from '../stack/devices.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('devices', () => {
  it('stay as they are when more are asked for, or fewer', () => {
    const first = loadDevices(folder, 3, 4).devices
    expect(first).toHaveLength(7)
    const more = loadDevices(folder, 5, 4).devices
    expect(more.slice(0, 7)).toEqual(first)
    expect(more.filter(({ rides }) => rides)).toHaveLength(5)
    expect(loadDevices(folder, 1, 4).devices).toEqual(more)
  })

  it('stand in Frankfurt', () => {
    for (const { latitude, longitude } of loadDevices(folder, 60, 100).devices) {
      expect(latitude).toBeGreaterThan(50.01)
      expect(latitude).toBeLessThan(50.23)
      expect(longitude).toBeGreaterThan(8.47)
      expect(longitude).toBeLessThan(8.81)
    }
  })
})
