import { describe, expect, it } from '@jest/globals'
import { missingOptionalPackages } from '../commands/lock-file.ts'

describe('package-lock.json', () => {
  it('lacks the optional packages that it names and does not describe, wherever they could be', () => {
    const optionalDependencies = { 'native-linux': '1', 'native-windows': '1' }
    expect(
      missingOptionalPackages({
        packages: {
          '': {},
          'node_modules/native': { optionalDependencies },
          'node_modules/native-linux': {},
          'node_modules/@scope/outer/node_modules/native': { optionalDependencies },
          'node_modules/@scope/outer/node_modules/native-windows': {},
          'packages/own': { optionalDependencies: { 'native-linux': '1' } },
        },
      }),
    ).toEqual(['native-windows'])
  })
})
