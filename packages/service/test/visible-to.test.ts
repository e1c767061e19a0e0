import { expect, it } from '@jest/globals'
import { visibleTo } from '../src/graphql/visible-to.ts'
import { anonymous, type Viewer } from '../src/identity/signed-identity.ts'

const customerId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
const viewer = (role: Viewer['role'], id: string = customerId): Viewer => ({ id, role, scopes: [] })

it.each([
  ['a customer sees their own rows', viewer('customer'), { customerId }],
  ['a customer whose id is not a UUID owns nothing', viewer('customer', 'anna'), null],
  ['an operator sees all rows', viewer('operator', 'olga'), 'all'],
  ['a vehicle sees none, whatever its id', viewer('vehicle'), null],
  ['an anonymous viewer sees none', anonymous, null],
])('%s', (_, given, expected) => {
  expect(visibleTo(given)).toEqual(expected)
})
