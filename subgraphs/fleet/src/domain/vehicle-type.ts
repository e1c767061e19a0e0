/** Names as in GBFS 3.0 vehicle_types. */
export interface VehicleType {
  readonly id: string
  readonly name: string
  readonly formFactor: string
  readonly propulsionType: string
  readonly maxRangeMeters: number
  readonly pricePlanId: string
}

/** How far the battery still goes, whole metres. */
export const rangeMeters = (batteryPercent: number, maxRangeMeters: number): number =>
  Math.floor((maxRangeMeters * batteryPercent) / 100)

/** What a viewer looks for. */
export interface VehicleFilter {
  readonly formFactors: readonly string[] | null
  readonly minBatteryPercent: number
  readonly minRangeMeters: number
}

/**
 * The battery that a vehicle of this type needs to pass the filter, range included; null when no vehicle of the type
 * passes. Search and map filter by this one number.
 */
export function requiredBattery(
  { formFactors, minBatteryPercent, minRangeMeters }: VehicleFilter,
  { formFactor, maxRangeMeters }: Pick<VehicleType, 'formFactor' | 'maxRangeMeters'>,
): number | null {
  if (formFactors && !formFactors.includes(formFactor)) return null
  const required = Math.max(minBatteryPercent, Math.ceil((minRangeMeters * 100) / maxRangeMeters))
  return required <= 100 ? required : null
}
