import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const random = () => randomBytes(32).toString('base64url')

const makers = {
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

/** What the processes of one data folder share and nobody else knows. */
export type Secrets = Record<keyof typeof makers, string>

/** The secrets of this data folder, made once. A secret that a newer version needs is added to those that are there. */
export function loadSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json')
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>) : {}
  const names = Object.keys(makers) as (keyof Secrets)[]
  const all = Object.fromEntries(names.map((name) => [name, known[name] ?? makers[name]()])) as Secrets
  if (names.some((name) => known[name] === undefined)) writePrivateFile(path, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

/** The Ed25519 pair that signs commands to vehicles, as two PEM files made once. */
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

/** Writes a file only its owner can read, whole or not at all. */
export function writePrivateFile(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, content, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
