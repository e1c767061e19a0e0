import { CommandAction } from '@holdfast/contracts'
import { expect, it } from '@jest/globals'
import { actions } from './actions.ts'

it('no action but UNLOCK and LOCK moves the lock', () => {
  expect(CommandAction.options.filter((action) => actions[action].movesLock)).toEqual(['UNLOCK', 'LOCK'])
})
