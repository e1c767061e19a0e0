import { describe, expect, it } from '@jest/globals'
import { freePort } from '../processes/free-port.ts'
import { unusableServers } from '../stack/external-servers.ts'
import { readSettings } from '../stack/settings.ts'
import { testBroker, testDatabase, testRedis } from '../testing/index.ts'

const settingsOf = (env: Record<string, string>) => readSettings(env, [])

describe('servers that run elsewhere', () => {
  it('are all reported when none answers, without their passwords', async () => {
    const nobody = `127.0.0.1:${await freePort()}`
    const faults = await unusableServers(
      settingsOf({
        DATABASE_URL: `postgresql://me:hunter2@${nobody}/x`,
        REDIS_URL: `redis://:hunter2@${nobody}`,
        MQTT_URL: `mqtt://${nobody}`,
        MQTT_USERNAME: 'fleet',
        MQTT_PASSWORD: 'hunter2',
        JWKS_URL: `http://${nobody}/jwks`,
        JWT_ISSUER: 'somebody',
      }),
    )
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['DATABASE_URL', 'REDIS_URL', 'MQTT_URL', 'JWKS_URL'])
    expect(faults.join()).not.toContain('hunter2')
  })

  it('are not reported when they can be used', async () => {
    await using database = await testDatabase()
    await using redis = await testRedis()
    await using broker = await testBroker({ devices: [] })
    const settings = settingsOf({
      DATABASE_URL: database.url('owner'),
      REDIS_URL: redis.url,
      MQTT_URL: broker.fleetUrl,
      MQTT_USERNAME: broker.fleet.username,
      MQTT_PASSWORD: broker.fleet.password,
    })
    expect(await unusableServers(settings)).toEqual([])
  })

  it('must let Holdfast create roles', async () => {
    await using database = await testDatabase()
    const faults = await unusableServers(settingsOf({ DATABASE_URL: database.url('booking') }))
    expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL cannot be used: its user may not create roles/)])
  })
})
