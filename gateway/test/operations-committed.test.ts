import { join } from 'node:path'
import { loadClient } from '@holdfast/operations/testing'
import { expect, it } from '@jest/globals'
import * as journey from '../../e2e/journey/operations.ts'

it("what the customer's app of the journey sends is what is published for it", async () => {
  const app = await loadClient(join(import.meta.dirname, '../operations'), 'holdfast-app')
  for (const text of Object.values(journey))
    expect(app?.catalogue.byText(text)).toMatchObject({ app: 'journey', life: { state: 'active' } })
})
