import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LockState, Sample } from '@holdfast/contracts'
import type { FleetHardware } from '@holdfast/firmware-agent/agent'
import { openVehicleStore } from '@holdfast/firmware-agent/store'
import type { z } from 'zod'
import type { SimulatorConfig } from './config.ts'
import type { SimulatedDevice } from './devices.ts'
import { type Bolt, simulatedHardware, stationary } from './hardware/simulated-hardware.ts'
import { createTraffic } from './riding/traffic.ts'

/** Milliseconds. At most so much of a ride is lost when the simulator is killed. */
const saveEvery = 1_000

/** Where a vehicle continues when the simulator starts again. */
const SimulatedState = Sample.omit({ at: true }).extend({ lock: LockState })
type SimulatedState = z.infer<typeof SimulatedState>

/** The hardware of all simulated vehicles. The first `FLEET` vehicles with `rides` are ridden; the others only stand. */
export function simulatedFleet(config: SimulatorConfig): FleetHardware<SimulatedDevice> {
  const ridden = new Set(config.DEVICES_FILE.filter(({ rides }) => rides).slice(0, config.FLEET))
  const traffic = createTraffic({
    rideSeconds: config.RIDE_SECONDS,
    speed: config.SIMULATION_SPEED,
    seed: config.SIMULATION_SEED,
  })
  const store = openVehicleStore(join(config.STATE_DIR, 'simulation.sqlite'), SimulatedState)
  const stateOf = new Map<string, () => SimulatedState>()
  const saved = new Map<string, SimulatedState>()

  const saveChanged = () => {
    const states = [...stateOf].map(([deviceId, state]) => [deviceId, state()] as const)
    const changed = states.filter(([deviceId, state]) => !isDeepStrictEqual(state, saved.get(deviceId)))
    store.saveAll(changed)
    for (const [deviceId, state] of changed) saved.set(deviceId, state)
  }
  const timer = setInterval(saveChanged, saveEvery)

  return {
    of(device) {
      const { deviceId } = device
      const last = store.load(deviceId)
      const home = { ...device, odometer: 0 }
      const bolt: Bolt = { at: last?.lock ?? 'LOCKED' }
      const motion = ridden.has(device) ? traffic.vehicle(deviceId, home, last, bolt.at) : stationary(last ?? home)
      const state = (): SimulatedState => ({ ...motion.readings(), lock: bolt.at })
      stateOf.set(deviceId, state)
      saved.set(deviceId, state())
      return simulatedHardware(bolt, motion, config.SIMULATED_LOCK_MS, () => store.save(deviceId, state()))
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      traffic[Symbol.dispose]()
      saveChanged()
      store[Symbol.dispose]()
    },
  }
}
