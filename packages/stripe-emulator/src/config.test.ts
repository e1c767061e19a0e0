import { describe, expect, it } from '@jest/globals'
import { readConfig } from './config.ts'

describe('the environment', () => {
  it('may be empty', () => {
    expect(readConfig({})).toMatchObject({ options: { port: 12_111 } })
  })

  it('takes a free port with 0', () => {
    expect(readConfig({ PORT: '0' })).toMatchObject({ options: { port: 0 } })
  })

  it('is told all its errors at once', () => {
    const environment = { PORT: 'x', WEBHOOK_URL: 'nowhere', RATE_LIMIT_PER_SECOND: '0', PUBLIC_URL: 'ftp://x' }
    expect(readConfig(environment)).toEqual({
      errors: [
        'WEBHOOK_URL must be a URL that starts with http:// or https://',
        'WEBHOOK_URL and WEBHOOK_SECRET must be set together',
        'PORT must be a whole number from 0 to 65535',
        'PUBLIC_URL must be a URL that starts with http:// or https://',
        'RATE_LIMIT_PER_SECOND must be a whole number from 1 to 1000000',
      ],
    })
  })
})
