import { z } from 'zod'

/** An amount in the currency's minor unit (cents), ISO 4217 code. Never a float. */
export const Money = z.strictObject({ amountMinor: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) })
export type Money = z.infer<typeof Money>
