/** The devices on vehicles: which vehicle each belongs to, and the keys that verify its acks. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Queryable } from '@holdfast/service/postgres'

/** Vehicle ids by device id; unknown devices are left out. */
export async function vehicleIdsOf(db: Queryable, deviceIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ device_id: string; id: string }>({
    name: 'vehicle ids',
    text: 'select device_id, id from fleet.vehicle where device_id = any($1)',
    values: [deviceIds],
  })
  return new Map(rows.map(({ device_id, id }) => [device_id, id]))
}

/** The devices of the fleet in the order of their ids. */
export async function deviceIdsAfter(db: Queryable, deviceId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ device_id: string }>({
    name: 'device ids after',
    text: `select device_id from fleet.vehicle where device_id > $1 and state <> 'REMOVED' order by device_id limit $2`,
    values: [deviceId, limit],
  })
  return rows.map(({ device_id }) => device_id)
}

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
