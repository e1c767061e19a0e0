import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DeviceId, parseJson } from '@holdfast/contracts'
import { z } from 'zod'

/** Ed25519, PKCS #8: PEM, or the 32 bytes of the seed in base64url. */
const PrivateKey = z.string().transform((text, context): KeyObject => {
  try {
    if (text.includes('-----BEGIN')) {
      const key = createPrivateKey(text)
      if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('another kind of key')
      return key
    }
    const seed = Buffer.from(text, 'base64url')
    if (seed.length !== 32) throw new RangeError('an Ed25519 seed has 32 bytes')
    // RFC 8410, section 7: everything of the PKCS #8 form but the seed is constant.
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } catch {
    // The cause could quote the key.
    context.addIssue({ code: 'custom', message: 'not an Ed25519 private key (PEM, or 32 bytes base64url)' })
    return z.NEVER
  }
})

/** What a vehicle knows of itself since it was provisioned. */
export const Device = z.object({ deviceId: DeviceId, mqttPassword: z.string().min(1), privateKey: PrivateKey })
export type Device = z.infer<typeof Device>

/** Reads a list of provisioned vehicles; throws one error that names every fault, without quoting a secret. */
export function readDevices<D extends Device>(path: string, schema: z.ZodType<D>): readonly D[] {
  const devices = z
    .array(schema)
    .min(1)
    .safeParse(parseJson(readFileSync(path)))
  if (!devices.success) throw new Error(`${path}: ${z.prettifyError(devices.error)}`)
  const ids = new Set(devices.data.map(({ deviceId }) => deviceId))
  if (ids.size < devices.data.length) throw new Error(`${path}: a deviceId is there twice`)
  return devices.data
}
