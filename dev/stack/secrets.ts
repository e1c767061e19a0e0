import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writePrivateFile } from '../files.ts'

const random = () => randomBytes(32).toString('base64url')

const create = {
  postgres: random,
  booking: random,
  fleet: random,
  payment: random,
  redis: random,
  fleetBroker: random,
  gateway: random,
  stripeKey: () => `sk_test_${randomBytes(16).toString('hex')}`,
  stripeWebhook: () => `whsec_${randomBytes(24).toString('hex')}`,
}

/** What only the processes of one data folder know. */
export type Secrets = Record<keyof typeof create, string>

/** The secrets of this data folder, created at the first start. Secrets that a newer version needs are added. */
export function loadSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json')
  const known = readJson<Partial<Secrets>>(path) ?? {}
  const names = Object.keys(create) as (keyof Secrets)[]
  const all = Object.fromEntries(names.map((name) => [name, known[name] ?? create[name]()])) as Secrets
  if (names.some((name) => known[name] === undefined)) writePrivateFile(path, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

/** The Ed25519 key pair that signs commands to vehicles: two PEM files, created at the first start. */
export function loadCommandKeys(dataDir: string): { privateKeyFile: string; publicKeyFile: string } {
  const privateKeyFile = join(dataDir, 'keys', 'command.pem')
  const publicKeyFile = join(dataDir, 'keys', 'command.pub.pem')
  if (!existsSync(privateKeyFile)) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    writePrivateFile(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }))
    writePrivateFile(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
  return { privateKeyFile, publicKeyFile }
}
