import { createPublicKey, type KeyObject } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The public keys of the server, which signs commands: a directory of `<kid>.pem`, with two keys while one is being replaced,
 * or one PEM file, which is then the key for every `kid`.
 */
export function readCommandKeys(path: string): (kid: string) => KeyObject | undefined {
  if (!statSync(path).isDirectory()) {
    const only = publicKey(path)
    return () => only
  }
  const keys = new Map(
    readdirSync(path)
      .filter((name) => name.endsWith('.pem'))
      .map((name) => [name.slice(0, -'.pem'.length), publicKey(join(path, name))]),
  )
  if (keys.size === 0) throw new Error(`${path}: no <kid>.pem in this directory`)
  return (kid) => keys.get(kid)
}

function publicKey(path: string): KeyObject {
  const pem = readFileSync(path, 'utf8')
  // Node would take its public half. But a vehicle that has the private key can unlock every other vehicle.
  if (pem.includes('PRIVATE KEY')) throw new Error(`${path}: a private key, which must not be on a vehicle`)
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path}: not an Ed25519 key`)
  return key
}
