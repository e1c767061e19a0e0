/** One legal move of a state machine. What is not in its table of moves cannot happen. */
export interface Move<State extends string> {
  readonly name: string
  readonly from: State
  readonly to: State
  /** Who makes it, for readers. */
  readonly by?: string
}

/** The states in which the move of this name may be made. */
export const statesBefore = <State extends string>(moves: readonly Move<State>[], name: string): readonly State[] =>
  moves.filter((move) => move.name === name).map(({ from }) => from)

/** Whether no move leads on from this state. */
export const isFinal = <State extends string>(moves: readonly Move<State>[], state: State): boolean =>
  !moves.some(({ from }) => from === state)
