import { describe, expect, it } from '@jest/globals'
import { receiptFor, withoutVat } from './receipt.ts'

describe('the tax in a gross price', () => {
  it.each([
    [0, 0, 0],
    [1, 1, 0],
    [3, 3, 0],
    [4, 3, 1],
    [100, 84, 16],
    [119, 100, 19],
    [575, 483, 92],
    [2_000, 1_681, 319],
  ])('of %d is %d net and %d tax', (grossMinor, netMinor, vatMinor) => {
    expect(withoutVat(grossMinor)).toEqual({ netMinor, vatMinor })
  })

  it('makes the gross together with the nearest net, half up, for every price and rate', () => {
    const most = 2_147_483_647 // What the column takes.
    const prices = Array.from({ length: 3_000 }, (_, minor) => [minor, most - minor]).flat()
    for (const basisPoints of [0, 1, 700, 1_900, 2_550, 10_000]) {
      const wrong = prices.filter((grossMinor) => {
        const { netMinor, vatMinor } = withoutVat(grossMinor, basisPoints)
        // net - 1/2 <= gross * 10000 / (10000 + rate) < net + 1/2, without fractions.
        const exact = 2n * BigInt(grossMinor) * 10_000n
        const whole = BigInt(10_000 + basisPoints)
        const nearest = (2n * BigInt(netMinor) - 1n) * whole <= exact && exact < (2n * BigInt(netMinor) + 1n) * whole
        return !nearest || netMinor + vatMinor !== grossMinor || vatMinor < 0
      })
      expect(wrong).toEqual([])
    }
  })
})

it('a receipt says what is outstanding of the fare', () => {
  expect(receiptFor(2_000, 2_500)).toMatchObject({ grossMinor: 2_000, outstandingMinor: 500, vatBasisPoints: 1_900 })
  expect(receiptFor(575, 575)).toMatchObject({ outstandingMinor: 0 })
})
