import type { PublishedOperation } from '@holdfast/operations'
import { expect, it } from '@jest/globals'
import { withNoticeOnce } from './deprecation.ts'

it('of equal results only the first has the notice', () => {
  const deprecatedAt = '2026-02-01T00:00:00.000Z'
  const published: PublishedOperation = {
    client: 'acme',
    app: 'shop',
    version: '1',
    name: 'Ticks',
    text: '',
    ownId: '',
    maxAgeS: undefined,
    life: { state: 'deprecated', publishedAt: '2026-01-01T00:00:00.000Z', deprecatedAt },
  }
  const noticed = withNoticeOnce(published)
  const result = '{"data":{"ticks":0},"extensions":{"gap":{"missed":1}}}'
  expect(JSON.parse(noticed(result))).toEqual({
    data: { ticks: 0 },
    extensions: { gap: { missed: 1 }, deprecation: { deprecated: deprecatedAt } },
  })
  expect(noticed(result)).toBe(result)
})
