import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { topics } from '@holdfast/contracts'
import { expect, it } from '@jest/globals'

it('the table of topics in the README is the one in the contract', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| `((?:dn|up)\/\w+)`\s+\| (\d)\s+\| (yes|no)\s+\|/gm)].map(
    ([, ...cells]) => cells,
  )
  const contract = Object.entries(topics).map(([name, { direction, qos, retain }]) => [
    `${direction}/${name}`,
    String(qos),
    retain ? 'yes' : 'no',
  ])
  expect(rows).toEqual(contract)
})
