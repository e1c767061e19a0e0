import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Queryable } from '@holdfast/service/postgres'

/** The valid public keys of a device by key id. */
export async function deviceKeys(db: Queryable, deviceId: string): Promise<ReadonlyMap<string, KeyObject>> {
  const { rows } = await db.query<{ kid: string; public_key: Buffer }>({
    name: 'device keys',
    text: `
      select kid, public_key from fleet.device_key
      where device_id = $1 and valid_from <= now() and (valid_to is null or valid_to > now())`,
    values: [deviceId],
  })
  return new Map(rows.map(({ kid, public_key }) => [kid, ed25519(public_key)]))
}

const ed25519 = (raw: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
