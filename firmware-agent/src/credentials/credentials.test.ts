import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { readCommandKeys } from './command-keys.ts'
import { Device, readDevices } from './devices.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-keys-'))
const at = (...name: string[]) => join(directory, ...name)
afterAll(() => rmSync(directory, { recursive: true }))

const pair = () => generateKeyPairSync('ed25519')
const spki = (key: ReturnType<typeof pair>) => key.publicKey.export({ format: 'pem', type: 'spki' })

describe('the public keys of the server', () => {
  it('are two while one replaces the other', () => {
    const [old, fresh] = [pair(), pair()]
    mkdirSync(at('keys'))
    writeFileSync(at('keys', '2026-10.pem'), spki(old))
    writeFileSync(at('keys', '2026-11.pem'), spki(fresh))
    const keyById = readCommandKeys(at('keys'))
    expect(keyById('2026-10')?.equals(old.publicKey)).toBe(true)
    expect(keyById('2026-11')?.equals(fresh.publicKey)).toBe(true)
    expect(keyById('2026-12')).toBeUndefined()
  })

  it('are the only one when there is only one', () => {
    const only = pair()
    writeFileSync(at('only.pem'), spki(only))
    expect(readCommandKeys(at('only.pem'))('whatever')?.equals(only.publicKey)).toBe(true)
  })

  it('are of the one pinned kind', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(at('ec.pem'), publicKey.export({ format: 'pem', type: 'spki' }))
    expect(() => readCommandKeys(at('ec.pem'))).toThrow('not an Ed25519 key')
    writeFileSync(at('private.pem'), pair().privateKey.export({ format: 'pem', type: 'pkcs8' }))
    expect(() => readCommandKeys(at('private.pem'))).toThrow('private key')
    mkdirSync(at('none'))
    expect(() => readCommandKeys(at('none'))).toThrow('no <kid>.pem')
  })
})

describe('provisioned vehicles', () => {
  const device = { deviceId: 'v-1', mqttPassword: 'secret' }

  it.each(['raw', 'PEM'])('have a key that is %s', (form) => {
    const key = pair()
    const privateKey =
      form === 'raw'
        ? key.privateKey.export({ format: 'jwk' }).d
        : key.privateKey.export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(at('devices.json'), JSON.stringify([{ ...device, privateKey }]))
    const [read] = readDevices(at('devices.json'), Device)
    if (!read) throw new Error('no device')
    expect(createPublicKey(read.privateKey).equals(key.publicKey)).toBe(true)
  })

  it('do not sign with another kind of key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(at('devices.json'), JSON.stringify([{ ...device, privateKey: pem }]))
    expect(() => readDevices(at('devices.json'), Device)).toThrow('Ed25519')
  })

  it('are there once', () => {
    const privateKey = pair().privateKey.export({ format: 'jwk' }).d
    writeFileSync(
      at('devices.json'),
      JSON.stringify([
        { ...device, privateKey },
        { ...device, privateKey },
      ]),
    )
    expect(() => readDevices(at('devices.json'), Device)).toThrow('twice')
  })
})
