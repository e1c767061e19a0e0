import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { requestFaults, webhookFaults } from '../src/domain/faults.ts'
import { testCards } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  it('names every card that exists and none that does not', () => {
    const named = new Set([...readme.matchAll(/`pm_card_(\w+)`/g)].map(([, name]) => name))
    expect([...named].sort()).toEqual(Object.keys(testCards).sort())
  })

  it('names every fault', () => {
    expect([...requestFaults, ...webhookFaults].filter((fault) => !readme.includes(`\`${fault}\``))).toEqual([])
  })
})
