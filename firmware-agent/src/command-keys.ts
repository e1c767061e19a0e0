import { createPublicKey, type KeyObject } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The keys by which the house signs commands: a directory of `<kid>.pem`, of which two are valid while one is being
 * replaced, or a single PEM file, which then is the key whatever a command calls it.
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
  // Node would take the public half of it. A vehicle that can sign commands is every vehicle's key.
  if (pem.includes('PRIVATE KEY')) throw new Error(`${path}: a private key, which must not be on a vehicle`)
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path}: not an Ed25519 key`)
  return key
}
