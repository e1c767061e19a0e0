import { expect, it } from '@jest/globals'
import { type Life, type Move, moved, published } from './life-cycle.ts'

const now = new Date('2026-03-01T00:00:00.000Z')
const sunset = new Date('2026-09-01T00:00:00.000Z')
const at = (time: string) => `2026-${time}T00:00:00.000Z`

const active = published(new Date(at('01-01')))
const deprecated: Life = { ...active, state: 'deprecated', deprecatedAt: at('02-01'), sunset: at('06-01') }
const retired: Life = { ...deprecated, state: 'retired', retiredAt: at('02-15') }

it.each<[string, Life, Move, Life | undefined]>([
  ['active', active, 'deprecate', { ...active, state: 'deprecated', deprecatedAt: at('03-01'), sunset: at('09-01') }],
  ['deprecated', deprecated, 'deprecate', { ...deprecated, sunset: at('09-01') }],
  ['retired', retired, 'deprecate', undefined],
  ['active', active, 'retire', { ...active, state: 'retired', retiredAt: at('03-01') }],
  ['deprecated', deprecated, 'retire', { ...deprecated, state: 'retired', retiredAt: at('03-01') }],
  ['retired', retired, 'retire', undefined],
  ['active', active, 'restore', undefined],
  ['deprecated', deprecated, 'restore', active],
  ['retired', retired, 'restore', active],
])('%s: %#', (_, life, move, then) => {
  expect(moved(life, move, now, sunset)).toEqual(then)
})

it('a version that is deprecated without a sunset sends none', () => {
  expect(moved(deprecated, 'deprecate', now, undefined)).not.toHaveProperty('sunset')
})
