import { type ArmedFault, type Fault, type Happening, trigger } from '../domain/faults.ts'

/** The faults that wait for their turn. They live in memory: a restart is a clean start for faults. */
export interface FaultBoard {
  arm(fault: ArmedFault): void
  /** The faults that hit this; they count as used. */
  strike(happening: Happening): readonly Fault[]
  armed(): readonly ArmedFault[]
  disarm(): void
}

export function createFaultBoard(chance: () => number): FaultBoard {
  let armed: readonly ArmedFault[] = []
  return {
    arm: (fault) => {
      armed = [...armed, fault]
    },
    strike: (happening) => {
      const { hit, left } = trigger(armed, happening, chance)
      armed = left
      return hit
    },
    armed: () => armed,
    disarm: () => {
      armed = []
    },
  }
}
