import { describe, expect, it } from '@jest/globals'
import { CannotStart } from '../messages.ts'
import { readSettings } from '../stack/settings.ts'

const settingsOf = (env: Record<string, string>, args: string[] = []) => readSettings(env, args)
const faultsOf = (env: Record<string, string>, args: string[] = []) => {
  try {
    readSettings(env, args)
    return []
  } catch (error) {
    // The first line says how many there are.
    if (error instanceof CannotStart) return error.message.split('\n  ').slice(1)
    throw error
  }
}

describe('settings', () => {
  it('need nothing', () => {
    expect(settingsOf({})).toMatchObject({ host: '127.0.0.1', port: 4000, fleet: 200, databaseUrl: undefined })
  })

  it('take an empty variable for a missing one', () => {
    expect(settingsOf({ PORT: '', DATABASE_URL: '' })).toEqual(settingsOf({}))
  })

  it('read the fleet in both spellings', () => {
    expect(settingsOf({}, ['--fleet', '7']).fleet).toBe(7)
    expect(settingsOf({}, ['--fleet=7']).fleet).toBe(7)
  })

  it('name every fault at once', () => {
    const faults = faultsOf(
      {
        PORT: 'http',
        ISSUER_PORT: '70000',
        LOG_LEVEL: 'loud',
        DATABASE_URL: 'mysql://localhost/x',
        REDIS_URL: 'localhost:6379',
        MQTT_URL: 'mqtt://broker',
        STRIPE_SECRET_KEY: 'sk_live_1',
        JWKS_URL: 'https://id/jwks',
      },
      ['--fleet', 'many', '--fast'],
    )
    for (const name of [
      'PORT must',
      'ISSUER_PORT must',
      'LOG_LEVEL must',
      'DATABASE_URL must',
      'REDIS_URL must',
      'MQTT_USERNAME is missing',
      'MQTT_PASSWORD is missing',
      'STRIPE_WEBHOOK_SECRET is missing',
      'JWT_ISSUER is missing',
      '--fleet must',
      '"--fast" is not understood',
    ]) {
      expect(faults).toContainEqual(expect.stringContaining(name))
    }
    expect(faults).toHaveLength(11)
  })

  it('quote no URL, since it may hold a password', () => {
    expect(faultsOf({ DATABASE_URL: 'http://me:hunter2@db/x' }).join()).not.toContain('hunter2')
  })

  it('refuse one port for two servers', () => {
    expect(faultsOf({ PORT: '4001' })).toEqual([expect.stringContaining('PORT and ISSUER_PORT are both 4001')])
  })

  it('require a number after --fleet', () => {
    expect(faultsOf({}, ['--fleet'])).toEqual([expect.stringContaining('--fleet must')])
  })
})
